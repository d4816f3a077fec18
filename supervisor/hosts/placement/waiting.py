"""The handle of an actor that waits for its host: nothing runs, and its messages wait in its mailbox."""

import threading
from collections.abc import Callable

from actors.kernel.directory import Directory
from actors.kernel.durations import Counts, no_counts
from actors.kernel.protocol.lifecycle import Failure, Stop
from supervisor.otp.slot import ActorSlot


class WaitingHandle:
    """Ends when its supervisor stops it (supervisor.otp.slot.ActorHandle). directory: takes what nobody handles. ready:
    tell the supervisor that this is how it runs now."""

    pid = 0
    place = "wait"
    handling = None
    begun = None
    beat = 0.0
    durations: Counts = tuple(no_counts())

    def __init__(
        self,
        slot: ActorSlot,
        directory: Directory,
        on_ready: Callable[[], None],
        on_end: Callable[[Failure | None], None],
        *,
        ready: bool,
    ) -> None:
        self._address = slot.address
        self._mailbox = slot.mailbox
        self._directory = directory
        self._on_end = on_end
        self._once = threading.Lock()
        self._mailbox.rest(self._look)
        if ready:
            threading.Thread(target=on_ready, name=f"{slot.address}/waits", daemon=True).start()
        self._look()  # it may have been stopped before

    def rss(self) -> int:
        return 0

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        if not message:
            self._end(Failure(kind, why))

    def _look(self) -> bool:
        """In the thread of whoever has sent something: nothing is done but to end when that was asked for."""
        if stops := self._mailbox.withdraw(Stop):
            for stop in stops:
                self._directory.dead_letter(stop, "stopped", f"{self._address} waited for its host")
            self._end(None)
        return True

    def _end(self, failure: Failure | None) -> None:
        if self._once.acquire(blocking=False):
            self._mailbox.express = None
            # Not here: the sender may be the supervisor, which holds what the end needs.
            threading.Thread(target=self._on_end, args=(failure,), name="waited", daemon=True).start()
