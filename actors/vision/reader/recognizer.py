"""Reads a line of text: PP-OCRv6's recognizer, of the package rapidocr, on onnxruntime. 20 ms a name on one core.

rapidocr itself is not imported: its detector of text takes a second for what the finder does in milliseconds."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from actors.kernel.media.frame_ring import Picture
from actors.vision.networks.session import NetworkFails, open_session, run

Numbers = npt.NDArray[np.float32]

NAME = "PP-OCRv6"
_PACKAGE, _FILE = "rapidocr", "models/PP-OCRv6_rec_small.onnx"
_HEIGHT = 48  # pixels of a line, as the model wants it
# Pixels of a line's width: a multiple of the first, so that few shapes are met; what is wider is squeezed.
_STEP, _WIDEST = 32, 640
_AGAIN = "remove .venv and run `make setup`"


class RecognizerBroken(Exception):
    """The recognizer cannot be used; `remedy` says what to do."""

    def __init__(self, reason: str, remedy: str = "run `make setup`") -> None:
        super().__init__(reason)
        self.remedy = remedy


def model_path() -> Path:
    """The embedded model, found without importing its package. Raises RecognizerBroken."""
    try:
        spec = importlib.util.find_spec(_PACKAGE)
    except (ImportError, ValueError):
        spec = None
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        if (found := Path(folder, _FILE)).is_file():
            return found
    raise RecognizerBroken(f"the package {_PACKAGE}, which carries the reader's model, is missing")


class Recognizer:
    """One line at a time, in one thread."""

    def __init__(self, model: Path) -> None:
        """Raises RecognizerBroken when the file is not such a model."""
        try:
            self._session: Any = open_session(model.read_bytes(), 1)
            self._characters = _characters(self._session.get_modelmeta().custom_metadata_map)
            self._input = self._session.get_inputs()[0].name
            text, _ = self.read(np.zeros((_HEIGHT, _STEP, 3), np.uint8))
        except (NetworkFails, RecognizerBroken, OSError, KeyError, IndexError) as error:
            raise RecognizerBroken(f"{model} cannot be loaded: {error}", _AGAIN) from error
        if text:
            raise RecognizerBroken(f"{model} reads {len(text)} signs where nothing stands", _AGAIN)

    def read(self, line: Picture) -> tuple[str, float]:
        """What stands in a BGR picture of one line, and how sure that is, in [0, 1]; "" and 0.0 for nothing.

        Raises RecognizerBroken when the model does not give what it ought to."""
        try:
            (found,) = run(self._session, {self._input: as_input(line)}).values()
        except (NetworkFails, ValueError) as error:
            raise RecognizerBroken(f"{NAME} failed: {error}") from error
        if found.ndim != 3 or found.shape[2] != len(self._characters):
            raise RecognizerBroken(f"{NAME} gave numbers of shape {found.shape} that are not probabilities")
        return decode(found[0], self._characters)


def _characters(metadata: dict[str, str]) -> tuple[str, ...]:
    """The signs that the model knows: none first, the space last."""
    return ("", *metadata["character"].splitlines(), " ")


def as_input(line: Picture) -> Numbers:
    """The line as the model takes it: shape (1, 3, 48, width), BGR, in [-1, 1]."""
    height, width = line.shape[:2]
    wanted = -(-width * _HEIGHT // (height * _STEP)) * _STEP
    size = (min(_WIDEST, max(_STEP, wanted)), _HEIGHT)
    resized = cv2.resize(line, size, interpolation=cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_LINEAR)
    scaled = resized.astype(np.float32) / np.float32(127.5) - np.float32(1.0)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def decode(probabilities: Numbers, characters: Sequence[str]) -> tuple[str, float]:
    """Text out of the probability of each sign at each step (CTC): shape (steps, signs), sign 0 for none.

    A sign that goes on for several steps stands once. The score is the mean of the signs' probabilities."""
    best = probabilities.argmax(axis=1)
    begins = np.concatenate((np.ones(1, bool), best[1:] != best[:-1]))
    counts = (best != 0) & begins
    if not counts.any():
        return "", 0.0
    text = "".join(characters[sign] for sign in best[counts])
    return text.strip(), float(probabilities.max(axis=1)[counts].mean())
