"""Motion and brightness: what is measured in a picture, in pure functions."""

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from actors.kernel.media.frame_ring import Picture
from actors.vision.colours import coloured

Grey = npt.NDArray[np.uint8]  # uint8, shape (height, width); small

# Pixels across which motion is looked for: enough to see an avatar wave, and 64 times cheaper than the picture.
WIDTH = 160

# Levels of grey by which a pixel must change to count: above the noise of a camera and of video compression.
CHANGED = 25


class Measure(msgspec.Struct, frozen=True):
    """at: epoch seconds. brightness: mean. amount: the part that changed; x, y: its middle. All in [0, 1]."""

    at: float
    brightness: float
    amount: float = 0.0
    x: float = 0.5
    y: float = 0.5


def grey_of(picture: Picture) -> Grey:
    """A small grey copy of a picture: BGR, BGRA or grey."""
    height, width = picture.shape[:2]
    size = (min(WIDTH, width), max(1, round(height * min(WIDTH, width) / width)))
    # Pixels by area, so that noise and compression even out; grey after it, for there is less to do.
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(coloured(small), cv2.COLOR_BGR2GRAY), np.uint8)


def measure(grey: Grey, before: Grey | None, at: float) -> Measure:
    """What is in a picture, compared to the one before it, if there is one of the same size."""
    brightness = float(grey.mean()) / 255.0
    if before is None or before.shape != grey.shape:
        return Measure(at, brightness)
    changed = cv2.absdiff(grey, before) > CHANGED
    amount = float(changed.mean())
    if amount == 0.0:
        return Measure(at, brightness)
    rows, columns = np.nonzero(changed)
    height, width = grey.shape
    x, y = float((columns.mean() + 0.5) / width), float((rows.mean() + 0.5) / height)
    return Measure(at, brightness, amount, x, y)
