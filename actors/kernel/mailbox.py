"""The mailbox of an address: bounded, in lanes, and kept from one incarnation to the next.

`put` never blocks and never loses anything silently: it returns the envelope that will not be handled. One reader at a
time may `take`.
"""

import contextlib
import enum
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from actors.kernel.message import Envelope, Lane, Message

# Looking up an enum's member costs more than the rest of `put`.
_SYSTEM, _DATA = Lane.SYSTEM, Lane.DATA


class Full(enum.StrEnum):
    """What a full mailbox does with a new data message."""

    REJECT = "reject"
    DROP_OLDEST = "drop_oldest"


class RejectReason(enum.StrEnum):
    """Why an envelope will never be handled from this mailbox."""

    REJECTED = "rejected"
    DROPPED = "dropped"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"


class Put(msgspec.Struct, frozen=True, gc=False):
    """An envelope that fell out of the mailbox because of a `put`, and why."""

    envelope: Envelope
    why: RejectReason


class _Slot:
    """A place in the data queue that always holds the newest envelope of its key."""

    __slots__ = ("envelope", "key")

    def __init__(self, key: str, envelope: Envelope) -> None:
        self.key = key
        self.envelope = envelope


_Queue = deque[Any] | list[Any]


class Mailbox:
    """Three lanes in front of one reader.

    capacity: maximum of data messages. reserve: room beyond that for replies, and again for system messages. Racing
    senders may exceed these bounds by their number. The ends of a queue are atomic: the hot path takes no lock.
    """

    def __init__(self, capacity: int = 1024, reserve: int = 256, full: Full = Full.REJECT) -> None:
        self.capacity = capacity
        self.full = full
        self._hard_limit = capacity + reserve
        self._reserve = reserve
        self._system: list[Envelope] = []  # nearly always empty, when a deque takes ten times as much
        self._data: deque[Envelope | _Slot] = deque()
        self._slots: dict[str, _Slot] = {}
        self._lock = threading.Lock()
        self._wake = threading.Lock()
        self._wake.acquire()
        self._waiting = False
        self._closed = False
        self.express: Callable[[], bool] | None = None
        """Called by a sender instead of waking the reader; True when nothing is left for the reader to do."""

    def __len__(self) -> int:
        return len(self._system) + len(self._data)

    @property
    def closed(self) -> bool:
        """True after the final stop: nothing is accepted any more."""
        return self._closed

    def put(self, envelope: Envelope) -> Put | None:
        """Queue `envelope`; None, or the envelope that will not be handled: this one (rejected, stopped), an older one
        (dropped), or the one that this one replaces (superseded)."""
        lane = envelope.message.lane
        queue: _Queue
        if lane is _DATA or (envelope.answers and lane is not _SYSTEM):
            queue = self._data
            if len(queue) >= self.capacity and (not envelope.answers or len(queue) >= self._hard_limit):
                return self._put_full(envelope)
        elif lane is _SYSTEM:
            queue = self._system
            if len(queue) >= self._reserve:
                return Put(envelope, RejectReason.REJECTED)
        else:
            return self._put_latest(envelope)
        queue.append(envelope)
        if self._waiting:
            self._rouse()
        if self._closed and _withdraw(queue, envelope):
            # It slipped in while the mailbox was closing, and whoever closed it did not see it.
            return Put(envelope, RejectReason.STOPPED)
        return None

    def take(self, only_urgent: bool = False) -> Envelope | None:
        """The next envelope, None for none. only_urgent: take system messages and replies only."""
        if self._system:
            with contextlib.suppress(IndexError):  # `close` was faster
                return self._system.pop(0)
        if only_urgent:
            return self._take_reply()
        try:
            entry = self._data.popleft()
        except IndexError:
            return None
        return entry if type(entry) is Envelope else self._open(entry)  # type: ignore[arg-type]

    def pause(self, timeout: float | None = None, only_urgent: bool = False) -> None:
        """Block until there is something to take, or `wake`, or for `timeout` seconds (None: for ever)."""
        self._waiting = True
        # Checked after setting the flag: who queued something before did not wake us.
        if not self._system and not (self._reply() if only_urgent else self._data):
            limit = -1 if timeout is None else min(max(0.0, timeout), threading.TIMEOUT_MAX)
            self._wake.acquire(timeout=limit)
        self._waiting = False

    def rest(self, express: Callable[[], bool]) -> None:
        """Let the next sender call `express`: this reader shares its thread with many. Until then it must not take."""
        self.express = express
        self._waiting = True

    def wake(self) -> None:
        """End the current `pause`, or the next one."""
        # Cleared here, so that of many senders only the first pays for waking the reader.
        self._waiting = False
        try:
            self._wake.release()
        except RuntimeError:
            return  # already awake

    def restore(self, envelopes: Sequence[Envelope]) -> tuple[Envelope, ...]:
        """Put envelopes that were taken but not handled back in front, in order, beyond all bounds. Returns them
        all when the mailbox is closed."""
        with self._lock:
            if self._closed:
                return tuple(envelopes)
            for envelope in reversed(envelopes):
                queue: _Queue = self._system if envelope.message.lane is _SYSTEM else self._data
                queue.insert(0, envelope)
        self.wake()
        return ()

    def withdraw(self, kind: type[Message]) -> tuple[Envelope, ...]:
        """Remove and return the system messages of this type, which were meant for an earlier reader."""
        found = tuple(envelope for envelope in _snapshot(self._system) if isinstance(envelope.message, kind))
        return tuple(envelope for envelope in found if _withdraw(self._system, envelope))

    def close(self) -> tuple[Envelope, ...]:
        """Refuse everything from now on, and return what was waiting, in order."""
        with self._lock:
            self._closed = True
        left = []
        while (envelope := self.take()) is not None:
            left.append(envelope)
        self.wake()
        return tuple(left)

    def waiting(self) -> Iterator[Envelope]:
        """What is queued now, without taking it."""
        yield from _snapshot(self._system)
        for entry in _snapshot(self._data):
            yield entry.envelope if isinstance(entry, _Slot) else entry

    def _rouse(self) -> None:
        express = self.express
        if express is None or not express():
            self.wake()

    def _put_full(self, envelope: Envelope) -> Put | None:
        # Locked against `close`, which must not come between dropping the one and queueing the other.
        with self._lock:
            if self._closed:
                return Put(envelope, RejectReason.STOPPED)
            out = None
            if len(self._data) >= self.capacity:
                if self.full is Full.REJECT or envelope.answers:
                    return Put(envelope, RejectReason.REJECTED)
                oldest = self._drop_oldest()
                if oldest is not None:
                    out = Put(oldest, RejectReason.DROPPED)
                elif len(self._data) >= self._hard_limit:
                    return Put(envelope, RejectReason.REJECTED)
            self._data.append(envelope)
        if self._waiting:
            self.wake()
        return out

    def _drop_oldest(self) -> Envelope | None:
        for entry in _snapshot(self._data):
            if isinstance(entry, Envelope) and not entry.answers and _withdraw(self._data, entry):
                return entry
        return None

    def _put_latest(self, envelope: Envelope) -> Put | None:
        key = envelope.message.latest_key()
        with self._lock:
            if self._closed:
                return Put(envelope, RejectReason.STOPPED)
            slot = self._slots.get(key)
            if slot is not None:
                old, slot.envelope = slot.envelope, envelope
                return Put(old, RejectReason.SUPERSEDED)
            if len(self._slots) >= self.capacity:
                return Put(envelope, RejectReason.REJECTED)
            slot = self._slots[key] = _Slot(key, envelope)
            self._data.append(slot)
        if self._waiting:
            self._rouse()
        return None

    def _open(self, slot: _Slot) -> Envelope:
        with self._lock:
            del self._slots[slot.key]
            return slot.envelope

    def _reply(self) -> Envelope | None:
        """The first waiting reply."""
        return next((e for e in _snapshot(self._data) if isinstance(e, Envelope) and e.answers), None)

    def _take_reply(self) -> Envelope | None:
        reply = self._reply()
        return reply if reply is not None and _withdraw(self._data, reply) else None


def _snapshot(queue: _Queue) -> Sequence[Any]:
    """What is queued now, while others queue and take."""
    while True:
        try:
            return tuple(queue)
        except RuntimeError:
            continue  # changed meanwhile: a garbage collection can let another thread in, even here


def _withdraw(queue: _Queue, envelope: Envelope) -> bool:
    """Remove `envelope` from `queue`; False if somebody else took it."""
    while True:
        try:
            queue.remove(envelope)
        except ValueError:
            return False
        except IndexError:
            continue  # changed meanwhile
        return True
