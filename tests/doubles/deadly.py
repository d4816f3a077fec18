"""A detector in whose process onnxruntime dies of one network, as it would of a bug of its own."""

import signal
from typing import Any

import onnxruntime

from actors.vision.detector.detector import Detector
from actors.vision.networks import session

DEADLY = b"this one is deadly"
"""What a file has in it that ends the process which loads it."""


class DeadlyDetector(Detector):
    """A real one, but for what its onnxruntime does."""

    def preload(self) -> None:
        session.onnxruntime.InferenceSession = _dies
        super().preload()


_loads = onnxruntime.InferenceSession


def _dies(data: bytes, *rest: Any, **settings: Any) -> Any:
    if DEADLY in data:
        signal.raise_signal(signal.SIGSEGV)
    return _loads(data, *rest, **settings)
