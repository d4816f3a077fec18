"""YOLOX: as YOLOv5, but with one box for each cell of three or four grids, and its numbers counted in cells."""

import numpy as np

from actors.vision.detector.forms.form import Array, Floats, Form, Found, Outputs, Size, floats
from actors.vision.detector.forms.yolo import YOLOV5, rows_of

STRIDES = ((8, 16, 32), (8, 16, 32, 64))
LARGEST = 20.0  # cells by which a middle lies beside its own; pixels of a picture go further


def strides_of(rows: int, size: Size) -> tuple[int, ...]:
    """The grids that have so many cells together; none if it is another network."""
    return next((strides for strides in STRIDES if len(_cells(size, strides)) == rows), ())


def _cells(size: Size, strides: tuple[int, ...]) -> Floats:
    """Column, row and stride of each cell, shape (cells, 3)."""
    grids = []
    for stride in strides:
        rows, columns = np.mgrid[: size.height // stride, : size.width // stride]
        grids.append(
            np.stack((columns.ravel(), rows.ravel(), np.full(rows.size, stride)), axis=1).astype(np.float32)
        )
    return np.concatenate(grids)


def _decode(outputs: Outputs, size: Size, least: float) -> Found:
    rows = floats(rows_of(outputs))
    if rows.size and float(np.abs(rows[:, :2]).max()) <= LARGEST:
        rows = _in_pixels(rows, _cells(size, strides_of(len(rows), size)))
    return YOLOV5.decode({"": rows[None]}, size, least)


def _in_pixels(rows: Array, cells: Floats) -> Array:
    middle = (rows[:, :2] + cells[:, :2]) * cells[:, 2:]
    extent = np.exp(np.minimum(rows[:, 2:4], 10.0)) * cells[:, 2:]  # e^10 cells: no picture is larger
    return np.concatenate((middle, extent, rows[:, 4:]), axis=1)


YOLOX = Form("YOLOX", _decode, scale=1.0, bgr=True)
