"""The mailbox of an address: bounded, in lanes, and older than any one incarnation that reads it.

`put` never blocks and never loses silently: it says what became of the envelope, or of the one it displaced. One reader
at a time may `take`.
"""

import enum
import threading
from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from actors.kernel.message import Envelope, Lane

__all__ = ["Full", "Mailbox", "Put", "Refused"]


class Full(enum.StrEnum):
    """What a full mailbox does with a new data message."""

    REJECT = "reject"
    DROP_OLDEST = "drop_oldest"


class Refused(enum.StrEnum):
    """Why an envelope will never be handled from this mailbox."""

    REJECTED = "rejected"
    DROPPED = "dropped"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"


class Put(msgspec.Struct, frozen=True, gc=False):
    """An envelope that fell out of the mailbox because of a `put`, and why."""

    envelope: Envelope
    why: Refused


class _Slot:
    """A place in the data queue that always holds the newest envelope of its key."""

    __slots__ = ("envelope",)

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope


class Mailbox:
    """Three lanes in front of one reader.

    capacity: data messages at most. reserve: room beyond that for replies, and again for system messages. Under
    contention the bounds may be overshot by the number of senders that race, never by more. The queues are deques
    whose ends are atomic under the interpreter lock, so that the hot path takes no lock of ours.
    """

    def __init__(self, capacity: int = 1024, reserve: int = 256, full: Full = Full.REJECT) -> None:
        self.capacity = capacity
        self.full = full
        self._hard_limit = capacity + reserve
        self._reserve = reserve
        self._system: deque[Envelope] = deque()
        self._data: deque[Envelope | _Slot] = deque()
        self._slots: dict[str, _Slot] = {}
        self._slots_lock = threading.Lock()
        self._wake = threading.Lock()
        self._wake.acquire()
        self._waiting = False
        self._closed = False

    def __len__(self) -> int:
        return len(self._system) + len(self._data)

    @property
    def closed(self) -> bool:
        """True after the final stop: nothing is accepted any more."""
        return self._closed

    def put(self, envelope: Envelope) -> Put | None:
        """Queue `envelope`; None when it is queued and displaced nothing.

        Otherwise the envelope that will not be handled: this one (rejected, stopped), an older one (dropped), or the
        one that this one replaces (superseded).
        """
        lane = envelope.message.lane
        out: Put | None = None
        if lane is Lane.DATA:
            if len(self._data) >= self.capacity and (not envelope.answers or len(self._data) >= self._hard_limit):
                out = self._make_room(envelope)
                if out is not None and out.envelope is envelope:
                    return out
            self._data.append(envelope)
        elif lane is Lane.SYSTEM:
            if len(self._system) >= self._reserve:
                return Put(envelope, Refused.REJECTED)
            self._system.append(envelope)
        else:
            out = self._put_latest(envelope)
            if out is not None and out.envelope is envelope:
                return out
        if self._waiting:
            self.wake()
        if self._closed and lane is not Lane.LATEST and self._withdraw(envelope):
            return Put(envelope, Refused.STOPPED)
        return out

    def take(self, only_urgent: bool = False) -> Envelope | None:
        """The next envelope, or None when there is none. `only_urgent` leaves all but system messages and replies."""
        try:
            return self._system.popleft()
        except IndexError:
            pass
        if only_urgent:
            return self._take_reply()
        try:
            entry = self._data.popleft()
        except IndexError:
            return None
        if type(entry) is _Slot:
            return self._open(entry)
        return entry  # type: ignore[return-value]

    def wait(self, timeout: float | None = None, only_urgent: bool = False) -> Envelope | None:
        """Like `take`, but blocks up to `timeout` seconds (None: for ever) for something to arrive, or for `wake`."""
        envelope = self.take(only_urgent)
        if envelope is not None:
            return envelope
        self._waiting = True
        try:
            # Looked at again after announcing: whoever appended before the announcement did not wake us.
            envelope = self.take(only_urgent)
            if envelope is not None:
                return envelope
            self._wake.acquire(timeout=-1 if timeout is None else max(0.0, timeout))
        finally:
            self._waiting = False
        return self.take(only_urgent)

    def wake(self) -> None:
        """Let a blocked `wait` return early."""
        try:
            self._wake.release()
        except RuntimeError:
            pass  # already awake

    def restore(self, envelopes: Sequence[Envelope]) -> None:
        """Put envelopes that were taken, but not begun, back in front, in order; bounds do not apply to them."""
        for envelope in reversed(envelopes):
            (self._system if envelope.message.lane is Lane.SYSTEM else self._data).appendleft(envelope)
        self.wake()

    def close(self) -> tuple[Envelope, ...]:
        """Refuse everything from now on, and give back what was still waiting, in order."""
        with self._slots_lock:
            self._closed = True
        left = []
        while (envelope := self.take()) is not None:
            left.append(envelope)
        self.wake()
        return tuple(left)

    def waiting(self) -> Iterator[Envelope]:
        """A snapshot of what is queued, without taking it."""
        yield from tuple(self._system)
        for entry in tuple(self._data):
            yield entry.envelope if isinstance(entry, _Slot) else entry

    def _make_room(self, envelope: Envelope) -> Put | None:
        if self.full is Full.REJECT or envelope.answers:
            return Put(envelope, Refused.REJECTED)
        for entry in tuple(self._data):
            if isinstance(entry, Envelope) and not entry.answers:
                try:
                    self._data.remove(entry)
                except ValueError:
                    continue  # the reader was faster
                return Put(entry, Refused.DROPPED)
        return None if len(self._data) < self._hard_limit else Put(envelope, Refused.REJECTED)

    def _put_latest(self, envelope: Envelope) -> Put | None:
        key = envelope.message.latest_key()
        with self._slots_lock:
            if self._closed:
                return Put(envelope, Refused.STOPPED)
            slot = self._slots.get(key)
            if slot is not None:
                old, slot.envelope = slot.envelope, envelope
                return Put(old, Refused.SUPERSEDED)
            if len(self._slots) >= self.capacity:
                return Put(envelope, Refused.REJECTED)
            slot = self._slots[key] = _Slot(envelope)
            self._data.append(slot)
        return None

    def _open(self, slot: _Slot) -> Envelope:
        with self._slots_lock:
            del self._slots[slot.envelope.message.latest_key()]
            return slot.envelope

    def _take_reply(self) -> Envelope | None:
        for entry in tuple(self._data):
            if isinstance(entry, Envelope) and entry.answers:
                self._data.remove(entry)
                return entry
        return None

    def _withdraw(self, envelope: Envelope) -> bool:
        """Take back an envelope that slipped in while the mailbox was closing; False if somebody else has it."""
        for queue in (self._system, self._data):
            try:
                queue.remove(envelope)
            except ValueError:
                continue
            return True
        return False
