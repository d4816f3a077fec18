"""The simulated wire between two processes: frames take their time, and arrive in order."""

import random
from collections.abc import Callable

from supervisor.nodes.link import FrameType
from supervisor.simulation.scheduler import Scheduler

LATENCY = 0.0003
LAG = 0.2
"""Seconds on average that a frame takes, usually and while the link is slow."""


class Line:
    """One direction of a link. open: False when the other end has closed. cut: nothing arrives any more.

    take: called with each frame. ended: called when it was closed, and all that was sent before has arrived."""

    def __init__(
        self,
        scheduler: Scheduler,
        take: Callable[[FrameType, bytes], None],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.open = True
        self.cut = False
        self.slow_until = 0.0
        self.held_until = 0.0
        self._scheduler = scheduler
        self._dice: random.Random = scheduler.dice
        self._take = take
        self._ended = ended
        self._last = 0.0

    def send(self, frame: FrameType, body: bytes = b"") -> None:
        if self.open:
            self._scheduler.at(self._arrival(), lambda: self._arrive(frame, body))

    def end(self) -> None:
        """Close the line."""
        self.open = False
        self._scheduler.at(self._arrival(), self._ended)

    def writable(self) -> bool:
        """Whether `send` would not block: not while the link is slow, or holds everything back."""
        return self._scheduler.clock.time >= max(self.slow_until, self.held_until)

    def _arrive(self, frame: FrameType, body: bytes) -> None:
        if not self.cut:
            self._take(frame, body)

    def _arrival(self) -> float:
        now = self._scheduler.clock.time
        mean = LAG if now < self.slow_until else LATENCY
        self._last = max(self._last, self.held_until, now + self._dice.expovariate(1.0 / mean))
        return self._last
