"""The simulated moderation server: it flags texts with a certain word, late, or does not answer at all."""

from collections.abc import Callable
from dataclasses import dataclass

from actors.kernel.message import Message
from actors.llm.http.moderations import Check
from actors.llm.internal import TextJudged
from supervisor.simulation.scheduler import Scheduler

TAKES = 0.2
"""Seconds on average until a text is judged."""

FAILS = 0.1
"""The probability that the server answers with an error, or not in time: half of each."""


@dataclass(slots=True)
class SimulatedModerations:
    """In place of the thread that asks the server (actors.llm.http.moderations.Moderations). flagged: the word."""

    post: Callable[[Message, str], None]
    scheduler: Scheduler
    flagged: str
    closed: bool = False

    def submit(self, check: Check) -> None:
        """Answered within its time."""
        dice = self.scheduler.dice
        late, fate = dice.expovariate(1.0 / TAKES), dice.random()
        if late >= check.within or fate < FAILS / 2:
            self._later(check.within, self._failed(check, "timeout"))
        elif fate < FAILS:
            self._later(late, self._failed(check, "server_error"))
        else:
            flagged = self.flagged in check.text.casefold()
            self._later(late, TextJudged(check.request, ("harassment",) if flagged else ()))

    def close(self, timeout: float) -> None:
        self.closed = True

    def _failed(self, check: Check, kind: str) -> TextJudged:
        return TextJudged(check.request, kind=kind, owner="the simulated server has trouble")

    def _later(self, seconds: float, judged: TextJudged) -> None:
        self.scheduler.after(seconds, lambda: None if self.closed else self.post(judged, judged.request))
