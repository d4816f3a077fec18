"""A histogram as Prometheus wants it: counts of values up to each bound, which only grow."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

LATENCIES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Seconds: close together where a talk feels the difference."""


class Counted(NamedTuple):
    """counts: of values in each bucket, the last one above all bounds. total: the sum of all values."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float


class Histogram:
    """bounds: ascending. Not for several writers at once."""

    def __init__(self, bounds: Sequence[float] = LATENCIES) -> None:
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self._total = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._total += value

    def read(self) -> Counted:
        return Counted(self._bounds, tuple(self._counts), self._total)
