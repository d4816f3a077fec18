"""Cells of a map of depth, and metres for one that has no scale: by what is known of some of its cells. Pure."""

from collections.abc import Sequence

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from actors.vision.depth.form import Array
from actors.vision.depth.parallax import FARTHEST, NEAREST

Numbers = npt.NDArray[np.float64]

_FINE = 8  # values across and down of a cell that are looked at
FEWEST = 12  # cells that must be known
_PAIRS = 500  # of cells, by which a scale is tried
_FITS = 0.25  # share of a distance that a cell may be off and still fit
FITTING = 0.6  # the share of the known cells that must fit


class Scaled(msgspec.Struct, frozen=True):
    """metres: 0.0 where unknown. error: about how wrong they are where they were known before, as a share."""

    metres: tuple[float, ...]
    error: float


def cells(values: Array, columns: int, rows: int) -> Numbers:
    """The middle value of each cell of an even grid, by row from above: shape (rows * columns,)."""
    size = (columns * _FINE, rows * _FINE)
    fine = cv2.resize(values, size, interpolation=cv2.INTER_NEAREST)
    parts = fine.reshape(rows, _FINE, columns, _FINE).transpose(0, 2, 1, 3).reshape(rows * columns, -1)
    return np.asarray(np.median(parts, axis=1), np.float64)


def plausible(metres: Numbers) -> tuple[float, ...]:
    """The same with 0.0 for what is no distance."""
    good = np.isfinite(metres) & (metres >= NEAREST) & (metres <= FARTHEST)
    return tuple(np.where(good, metres, 0.0).tolist())


def scaled(inverse: Numbers, known: Sequence[float]) -> Scaled | None:
    """Metres of cells of which only inverse distances without scale and origin are told.

    known: metres of the same cells in the same picture, 0.0 where unknown. None when these are too few, or do not
    fit."""
    metres = np.array(known)
    chosen = (metres > 0.0) & np.isfinite(inverse)
    if chosen.sum() < FEWEST:
        return None
    told, true = inverse[chosen], metres[chosen]
    scale, origin = _fitted(told, 1.0 / true)
    with np.errstate(divide="ignore"):
        found = 1.0 / (scale * inverse + origin)
    astray = np.abs(found[chosen] - true) / true
    fitting = (astray < _FITS) & (found[chosen] > 0.0)
    if scale <= 0.0 or fitting.mean() < FITTING:
        return None
    return Scaled(plausible(found), float(np.median(astray)))


def _fitted(told: Numbers, wanted: Numbers) -> tuple[float, float]:
    """Factor and summand from one to the other, for as many as possible: what is off by far does not count."""
    first, second = np.triu_indices(len(told), 1)
    chosen = slice(None, None, max(1, len(first) // _PAIRS))
    first, second = first[chosen], second[chosen]
    with np.errstate(divide="ignore", invalid="ignore"):
        scales = (wanted[second] - wanted[first]) / (told[second] - told[first])
        origins = wanted[first] - scales * told[first]
        # As shares of what is wanted: a distance of 1 m and one of 10 m count alike.
        near = np.abs(scales[:, None] * told + origins[:, None] - wanted) < _FITS / 2.0 * wanted
    fitting = near[int(near.sum(axis=1).argmax())]
    weights = np.where(fitting, 1.0 / wanted, 0.0)
    columns = np.stack((told, np.ones(len(told))), axis=1) * weights[:, None]
    (scale, origin), *_ = np.linalg.lstsq(columns, wanted * weights, rcond=None)
    return float(scale), float(origin)
