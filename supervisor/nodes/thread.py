"""Incarnations in threads of this process: their launcher and handles."""

import logging
import os
import threading
from collections.abc import Callable

from actors.kernel.durations import Counts, no_counts
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.thread_host import ExternalClient, ThreadHost
from supervisor.cpp_runtime import words
from supervisor.otp.slot import ActorHandle, ActorSlot

log = logging.getLogger(__name__)


class ThreadLauncher:
    """Runs incarnations in pykka threads. client: delivers what comes by a plain pykka reference."""

    def __init__(self, client: ExternalClient) -> None:
        self._client = client

    def launch(self, slot: ActorSlot, make: Callable[[Ended], Incarnation], on_end: Ended) -> ActorHandle:
        """Run the incarnation that `make` makes. If `make` fails, `on_end` is called in a thread of its own."""
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
            failure = Failure(type(error).__name__, words(error)[:500])
            threading.Thread(target=on_end, args=(failure,), daemon=True).start()
            return FailedStart()
        return ThreadHandle(made[0], on_end)


class ThreadHandle:
    """An incarnation in a thread (supervisor.otp.slot.ActorHandle)."""

    beat = 0.0
    place = "thread"

    def __init__(self, incarnation: Incarnation, on_end: Ended) -> None:
        self.incarnation = incarnation
        self._on_end = on_end
        self._once = threading.Lock()
        self.pid = os.getpid()

    @property
    def handling(self) -> Envelope | None:
        return self.incarnation.current

    @property
    def deterministic(self) -> bool:
        """Whether what it does can be replayed."""
        return self.incarnation.actor.deterministic

    @property
    def begun(self) -> float | None:
        return self.incarnation.begun if self.incarnation.current is not None else None

    @property
    def durations(self) -> Counts:
        return tuple(self.incarnation.durations)

    def rss(self) -> int:
        return 0  # a thread's memory is its process's

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        """Fence the thread, which cannot be killed, and let a successor take over the mailbox."""
        handling = self.incarnation.current
        if message and (handling is None or handling.id != message):
            return
        failure = Failure(kind, why)
        if handling is not None:
            failure = Failure(kind, why, "", handling.id, type(handling.message).__name__)
        fenced = self.incarnation.fence(handling if message else None, failure)
        if fenced and self._once.acquire(blocking=False):
            self._on_end(failure)


class FailedStart:
    """The handle of an actor that could not be made. Its end is already announced."""

    pid = 0
    place = "thread"
    handling = None
    begun = None
    beat = 0.0
    durations: Counts = tuple(no_counts())

    def rss(self) -> int:
        return 0

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        pass
