"""Checks every record of a running process: one fate for each message, their order, and the run's digest."""

from collections.abc import Callable, Mapping
from hashlib import blake2b

import msgspec

from actors.kernel.message import Envelope, Lane, Message
from actors.kernel.record import Handled, Record, Started, Stopped
from supervisor.audit.message_audit import MessageAudit

BUFFER = 2**16
"""Bytes of messages that are hashed at a time."""
Observer = Callable[[Handled], None]

_encode_into = msgspec.msgpack.Encoder().encode_into
_SYSTEM, _LATEST = Lane.SYSTEM, Lane.LATEST


class Digest:
    """The digest of all handled messages in order: two equal runs have the same."""

    def __init__(self) -> None:
        self.handled = 0
        self._sum = blake2b(digest_size=16)
        self._buffer = bytearray()

    def add(self, record: Handled) -> None:
        """Add a handled message."""
        e = record.envelope
        self.handled += 1
        # One buffer: copies of sound would cost more than all the rest.
        buffer = self._buffer
        _encode_into((e.recipient, e.sender, e.incarnation, e.sequence, record.begun, e.message), buffer, -1)
        if len(buffer) >= BUFFER:
            self._flush()

    @property
    def text(self) -> str:
        """32 hexadecimal digits."""
        self._flush()
        return self._sum.hexdigest()

    def _flush(self) -> None:
        self._sum.update(self._buffer)
        self._buffer.clear()


class DeliveryOrder:
    """Checks that a recipient handles one sender's messages in the order of sending, in each lane."""

    def __init__(self, fault: Callable[[str], None]) -> None:
        self._fault = fault
        self._last: dict[tuple[str, str, object], tuple[int, int]] = {}

    def handled(self, envelope: Envelope) -> None:
        """Compare a handled message with the previous one."""
        if "~post@" in envelope.sender:
            return  # the note about a dead letter has its number
        message = envelope.message
        lane: object = message.lane
        if lane is _LATEST:
            lane = message.latest_key()
        elif envelope.answers and lane is not _SYSTEM:
            lane = "answers"
        route = (envelope.sender, envelope.recipient, lane)
        number = (envelope.incarnation, envelope.sequence)
        last = self._last.get(route)
        if last is not None and number <= last:
            what = f"{envelope.id} ({type(message).__name__})"
            after = f"{envelope.sender}/{last[0]}/{last[1]}"
            self._fault(f"order: {envelope.recipient} handled {what} after {after}")
        self._last[route] = number


class CheckingRecorder:
    """The recorder of one process (actors.kernel.record.RecordSink).

    by_type, by_address: called with handled messages of a type, or of the actor at an address.
    incarnations: called with starts and ends.
    trace: called with every record.
    """

    def __init__(
        self,
        digest: Digest,
        fault: Callable[[str], None],
        incarnations: Callable[[Started | Stopped], None],
        trace: Callable[[Record], None] | None = None,
        by_type: Mapping[type[Message], Observer] = {},
        by_address: Mapping[str, Observer] = {},
    ) -> None:
        self.audit = MessageAudit(lambda what: fault(f"conservation: {what}"))
        self.of_child = _ChildRecorder(self)
        self._digest = digest
        self._order = DeliveryOrder(fault)
        self._incarnations = incarnations
        self._trace = trace
        self._by_type = by_type
        self._by_address = by_address

    def append(self, record: Record) -> None:
        """Check a record of an actor in this process."""
        if type(record) is Handled:
            if record.failure is None:
                self.audit.handled((record.envelope,))
        elif isinstance(record, Started | Stopped):
            self._incarnations(record)
        self.append_child(record)

    def append_child(self, record: Record) -> None:
        """Check a record of an actor in its own process; its parent's process audits its mail."""
        if type(record) is Handled and record.failure is None:
            envelope = record.envelope
            self._digest.add(record)
            self._order.handled(envelope)
            if (observer := self._by_address.get(envelope.recipient)) is not None:
                observer(record)
            if (observer := self._by_type.get(type(envelope.message))) is not None:
                observer(record)
        if self._trace is not None:
            self._trace(record)


class _ChildRecorder:
    def __init__(self, recorder: CheckingRecorder) -> None:
        self.append = recorder.append_child
