"""A thread for an actor's slow work, one job after the other, so that the actor never blocks."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from actors.speech.free_memory import give_back

Job = TypeVar("Job")


RESTS_AFTER = 10.0
"""Seconds without a job after which memory is given back: what a model needs at its next run has to be had anew."""


class Worker(Generic[Job]):
    """Runs `work`, which must not raise, on each job, in order. When `limit` jobs wait, `give` refuses another.

    What is only a guess waits apart: it is begun when nothing else waits. rest: called when nothing has come for a
    while."""

    def __init__(
        self, name: str, work: Callable[[Job], None], limit: int, rest: Callable[[], None] = give_back
    ) -> None:
        self._work = work
        self._rest = rest
        self._jobs: deque[Job] = deque()
        self._guess: deque[Job] = deque(maxlen=1)
        self._limit = limit
        self._stopping = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def give(self, job: Job) -> bool:
        """Queue `job`; False when too many are waiting."""
        with self._change:
            if len(self._jobs) >= self._limit:
                return False
            self._jobs.append(job)
            self._change.notify()
            return True

    def guess(self, job: Job) -> None:
        """Do `job` when there is nothing else to do, in place of the guess that waits."""
        with self._change:
            self._guess.append(job)
            self._change.notify()

    def promote(self) -> None:
        """The guess that waits, if any, is none any more: it is next."""
        with self._change:
            self._jobs.extendleft(self._guess)
            self._guess.clear()

    def stop(self, timeout: float) -> None:
        """Forget what waits, and wait up to `timeout` seconds for the end of the job in hand."""
        with self._change:
            self._stopping = True
            self._change.notify()
        self._thread.join(timeout)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            self._work(job)

    def _next(self) -> Job | None:
        if not self._wait(RESTS_AFTER):
            self._rest()
        with self._change:
            self._wait(None)
            if self._stopping:
                return None
            return (self._jobs or self._guess).popleft()

    def _wait(self, timeout: float | None) -> bool:
        """Wait for something to do; False when there is nothing for so many seconds."""
        with self._change:
            return self._change.wait_for(lambda: bool(self._jobs or self._guess or self._stopping), timeout)
