"""What moved where between two pictures: corners that are followed from one to the other. Pure; 10 ms a picture."""

from collections.abc import Callable
from typing import Any

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from actors.kernel.media.frame_ring import Picture
from actors.vision.colours import coloured

Grey = npt.NDArray[np.uint8]  # uint8, shape (height, width)
Points = npt.NDArray[np.float64]  # shape (points, 2): across and down

WIDTH = 640  # pixels of the pictures that are compared: enough to see a tenth of a degree
MOST = 500  # corners that are followed
_APART = 8  # pixels between two corners
_QUALITY = 0.004  # of the best corner: a wall with a faint pattern counts too
_WINDOW, _LEVELS = (17, 17), 3
_BACK = 0.5  # pixels by which a corner that is followed there and back may end beside where it began


class Followed(msgspec.Struct, frozen=True):
    """Corners in the picture before, and the same ones in the picture after, in pixels. size: (height, width)."""

    before: Points
    after: Points
    size: tuple[int, int]


def small_grey(picture: Picture) -> Grey:
    """A grey copy of a picture, WIDTH pixels wide at most."""
    height, width = picture.shape[:2]
    size = (min(WIDTH, width), max(1, round(height * min(WIDTH, width) / width)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if size[0] < width else picture
    return np.asarray(cv2.cvtColor(coloured(np.asarray(small, np.uint8)), cv2.COLOR_BGR2GRAY), np.uint8)


def follow(before: Grey, after: Grey, expected: Callable[[Points], Points]) -> Followed:
    """Corners of `before` that are found again in `after`, a picture of the same size.

    expected: about where points are found again, so that a quick turn does not lose them."""
    corners = cv2.goodFeaturesToTrack(before, MOST, _QUALITY, _APART)
    none = np.zeros((0, 2))
    if corners is None or before.shape != after.shape:
        return Followed(none, none, before.shape)
    guess = expected(np.asarray(corners, np.float64).reshape(-1, 2)).astype(np.float32).reshape(-1, 1, 2)
    there, found = _search(before, after, corners, guess)
    back, again = _search(after, before, there, corners)
    astray = np.abs(back - corners).reshape(-1, 2).max(axis=1)
    good = found & again & (astray < _BACK)
    start, end = (np.asarray(points, np.float64).reshape(-1, 2)[good] for points in (corners, there))
    return Followed(start, end, before.shape)


def _search(before: Grey, after: Grey, points: Any, guess: Any) -> tuple[Any, npt.NDArray[np.bool_]]:
    """Where the points are, looked for around the guess; and whether they were found."""
    flags = cv2.OPTFLOW_USE_INITIAL_FLOW
    there, found, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points, guess.copy(), winSize=_WINDOW, maxLevel=_LEVELS, flags=flags
    )
    return there, found.ravel() == 1
