"""The bounded queue between many appending threads and the one that writes: cheap to append to; it counts losses."""

import threading
from collections import deque

from actors.kernel.record import Record

__all__ = ["RecordQueue"]

PATIENCE = 0.5
"""Seconds that appenders wait for the writer when the queue is full; after waiting in vain, nobody waits."""


BACKLOG = 0.025
"""Seconds of work that may wait for the writer before appenders let it catch up: what waits is lost by a SIGKILL."""
LEAST = 64
FIRST = 1024
"""Records, at most and at least, and as long as the writer's pace is not known."""
EASE = 0.05
"""Seconds that an appender lets the writer catch up; if that is in vain (the disk stalls), the next do not wait."""


class RecordQueue:
    """Holds up to `capacity` records. wake: set when the writer should come before its time."""

    def __init__(self, capacity: int) -> None:
        self.wake = threading.Event()
        self.closed = False
        self._capacity = capacity
        self._soft = min(capacity // 2, FIRST)
        self._pressed_at = self._soft // 2
        self._slow = False
        self._stuck = False
        self._overrun = False
        self._records: deque[Record] = deque()
        self.take = self._records.popleft
        """The oldest record. For the writer; raises IndexError when there is none."""
        self._room = threading.Condition()
        self._lost = 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def lost(self) -> int:
        """How many records were lost in all."""
        return self._lost

    def append(self, record: Record) -> None:
        """Queue the record, from any thread; a failure wakes the writer. Never raises."""
        if len(self._records) >= self._pressed_at and not self._admit():
            self.lose(1)
            return
        self._records.append(record)
        if record.failure is not None:
            self.wake.set()

    def made_room(self) -> None:
        """Let appenders that wait look again."""
        with self._room:
            self._overrun = self._slow = False
            self._room.notify_all()

    def pace(self, records: int, seconds: float) -> None:
        """Say how many records the writer has just written in which time: no more than it does in BACKLOG should
        wait."""
        if records < LEAST or self.closed:
            return
        self._soft = min(self._capacity // 2, max(LEAST, int(records / max(seconds, 1e-6) * BACKLOG)))
        self._pressed_at = self._soft // 2

    def lose(self, records: int) -> None:
        """Count records that will be in no file."""
        with self._room:
            self._lost += records

    def stick(self, stuck: bool) -> None:
        """Say whether the writer cannot write at all: then nobody waits for it."""
        with self._room:
            self._stuck = stuck
            self._room.notify_all()

    def close(self) -> None:
        """Take nothing any more, and wake the writer."""
        with self._room:
            self.closed = True
            self._pressed_at = -1
            self._room.notify_all()
        self.wake.set()

    def _admit(self) -> bool:
        if self.closed:
            return False
        self._press()
        if not self._has_room():
            return self._wait()
        if len(self._records) >= self._soft:
            self._ease()
        return True

    def _ease(self) -> None:
        with self._room:
            if not self._slow:
                caught_up = self._room.wait_for(lambda: self._is_short() or self._stuck or self.closed, EASE)
                self._slow = not caught_up

    def _is_short(self) -> bool:
        return len(self._records) < self._soft

    def _wait(self) -> bool:
        with self._room:
            patience = 0.0 if self._overrun else PATIENCE
            heard = self._room.wait_for(lambda: self._has_room() or self._stuck or self.closed, patience)
            # Whoever was let in gets a place, though the others that were let in may have been faster: the
            # bound is overshot by the number of appenders at most.
            room = heard and not self.closed and (not self._stuck or self._has_room())
            self._overrun = not room
            return room

    def _has_room(self) -> bool:
        return len(self._records) < self._capacity

    def _press(self) -> None:
        if not self._stuck and not self.wake.is_set():
            self.wake.set()
