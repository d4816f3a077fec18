"""Where name plates may be: bright letters in a line on something dark and even. Pure; a few milliseconds a picture.

It finds lines of text of any kind, such as those of a menu: what is read is compared with who is there, elsewhere."""

from collections.abc import Iterator

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from actors.kernel.media.frame_ring import Picture
from actors.vision.messages import Box

MOST = 12  # boxes of a picture, so that reading it takes a bounded time

Grey = npt.NDArray[np.uint8]  # uint8, shape (height, width)

# Larger pictures are looked at as if they had these many pixels: what would be lost is too small to matter.
_PIXELS = 1280 * 720
_SCALES = (1.0, 0.5, 0.3)  # letters of 8 to 24 pixels in each
_STROKE = 9  # pixels: no stroke of such a letter is wider
_GAP = (15, 3)  # pixels that may lie between two letters of a line, and between two parts of one letter
_BRIGHTER = 50  # levels by which a letter stands out
# Levels of grey from which on a pixel may be of a letter. White ones are looked for, too: a bright wall beside the
# plate would be joined with the first or last letter.
_LEVELS = (0, 200)
_LOW, _HIGH = 7, 30  # pixels of a line's height
_NARROW, _WIDE = 1.3, 20.0  # a line's width by its height
_THIN, _THICK = 0.12, 0.75  # the share of a line's box that its letters fill
_MARGIN = 0.35  # of the height, around the line: there is the plate itself
_CONTRAST = 70  # levels between the letters and the plate
_EVEN = 45.0  # standard deviation, in levels, of the plate
_OVERLAP = 0.3  # intersection over the smaller of two boxes from which on they are one


class _Line(msgspec.Struct, frozen=True):
    """A line of text in pixels of the picture, and how much its surroundings look like a plate."""

    left: float
    top: float
    width: float
    height: float
    score: float


def find_plates(picture: Picture) -> tuple[Box, ...]:
    """Boxes around lines of text on plates of a BGR picture, with some of the plate around; likely ones first.

    At most MOST."""
    height, width = picture.shape[:2]
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    whole = min(1.0, (_PIXELS / (height * width)) ** 0.5)
    found = [line for scale in _SCALES for line in _lines(grey, whole * scale)]
    return tuple(_box(line, width, height) for line in _apart(found)[:MOST])


def _lines(grey: Grey, scale: float) -> Iterator[_Line]:
    small = grey if scale == 1.0 else _resized(grey, scale)
    bright = cv2.morphologyEx(small, cv2.MORPH_TOPHAT, np.ones((_STROKE, _STROKE), np.uint8))
    for level in _LEVELS:
        yield from _lines_of(small, ((bright > _BRIGHTER) & (small >= level)).astype(np.uint8), scale)


def _lines_of(small: Grey, ink: Grey, scale: float) -> Iterator[_Line]:
    """ink: 1 where there may be a letter."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(_GAP[::-1], np.uint8))
    _, _, parts, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    for left, top, width, height in parts[1:, :4].tolist():
        if _LOW <= height <= _HIGH and _NARROW * height <= width <= _WIDE * height:
            # The longer, the likelier: so a whole name goes before a part of it that another scale found.
            score = _likeness(small, ink, left, top, width, height) * (width / height) ** 0.5
            if score > 0.0:
                yield _Line(left / scale, top / scale, width / scale, height / scale, score)


def _resized(grey: Grey, scale: float) -> Grey:
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _likeness(grey: Grey, ink: Grey, left: int, top: int, width: int, height: int) -> float:
    """How much a line looks like one of a plate, from 0.0 for not at all: clear letters on an even ground."""
    share = float(ink[top : top + height, left : left + width].mean())
    if not _THIN <= share <= _THICK:
        return 0.0
    margin = max(2, round(height * _MARGIN))
    rows = slice(max(0, top - margin), top + height + margin)
    columns = slice(max(0, left - margin), left + width + margin)
    inside, letters = grey[rows, columns], ink[rows, columns] > 0
    # Where letters end they are neither: what touches one does not count as the plate.
    ground = inside[cv2.dilate(letters.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0]
    if not ground.size:
        return 0.0
    contrast = float(inside[letters].mean()) - float(np.median(ground))
    uneven = float(ground.std())
    return contrast / (10.0 + uneven) if contrast >= _CONTRAST and uneven <= _EVEN else 0.0


def _apart(found: list[_Line]) -> list[_Line]:
    """The likeliest lines, those that lie on a likelier one left out."""
    kept: list[_Line] = []
    for line in sorted(found, key=lambda line: -line.score):
        if len(kept) < MOST and not any(_same(line, other) for other in kept):
            kept.append(line)
    return kept


def _same(one: _Line, other: _Line) -> bool:
    across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    smaller = min(one.width * one.height, other.width * other.height)
    return across > 0 and down > 0 and across * down > _OVERLAP * smaller


def _box(line: _Line, width: int, height: int) -> Box:
    margin = line.height * _MARGIN
    left, top = max(0.0, line.left - margin), max(0.0, line.top - margin)
    right = min(float(width), line.left + line.width + margin)
    bottom = min(float(height), line.top + line.height + margin)
    return Box(left / width, top / height, (right - left) / width, (bottom - top) / height)
