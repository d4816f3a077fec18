"""What a family of detectors is: how it wants its pictures, and how its outputs are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]
Outputs = Mapping[str, Array]
"""What a network gives, by the names of its outputs."""


class Found(NamedTuple):
    """boxes: float32, shape (n, 4), the left, top, right and bottom edge in pixels of the network's picture.
    scores: float32, shape (n,), in [0, 1]. kinds: int64, shape (n,), numbers of classes."""

    boxes: Floats
    scores: Floats
    kinds: npt.NDArray[np.int64]


class Size(NamedTuple):
    """Of the network's picture, in pixels."""

    height: int
    width: int


class UnknownForm(Exception):
    """The outputs are not those of a detector that is known, or say what cannot be."""


@dataclass(frozen=True, slots=True)
class Form:
    """decode: from the outputs, the picture's size and the least score that counts to what was found; it may raise
    UnknownForm. scale: what a picture's values, 0 to 255, are multiplied by. bgr: blue comes first. fills: the picture
    is stretched to the whole input. overlaps: one thing may be found several times."""

    name: str
    decode: Callable[[Outputs, Size, float], Found]
    scale: float = 1.0 / 255.0
    bgr: bool = False
    fills: bool = False
    overlaps: bool = True


def floats(array: Array) -> Floats:
    """The array as float32, as it is if it is that already."""
    return array.astype(np.float32, copy=False)


def found(boxes: Array, scores: Array, kinds: Array, least: float) -> Found:
    """What scores at least `least`. Raises UnknownForm if the scores are none."""
    if scores.size and (float(scores.min()) < -0.001 or float(scores.max()) > 1.001):
        raise UnknownForm(f"its scores go from {scores.min():.3g} to {scores.max():.3g}, not from 0 to 1")
    sure = scores >= least
    return Found(floats(boxes[sure]), floats(scores[sure]), kinds[sure].astype(np.int64))


def corners(boxes: Array) -> Floats:
    """Edges, from boxes given by their middle, width and height."""
    middle, half = floats(boxes[:, :2]), floats(boxes[:, 2:4]) / 2.0
    return np.concatenate((middle - half, middle + half), axis=1)


def in_pixels(boxes: Floats, size: Size) -> Floats:
    """Boxes in pixels, also when they are given as shares of the picture: then nothing is larger than two."""
    if boxes.size and float(np.abs(boxes).max()) <= 2.0:
        return boxes * np.asarray([size.width, size.height] * 2, np.float32)
    return boxes
