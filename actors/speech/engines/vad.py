"""Silero's voice activity detection on onnxruntime: a probability for each 32 ms of sound, in 0.1 ms."""

from pathlib import Path

import numpy as np

from actors.speech.engines.engine import RATE, Samples
from actors.speech.engines.onnx import session

CHUNK = 512
CHUNK_SECONDS = CHUNK / RATE
_CONTEXT = 64


class Silero:
    """Silero v6. It remembers what it heard: call `reset` between unrelated streams."""

    def __init__(self, model: Path) -> None:
        """Raises EngineBroken when `model` (.onnx) cannot be loaded."""
        self._session = session(model)
        self._rate = np.array(RATE, dtype=np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
        self._state = np.zeros((2, 1, 128), dtype=np.float32)
        self._window = np.zeros((1, _CONTEXT + CHUNK), dtype=np.float32)

    def probability(self, chunk: Samples) -> float:
        """How likely `chunk` (float32, (512,), in [-1, 1], at 16 kHz) is speech. Raises ValueError on another shape."""
        if chunk.shape != (CHUNK,):
            raise ValueError(f"voice activity needs chunks of {CHUNK} samples, not of shape {chunk.shape}")
        self._window[0, :_CONTEXT] = self._window[0, -_CONTEXT:]
        self._window[0, _CONTEXT:] = chunk
        inputs = {"input": self._window, "state": self._state, "sr": self._rate}
        output, self._state = self._session.run(None, inputs)
        return float(output[0, 0])
