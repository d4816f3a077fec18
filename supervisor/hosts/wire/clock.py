"""How far apart the clocks of two machines are, and how long a word takes there and back, as NTP finds it. Pure."""

from dataclasses import dataclass

KEPT = 16
"""Samples that are looked at: some eight seconds."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One question and its answer. Seconds. offset: the other clock minus ours, off by half the round trip at most."""

    round_trip: float
    offset: float


@dataclass(frozen=True, slots=True)
class ClockEstimate:
    """What the newest samples say. The one with the least delay tells most about the clocks: nothing made it wait."""

    samples: tuple[Sample, ...] = ()

    def with_answer(self, took: float, asked: float, heard: float, answered: float) -> "ClockEstimate":
        """With another sample. took: seconds from question to answer, on our steady clock. asked: when we asked, on our
        clock; heard, answered: on the other's. One that cannot be true is left out."""
        there = answered - heard
        round_trip = took - there
        if there < 0 or round_trip < 0:
            return self
        offset = ((heard - asked) + (answered - (asked + took))) / 2
        return ClockEstimate((*self.samples, Sample(round_trip, offset))[-KEPT:])

    @property
    def best(self) -> Sample | None:
        return min(self.samples, key=lambda sample: sample.round_trip, default=None)

    @property
    def round_trip(self) -> float | None:
        """Seconds, of the quickest sample; None before the first."""
        return self.best.round_trip if self.best else None

    @property
    def offset(self) -> float | None:
        """Seconds that the other clock is ahead."""
        return self.best.offset if self.best else None
