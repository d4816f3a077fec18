"""The bounded queue between many appending threads and one writer: cheap to append to, and it counts losses."""

import threading
from collections import deque

from actors.kernel.record import Record

PATIENCE = 0.5
"""Seconds that appenders wait for the writer when the queue is full; after a time-out the next ones do not wait."""

BACKLOG = 0.025
"""Seconds of work that may wait before appenders let the writer catch up: a SIGKILL loses what waits."""
LEAST = 64
FIRST = 1024
"""Records: the least limit, and the limit until the writer's pace is known."""
EASE = 0.05
"""Seconds that an appender lets the writer catch up; after a time-out (the disk stalls) the next ones do not wait."""


class RecordQueue:
    """Holds up to `capacity` records. lost: records lost in all."""

    def __init__(self, capacity: int) -> None:
        self._hurry = threading.Event()  # set when the writer should write now
        self._news = threading.Event()  # set when a writer that dozes has something to do
        self._dozes = False
        self.closed = False
        self._capacity = capacity
        self._soft = min(capacity // 2, FIRST)
        self._pressed_at = self._soft // 2
        self._slow = False
        self._stuck = False
        self._overrun = False
        self._records: deque[Record] = deque()
        self.take = self._records.popleft
        """Removes and returns the oldest record, for the writer. Raises IndexError when empty."""
        self._room = threading.Condition()
        self.lost = 0

    def __len__(self) -> int:
        return len(self._records)

    def append(self, record: Record) -> None:
        """Queue the record, from any thread; a failure wakes the writer. Never raises."""
        if len(self._records) >= self._pressed_at and not self._admit():
            self.lose(1)
            return
        self._records.append(record)
        if record.failure is not None:
            self.hurry()
        elif self._dozes:
            self._news.set()

    def hurry(self) -> None:
        """Let the writer write now."""
        self._hurry.set()
        self._news.set()

    def pause(self, interval: float, doze: float | None = 0.0) -> None:
        """Wait, in the writer, until it should write: for `interval` seconds, unless there is a hurry.

        doze: seconds that it may sleep before, until a first record comes; None: for ever."""
        self._dozes = True
        # After announcing it: who appended before sees a record here, and who appends later sees the writer dozing.
        if not self._records and not self._hurry.is_set():
            self._news.wait(doze)
        self._dozes = False
        self._news.clear()
        self._hurry.wait(interval)
        self._hurry.clear()

    def made_room(self) -> None:
        """Let waiting appenders check for room."""
        with self._room:
            self._overrun = self._slow = False
            self._room.notify_all()

    def pace(self, records: int, seconds: float) -> None:
        """Limit what may wait to what the writer does in BACKLOG, after it wrote `records` in `seconds`."""
        if records < LEAST or self.closed:
            return
        self._soft = min(self._capacity // 2, max(LEAST, int(records / max(seconds, 1e-6) * BACKLOG)))
        self._pressed_at = self._soft // 2

    def lose(self, records: int) -> None:
        """Count records that no file will hold."""
        with self._room:
            self.lost += records

    def stick(self, stuck: bool) -> None:
        """Note whether the writer is stuck: then no appender waits for it."""
        with self._room:
            self._stuck = stuck
            self._room.notify_all()

    def close(self) -> None:
        """Refuse further records, and wake the writer."""
        with self._room:
            self.closed = True
            self._pressed_at = -1
            self._room.notify_all()
        self.hurry()

    def _admit(self) -> bool:
        if self.closed:
            return False
        if not self._stuck and not self._hurry.is_set():
            self.hurry()
        if not self._has_room():
            return self._wait()
        if len(self._records) >= self._soft:
            self._ease()
        return True

    def _ease(self) -> None:
        with self._room:
            if not self._slow:
                self._slow = not self._room.wait_for(
                    lambda: len(self._records) < self._soft or self._stuck or self.closed, EASE
                )

    def _wait(self) -> bool:
        with self._room:
            patience = 0.0 if self._overrun else PATIENCE
            heard = self._room.wait_for(lambda: self._has_room() or self._stuck or self.closed, patience)
            # Every appender that was let in gets a place: at most their number exceeds the bound.
            room = heard and not self.closed and (not self._stuck or self._has_room())
            self._overrun = not room
            return room

    def _has_room(self) -> bool:
        return len(self._records) < self._capacity
