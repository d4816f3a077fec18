"""The thread that waits for the disk, so that no actor does. It belongs to the database's path: when the actor crashes,
its successor takes over the thread with everything that waits."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from actors.kernel.message import Asker
from actors.kernel.protocol.storage import SaveChange, SaveFailed, SaveSnapshot
from actors.kernel.resource import Resources, path_key
from actors.persistence.messages import BackupFailed, MakeBackup
from actors.persistence.requests import Job, StoreOutcome, StoreRequest
from actors.persistence.write_behind import WriteBehind

WAITING = 4096
"""Requests that may wait; more are refused."""
STUCK = 5.0
"""Seconds without an answer after which the disk counts as stuck."""


class Writer:
    """Takes requests from one actor at a time, and answers all that wait as one group. Only `finish` waits.

    A subclass may work without a thread: it overrides `_begin`, `_rouse` and `_wait`.
    """

    _writers: ClassVar[Resources[str, "Writer"]] = Resources()

    def __init__(
        self, key: str, write_behind: WriteBehind, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.write_behind = write_behind
        self._monotonic = monotonic
        write_behind.backup.run_aside = self._aside
        self._key = key
        self._lock = threading.Condition()
        self._waiting: list[StoreRequest] = []
        self._begun = 0.0
        self._done: deque[StoreOutcome] = deque()
        self._ends = False
        self._crash: Exception | None = None
        self._notify: Callable[[str], None] = lambda _: None
        self._thread: threading.Thread | None = None

    @classmethod
    def at(cls, path: Path, write_behind: Callable[[], WriteBehind]) -> "Writer":
        """The process's only writer for the database at `path`; `write_behind` is called if there is none yet."""
        key = path_key(path)
        return cls._writers.take(key, None, lambda: cls(key, write_behind())).value

    def attach(self, notify: Callable[[str], None]) -> None:
        """From now on call `notify`, in the writer's thread, with the id of one cause when there are outcomes."""
        with self._lock:
            self._notify = notify
            self._ends = False
            self._begin()

    def hand(self, request: StoreRequest) -> None:
        """Queue a request, whose outcome is collected later."""
        with self._lock:
            message = request.message
            if isinstance(message, SaveSnapshot) and message.part == 0 and self.stuck > STUCK:
                self._supersede(message.domain)
            if len(self._waiting) < WAITING:
                self._waiting.append(request)
                self._begun = self._begun or self._monotonic()
                self._rouse()
            elif isinstance(message, SaveChange | SaveSnapshot):
                self._done.append(_failed(request.asker, message, "too many states wait for the disk"))
            elif isinstance(message, MakeBackup):
                why = BackupFailed("too much waits for the disk", "look at `supervisor status`")
                self._done.append(StoreOutcome(request.asker, why))

    def _supersede(self, domain: str) -> None:
        """Refuse the saves of a domain that wait: a stuck disk need only take the snapshot that has come."""
        waiting, self._waiting = self._waiting, []
        for request in waiting:
            message = request.message
            if isinstance(message, SaveChange | SaveSnapshot) and message.domain == domain:
                self._done.append(_failed(request.asker, message, "a snapshot has come since"))
            else:
                self._waiting.append(request)

    def collect(self) -> tuple[StoreOutcome, ...]:
        """The outcomes since the last call. Raises the exception that ended the thread unexpectedly."""
        with self._lock:
            crash, self._crash = self._crash, None
            if crash is not None:
                raise crash
            outcomes = tuple(self._done)
            self._done.clear()
        return outcomes

    @property
    def stuck(self) -> float:
        """Seconds for which the disk has worked on the current group; 0 when it is idle."""
        begun = self._begun
        return self._monotonic() - begun if begun else 0.0

    def finish(self, within: float) -> bool:
        """Answer all that waits, close the database and end the thread; False after `within` seconds."""
        with self._lock:
            self._ends = True
            self._rouse()
        return self._wait(within) and self._writers.leave(self._key, None)

    # -- the thread

    def _begin(self) -> None:
        """Start the thread."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="persistence-writer", daemon=True)
            self._thread.start()

    def _rouse(self) -> None:
        """Wake the thread."""
        self._lock.notify()

    def _wait(self, within: float) -> bool:
        """Wait for the thread's end; False when that takes too long."""
        if self._thread is None:
            return True
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting and not self._ends:
                    self._lock.wait(self.write_behind.due_in())
            batch = self._taken()
            if batch is None:
                break
            if (batch or self.write_behind.due_in() == 0.0) and not self._do_group(batch):
                return
        self._close()

    # -- a round

    def _taken(self) -> list[StoreRequest] | None:
        """Take what waits as one group; None when nothing waits and nothing more will come."""
        with self._lock:
            batch, self._waiting = self._waiting, []
            if batch or self.write_behind.due_in() == 0.0:
                self._begun = self._monotonic()
            return None if not batch and self._ends else batch

    def _do_group(self, batch: Sequence[StoreRequest]) -> bool:
        """Answer a group, then tidy up. False after an unexpected exception."""
        cause = batch[0].cause if batch else ""
        try:
            outcomes = self.write_behind.answer(batch)
            self._end_group(outcomes)
            if outcomes or batch:
                self._notify(cause)
            if self.write_behind.is_untidy:
                # A disk that does not answer is noticed here, too.
                self._begun = self._begun or self._monotonic()
                self.write_behind.tidy(busy=bool(self._waiting))
                self._end_group(())
                self._notify(cause)
        except Exception as error:
            self._end_group((), error)
            self._notify(cause)
            return False
        return True

    def _close(self) -> None:
        if self.write_behind.logs.unwritten:
            self.write_behind.work((StoreRequest(None, Asker("", "")),))
        self.write_behind.close()

    def _aside(self, job: Job, cause: str) -> None:
        """Run a job in another thread; `finish` does not wait for it."""
        thread = threading.Thread(target=self._do, args=(job, cause), name="persistence-backup", daemon=True)
        thread.start()

    def _do(self, job: Job, cause: str) -> None:
        outcome, crash = None, None
        try:
            outcome = job()
        except Exception as error:
            crash = error
        with self._lock:
            if outcome is not None:
                self._done.append(outcome)
            self._crash = self._crash or crash
        self._notify(cause)

    def _end_group(self, outcomes: tuple[StoreOutcome, ...], crash: Exception | None = None) -> None:
        with self._lock:
            self._done.extend(outcomes)
            self._crash = self._crash or crash
            self._begun = self._monotonic() if self._waiting else 0.0


def _failed(asker: Asker, save: SaveChange | SaveSnapshot, why: str) -> StoreOutcome:
    return StoreOutcome(asker, SaveFailed(save.domain, save.version, why))
