"""How long handlers take, as counts by duration: cheap enough for every message, and read by whoever wants to know.

Place n of the counts holds what took from 2 ** ((n - 1) / 2) to 2 ** (n / 2) microseconds: the square of the time has n
bits. Place 0 holds what took less than a microsecond.
"""

from collections.abc import MutableSequence, Sequence
from operator import add, sub

PLACES = 96
"""Enough for years."""
Counts = Sequence[int]


def no_counts() -> MutableSequence[int]:
    return [0] * PLACES


def bound(place: int) -> float:
    """The seconds that what is counted at `place` took less than."""
    return float(2 ** (place / 2)) * 1e-6


def together(one: Counts, other: Counts) -> Counts:
    """Both, place by place."""
    return tuple(map(add, one, other))


def since(now: Counts, then: Counts) -> Counts:
    """What was counted after `then`."""
    return tuple(map(sub, now, then))


def quantile(counts: Counts, part: float) -> float | None:
    """The seconds that `part` (0 to 1) of what is counted did not exceed, to within a fifth; None without any."""
    left = part * sum(counts)
    if not left:
        return None
    for place, count in enumerate(counts):
        if not count:
            continue
        if count >= left:
            least = bound(place - 1) if place else 0.0
            return least + (bound(place) - least) * left / count
        left -= count
    return bound(len(counts))
