"""Shrinks the list of faults of a failing run while the run still fails (delta debugging)."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
MOST_RUNS = 200


def kind_of(found: str) -> str:
    """The kind of a violation: the word between its time and its details."""
    return found.partition(" s: ")[2].partition(":")[0]


def shrunk(items: Sequence[T], fails: Callable[[Sequence[T]], bool], most: int = MOST_RUNS) -> tuple[T, ...]:
    """A part of `items` that still `fails` and needs each of its items, as far as `most` tries can tell."""
    left, parts, runs = tuple(items), 2, 0
    if left and fails(()):
        return ()
    while len(left) > 1 and runs < most:
        size = -(-len(left) // parts)
        for start in range(0, len(left), size):
            without = left[:start] + left[start + size :]
            runs += 1
            if without and fails(without):
                left, parts = without, max(2, parts - 1)
                break
        else:
            if size == 1:
                break
            parts = min(len(left), parts * 2)
    return left
