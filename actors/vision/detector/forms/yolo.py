"""The YOLO families whose outputs are boxes already: one row of numbers, or one column, for each."""

from collections.abc import Callable

import numpy as np

from actors.vision.detector.forms.form import (
    Array,
    Form,
    Found,
    Outputs,
    Size,
    UnknownForm,
    corners,
    floats,
    found,
    in_pixels,
)

MOST_FINAL = 1000  # boxes that a network gives which has sorted them out itself


def rows_of(outputs: Outputs) -> Array:
    """The first output of a shape like (1, rows, columns). Raises UnknownForm."""
    for output in outputs.values():
        if output.ndim == 3 and output.shape[0] == 1:
            return np.asarray(output[0])
    raise UnknownForm("it gives no list of boxes")


def is_final(rows: Array) -> bool:
    """Rows of edges, score and class, as YOLOv10 and exports with their own suppression give them."""
    return bool(rows.shape[1] == 6 and rows.shape[0] <= MOST_FINAL)


def _final(outputs: Outputs, size: Size, least: float) -> Found:
    rows = floats(rows_of(outputs))
    return found(in_pixels(rows[:, :4], size), rows[:, 4], rows[:, 5], least)


def _with_objectness(outputs: Outputs, size: Size, least: float) -> Found:
    """Rows of middle, size, whether there is anything, and a score for each class."""
    rows = floats(rows_of(outputs))
    rows = rows[rows[:, 4] >= least]
    scores = rows[:, 5:] * rows[:, 4:5]
    return _best(corners(in_pixels(rows[:, :4], size)), scores, least)


def _without_objectness(columns: bool) -> Callable[[Outputs, Size, float], Found]:
    """Middle, size and a score for each class."""

    def decode(outputs: Outputs, size: Size, least: float) -> Found:
        rows = floats(rows_of(outputs))
        rows = rows.T if columns else rows
        scores = rows[:, 4:]
        return _best(corners(in_pixels(rows[:, :4], size)), scores, least)

    return decode


def _best(boxes: Array, scores: Array, least: float) -> Found:
    """Each box with its best class."""
    if not scores.size:
        return found(boxes[:0], np.zeros(0, np.float32), np.zeros(0, np.int64), least)
    kinds = scores.argmax(axis=1)
    return found(boxes, scores[np.arange(len(scores)), kinds], kinds, least)


YOLOV5 = Form("YOLOv5", _with_objectness)
YOLOV8 = Form("YOLOv8", _without_objectness(columns=True))
YOLO_ROWS = Form("YOLO, in rows", _without_objectness(columns=False))
YOLOV10 = Form("YOLOv10", _final, overlaps=False)
