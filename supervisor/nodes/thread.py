"""Incarnations in threads of this process: how they are launched, and the handles on them."""

import logging
import os
import threading
from collections.abc import Callable

from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.thread_host import ExternalClient, ThreadHost
from supervisor.otp.slot import ActorHandle, ActorSlot

__all__ = ["FailedStart", "ThreadHandle", "ThreadLauncher"]

log = logging.getLogger(__name__)


class ThreadLauncher:
    """Runs incarnations in pykka threads. client: how a plain pykka reference reaches them."""

    def __init__(self, client: ExternalClient) -> None:
        self._client = client

    def launch(self, slot: ActorSlot, make: Callable[[Ended], Incarnation], on_end: Ended) -> ActorHandle:
        """Run the incarnation that `make` makes. An actor that cannot be made ends at once, in a thread of its own."""
        made: list[Incarnation] = []

        def make_for_host(ended: Ended) -> Incarnation:
            def end(failure: Failure | None) -> None:
                ended(failure)
                on_end(failure)

            made.append(make(end))
            return made[0]

        try:
            ThreadHost.start(make_for_host, self._client)
        except Exception as error:
            log.exception("%s: could not be made", slot.address)
            failure = Failure(type(error).__name__, str(error)[:500])
            threading.Thread(target=on_end, args=(failure,), daemon=True).start()
            return FailedStart()
        return ThreadHandle(made[0], on_end)


class ThreadHandle:
    """An incarnation in a thread (supervisor.otp.slot.ActorHandle). A thread shows no sign of life but its messages."""

    beat = 0.0

    def __init__(self, incarnation: Incarnation, on_end: Ended) -> None:
        self.incarnation = incarnation
        self._on_end = on_end
        self._once = threading.Lock()
        self.pid = os.getpid()

    @property
    def handling(self) -> Envelope | None:
        """What it handles now."""
        return self.incarnation.current

    @property
    def deterministic(self) -> bool:
        """Whether what it does can be replayed."""
        return self.incarnation.actor.deterministic

    @property
    def begun(self) -> float | None:
        """When it began that, in monotonic seconds."""
        return self.incarnation.begun if self.incarnation.current is not None else None

    def rss(self) -> int:
        """A thread's memory is its process's."""
        return 0

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        """A thread cannot be killed: fence it, and let a successor take over the mailbox."""
        handling = self.incarnation.current
        if message and (handling is None or handling.id != message):
            return
        failure = Failure(kind, why)
        if handling is not None:
            failure = Failure(kind, why, "", handling.id, type(handling.message).__name__)
        if self.incarnation.fence(handling if message else None, failure) and self._once.acquire(
            blocking=False
        ):
            self._on_end(failure)


class FailedStart:
    """An actor that could not be made; its end is announced already."""

    pid = 0
    handling = None
    begun = None
    beat = 0.0

    def rss(self) -> int:
        """Nothing is held."""
        return 0

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        """Nothing runs here."""
