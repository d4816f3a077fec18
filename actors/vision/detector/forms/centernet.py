"""CenterNet: a heat map of centres for each class, and the distances from there to the four edges of the box."""

import cv2
import numpy as np

from actors.vision.detector.forms.form import (
    Array,
    Floats,
    Form,
    Found,
    Outputs,
    Size,
    UnknownForm,
    floats,
    found,
)

NEIGHBOURS = np.ones((3, 3), np.uint8)


def is_centernet(outputs: Outputs) -> bool:
    """Two maps of equal size, one of which has four channels."""
    return _maps(outputs) is not None


def _maps(outputs: Outputs) -> tuple[Array, Array] | None:
    """The heat map and the distances, channels first."""
    maps = [output for output in outputs.values() if output.ndim == 4]
    for one, other in ((0, 1), (1, 0)):
        if len(maps) == 2 and (pair := _channels_first(maps[one], maps[other])) is not None:
            return pair
    return None


def _channels_first(heat: Array, sizes: Array) -> tuple[Array, Array] | None:
    if sizes.shape[1] == 4 and heat.shape[2:] == sizes.shape[2:]:
        return heat[0], sizes[0]
    if sizes.shape[3] == 4 and heat.shape[1:3] == sizes.shape[1:3]:
        return heat[0].transpose(2, 0, 1), sizes[0].transpose(2, 0, 1)
    return None


def _decode(outputs: Outputs, size: Size, least: float) -> Found:
    maps = _maps(outputs)
    if maps is None:
        raise UnknownForm("it gives other maps than before")
    heat, sizes = floats(maps[0]), floats(maps[1])
    kinds, rows, columns = _peaks(heat, least)
    step_y, step_x = size.height / heat.shape[1], size.width / heat.shape[2]
    middle = np.stack((columns * step_x, rows * step_y), axis=1)
    away = sizes[:, rows, columns].T
    boxes = np.concatenate((middle - away[:, :2], middle + away[:, 2:]), axis=1)
    return found(boxes, heat[kinds, rows, columns], kinds, least)


def _peaks(heat: Floats, least: float) -> tuple[Array, Array, Array]:
    """Class, row and column of each place that is as hot as anything around it."""
    hottest = heat.max(axis=(1, 2), initial=0.0)
    peaks = [
        (np.full(len(rows), kind, np.int64), rows, columns)
        for kind in np.flatnonzero(hottest >= least)
        for rows, columns in [_hottest(np.ascontiguousarray(heat[kind]), least)]
    ]
    if not peaks:
        return (np.zeros(0, np.int64),) * 3
    kinds, rows, columns = (np.concatenate(part) for part in zip(*peaks, strict=True))
    return kinds, rows, columns


def _hottest(plane: Floats, least: float) -> tuple[Array, Array]:
    rows, columns = np.nonzero((plane >= least) & (plane == cv2.dilate(plane, NEIGHBOURS)))
    return rows, columns


CENTERNET = Form("CenterNet", _decode, scale=1.0)
