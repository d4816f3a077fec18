"""What each actor did in the last minute, from one status after the other."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

MINUTE = 60.0
APART = 0.9
"""Seconds between two samples at least."""
WIDTH, HEIGHT = 60, 16
"""Of a line that is drawn."""


@dataclass(frozen=True, slots=True)
class Sample:
    """At `at` (monotonic seconds): handled messages, processor seconds, and messages that wait."""

    at: float
    handled: int
    cpu: float
    waiting: int


@dataclass(frozen=True, slots=True)
class Pace:
    """rate: messages handled a second. cpu: of one core, in [0, ...). None where there is but one sample.

    rates, waiting: points of lines, oldest first, "" for none (`polyline`)."""

    rate: float | None = None
    cpu: float | None = None
    most_rate: float = 0.0
    most_waiting: int = 0
    rates: str = ""
    waiting: str = ""


NO_PACE = Pace()
Series = Mapping[str, tuple[Sample, ...]]


def after(series: Series, rows: Sequence[Mapping[str, Any]], now: float) -> Series:
    """The samples of the last minute after the rows of a status at `now`; of actors that are gone none."""
    return {
        row["address"]: (
            *(one for one in series.get(row["address"], ()) if now - one.at <= MINUTE),
            Sample(now, row["handled"], row.get("cpu") or 0.0, row["mailbox"]),
        )
        for row in rows
    }


def pace(samples: Sequence[Sample]) -> Pace:
    """The pace of an actor: its rate over the last few seconds, and its lines."""
    if len(samples) < 2:
        return NO_PACE
    last, before = samples[-1], samples[max(0, len(samples) - 4)]
    passed = last.at - before.at
    rates = [_rate(one, other) for one, other in pairwise(samples)]
    most_waiting = max(one.waiting for one in samples)
    return Pace(
        max(0, last.handled - before.handled) / passed,
        max(0.0, last.cpu - before.cpu) / passed,
        max(rates),
        most_waiting,
        _line([one.at for one in samples[1:]], rates, max(rates)),
        _line([one.at for one in samples], [one.waiting for one in samples], most_waiting),
    )


def _rate(one: Sample, other: Sample) -> float:
    return max(0, other.handled - one.handled) / (other.at - one.at)


def _line(times: Sequence[float], values: Sequence[float], most: float) -> str:
    """The points of a line over a minute, whose right end is now; "" where nothing happened."""
    if not most or len(values) < 2:
        return ""
    end = times[-1]
    return " ".join(
        f"{WIDTH - (end - at) / MINUTE * WIDTH:.1f},{HEIGHT - 1 - value / most * (HEIGHT - 2):.1f}"
        for at, value in zip(times, values, strict=True)
    )


@dataclass(slots=True)
class Histories:
    """The samples that all readers of the status share. For any thread."""

    _series: Series = field(default_factory=dict)
    _at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, rows: Sequence[Mapping[str, Any]], now: float) -> Mapping[str, Pace]:
        """The pace of each actor after these rows, at `now` (monotonic seconds)."""
        with self._lock:
            if now - self._at >= APART:
                self._series, self._at = after(self._series, rows, now), now
            series = self._series
        return {address: pace(samples) for address, samples in series.items()}
