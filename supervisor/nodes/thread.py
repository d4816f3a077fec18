"""An actor's incarnation in a thread of this process, as a cell sees it."""

import os
import threading

from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure

__all__ = ["FailedStart", "ThreadHandle"]


class ThreadHandle:
    """An incarnation in a thread (supervisor.otp.slot.Life). A thread shows no beat but its messages."""

    beat = 0.0

    def __init__(self, life: Incarnation, on_end: Ended) -> None:
        self._life = life
        self._on_end = on_end
        self._once = threading.Lock()
        self.pid = os.getpid()

    @property
    def handling(self) -> Envelope | None:
        """What it handles now."""
        return self._life.current

    @property
    def deterministic(self) -> bool:
        """Whether what it does can be replayed."""
        return self._life.actor.deterministic

    @property
    def begun(self) -> float | None:
        """When it began that, in monotonic seconds."""
        return self._life.begun if self._life.current is not None else None

    def rss(self) -> int:
        """A thread's memory is its process's."""
        return 0

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        """A thread cannot be killed: fence it, and let a successor take over the mailbox."""
        handling = self._life.current
        if message and (handling is None or handling.id != message):
            return
        failure = Failure(kind, why)
        if handling is not None:
            failure = Failure(kind, why, "", handling.id, type(handling.message).__name__)
        if self._life.fence(handling if message else None, failure) and self._once.acquire(blocking=False):
            self._on_end(failure)


class FailedStart:
    """An actor that could not even be built; its end is announced already."""

    pid = 0
    handling = None
    begun = None
    beat = 0.0

    def rss(self) -> int:
        """Nothing is held."""
        return 0

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        """Nothing lives here."""
