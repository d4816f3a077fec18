"""How well what was seen agrees with what was there. Pure.

A box is (left, top, width, height) as shares of the picture. What is found matches somebody if both boxes share half of
what they cover together; each counts once, the surest first.
"""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MATCHES = 0.5
"""Share of what both boxes cover that lies in both, from which on they are of the same."""


class Box(NamedTuple):
    left: float
    top: float
    width: float
    height: float


class Somebody(NamedTuple):
    """Who was there, as the renderer knows. metres: along the ground. counts: seen well enough to be asked for."""

    name: str
    box: Box
    metres: float
    counts: bool


class Guess(NamedTuple):
    """What was found, with how sure it was."""

    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one or many pictures. found: of the `asked` people. wrong: found where nobody is. pictures: looked at."""

    asked: int = 0
    found: int = 0
    wrong: int = 0
    pictures: int = 0

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            self.asked + other.asked,
            self.found + other.found,
            self.wrong + other.wrong,
            self.pictures + other.pictures,
        )

    @property
    def recall(self) -> float:
        """Share of the people asked for that were found; 1 if there were none."""
        return self.found / self.asked if self.asked else 1.0

    @property
    def wrong_each(self) -> float:
        """False alarms a picture; 0 if there were none to look at."""
        return self.wrong / self.pictures if self.pictures else 0.0


def overlap(a: Box, b: Box) -> float:
    """What lies in both by what lies in either (IoU), in [0, 1]; 0 for boxes without an area."""
    width = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    height = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
    shared = max(width, 0.0) * max(height, 0.0)
    either = a.width * a.height + b.width * b.height - shared
    return shared / either if either > 0.0 else 0.0


def matched(people: Sequence[Somebody], guesses: Iterable[Guess]) -> dict[int, int]:
    """For the number of each guess that is of somebody, whose: the surest chooses first, each person once."""
    pairs: dict[int, int] = {}
    for i, guess in sorted(enumerate(guesses), key=lambda numbered: -numbered[1].score):
        free = [n for n in range(len(people)) if n not in pairs.values()]
        best = max(free, key=lambda n: overlap(people[n].box, guess.box), default=None)
        if best is not None and overlap(people[best].box, guess.box) >= MATCHES:
            pairs[i] = best
    return pairs


def judged(people: Sequence[Somebody], guesses: Sequence[Guess]) -> Verdict:
    """One picture. Who does not count is neither asked for nor a false alarm when found, nor is a part of somebody."""
    pairs = matched(people, guesses)
    found = sum(people[n].counts for n in pairs.values())
    wrong = sum(i not in pairs and not _of_somebody(guess, people) for i, guess in enumerate(guesses))
    return Verdict(sum(one.counts for one in people), found, wrong, 1)


def _of_somebody(guess: Guess, people: Iterable[Somebody]) -> bool:
    """Whether it only drew the box badly, which is no false alarm: most of its box is somebody's."""
    return any(_inside(guess.box, one.box) >= MATCHES for one in people)


def _inside(inner: Box, outer: Box) -> float:
    width = min(inner.left + inner.width, outer.left + outer.width) - max(inner.left, outer.left)
    height = min(inner.top + inner.height, outer.top + outer.height) - max(inner.top, outer.top)
    area = inner.width * inner.height
    return max(width, 0.0) * max(height, 0.0) / area if area > 0.0 else 0.0


def names_read(there: Iterable[str], read: Iterable[str | None]) -> tuple[int, int]:
    """How many of the names were read, and how many were read that are not there. None: read as nobody's."""
    names, heard = set(there), {name for name in read if name is not None}
    return len(names & heard), len(heard - names)


def median_error(pairs: Iterable[tuple[float, float]]) -> float:
    """Median of |said - true| / true. Raises ValueError (StatisticsError) without any."""
    return statistics.median(abs(said - true) / true for said, true in pairs)


@dataclass(frozen=True, slots=True)
class Visits:
    """How often each name came and went. once: names for whom that was as often as it was so."""

    once: tuple[str, ...]
    others: Mapping[str, tuple[int, int, int]]
    """For every other name: how often it really came, was said to have entered, and to have left."""

    @property
    def people(self) -> int:
        """How many really came."""
        return len(self.once) + sum(came > 0 for came, _, _ in self.others.values())


def visits(real: Mapping[str, int], entered: Sequence[str], left: Sequence[str]) -> Visits:
    """real: how often each came, and went, in truth. Names that were never there are among the others."""
    names = sorted({*real, *entered, *left})
    counts = {name: (real.get(name, 0), entered.count(name), left.count(name)) for name in names}
    once = tuple(name for name, (a, b, c) in counts.items() if a == b == c)
    return Visits(once, {name: count for name, count in counts.items() if name not in once})
