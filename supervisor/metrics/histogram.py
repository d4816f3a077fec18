"""A histogram as Prometheus wants it: counts of values up to each bound, which only grow."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

LATENCIES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Seconds: close together where a talk feels the difference."""

DURATIONS = (*LATENCIES, 15.0, 20.0, 30.0, 60.0, 120.0)
"""Seconds of what goes on for longer, such as a whole turn."""


class Counted(NamedTuple):
    """counts: of values in each bucket, the last one above all bounds. total: the sum of all values."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float

    def quantile(self, part: float) -> float | None:
        """The value below which `part` of them lie, between two bounds in a straight line; None without any. Above all
        bounds it is the last of them."""
        wanted, seen, below = part * sum(self.counts), 0, 0.0
        for bound, count in zip(self.bounds, self.counts, strict=False):
            if count and seen + count >= wanted:
                return below + (bound - below) * (wanted - seen) / count
            seen, below = seen + count, bound
        return below if sum(self.counts) else None


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
