"""A thread for an actor's slow work, one job after the other, so that the actor never blocks."""

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Job = TypeVar("Job")


class Worker(Generic[Job]):
    """Runs `work`, which must not raise, on each job, in order. When `limit` jobs wait, `give` refuses another."""

    def __init__(self, name: str, work: Callable[[Job], None], limit: int) -> None:
        self._work = work
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._limit = limit
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def give(self, job: Job) -> bool:
        """Queue `job`; False when too many are waiting."""
        if self._jobs.qsize() >= self._limit:
            return False
        self._jobs.put(job)
        return True

    def stop(self, timeout: float) -> None:
        """Forget what waits, and wait up to `timeout` seconds for the end of the job in hand."""
        self._stopping = True
        self._jobs.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None and not self._stopping:
            self._work(job)
