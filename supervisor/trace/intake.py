"""The bounded queue between many appending threads and the one that writes. Cheap on the hot side, and
it counts losses.
"""

import threading
from collections import deque

from actors.kernel.record import Record

__all__ = ["Intake"]

PATIENCE = 0.5
"""Seconds that appenders wait for the writer when the queue is full; after waiting in vain, nobody waits."""


class Intake:
    """Holds up to `capacity` records. wake: set when the writer should come before its time."""

    def __init__(self, capacity: int) -> None:
        self.wake = threading.Event()
        self.closed = False
        self._capacity = capacity
        self._pressed_at = capacity // 2
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
            self._overrun = False
            self._room.notify_all()

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
        return self._has_room() or self._wait()

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
