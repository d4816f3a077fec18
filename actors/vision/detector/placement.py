"""Where in the network's picture the camera's picture lies, and back. Pure but for the resizing."""

from typing import NamedTuple

import cv2
import numpy as np

from actors.kernel.media.frame_ring import Picture
from actors.vision.colours import coloured
from actors.vision.messages import Box

GREY = 114  # of the bars: what the YOLO families were trained with


class Placement(NamedTuple):
    """height, width: of the network's picture. left, top, columns, rows: the part of it that shows the camera's; all in
    pixels."""

    height: int
    width: int
    left: int
    top: int
    columns: int
    rows: int


def placed(height: int, width: int, wanted: tuple[int, int], stride: int, *, fills: bool) -> Placement:
    """Where a picture of this size lies. wanted: the input's height and width; below 0: at most so much, and as many
    times `stride` as is needed. fills: stretched, else its proportions stay."""
    most_high, most_wide = abs(wanted[0]), abs(wanted[1])
    if fills:
        return Placement(most_high, most_wide, 0, 0, most_wide, most_high)
    scale = min(most_high / height, most_wide / width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    high = most_high if wanted[0] > 0 else -(-rows // stride) * stride
    wide = most_wide if wanted[1] > 0 else -(-columns // stride) * stride
    return Placement(high, wide, (wide - columns) // 2, (high - rows) // 2, columns, rows)


def shrunk(picture: Picture, placement: Placement) -> Picture:
    """A new picture (BGR) of the network's size that shows `picture`, which may be BGR, BGRA or grey."""
    at = placement
    enlarges = at.rows > picture.shape[0] or at.columns > picture.shape[1]
    method = cv2.INTER_LINEAR if enlarges else cv2.INTER_AREA
    small = coloured(np.asarray(cv2.resize(picture, (at.columns, at.rows), interpolation=method), np.uint8))
    if (at.rows, at.columns) == (at.height, at.width):
        return small
    whole = np.full((at.height, at.width, 3), GREY, np.uint8)
    shown(whole, at)[:] = small
    return whole


def shown(small: Picture, placement: Placement) -> Picture:
    """The part of the network's picture that is the camera's, without bars: a view."""
    at = placement
    return small[at.top : at.top + at.rows, at.left : at.left + at.columns]


def seen_at(edges: tuple[float, float, float, float], placement: Placement) -> Box | None:
    """The part of the camera's picture, from edges in the network's; None if it lies outside."""
    at = placement
    left, right = ((edge - at.left) / at.columns for edge in (edges[0], edges[2]))
    top, bottom = ((edge - at.top) / at.rows for edge in (edges[1], edges[3]))
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in (left, top, right, bottom))
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None
