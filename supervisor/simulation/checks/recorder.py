"""Checks every record of a process while it runs: one fate for each message, their order, and the digest of the run."""

from collections.abc import Callable, Mapping
from hashlib import blake2b

import msgspec

from actors.kernel.message import Envelope, Lane, Message
from actors.kernel.record import Handled, Record, Started, Stopped
from supervisor.audit.message_audit import MessageAudit

__all__ = ["CheckingRecorder", "DeliveryOrder", "Digest"]

BUFFER = 2**16
"""Bytes of messages that go into the digest at a time."""
Observer = Callable[[Handled], None]

_encode_into = msgspec.msgpack.Encoder().encode_into
_SYSTEM, _LATEST = Lane.SYSTEM, Lane.LATEST


class Digest:
    """Of every message that was handled, in order: equal for two runs that are the same."""

    def __init__(self) -> None:
        self.handled = 0
        self._sum = blake2b(digest_size=16)
        self._buffer = bytearray()

    def add(self, record: Handled) -> None:
        """Take in one more message."""
        e = record.envelope
        self.handled += 1
        # Into one buffer: sound is long, and a copy of each piece would cost more than all the rest.
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
    """Checks that a recipient handles the messages of one sender in the order of sending, lane by lane."""

    def __init__(self, fault: Callable[[str], None]) -> None:
        self._fault = fault
        self._last: dict[tuple[str, str, object], tuple[int, int]] = {}

    def handled(self, envelope: Envelope) -> None:
        """Compare with the message before it."""
        if "~post@" in envelope.sender:
            return  # the note of a dead letter has that one's number
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
            self._fault(
                f"order: {envelope.recipient} handled {envelope.id} ({type(message).__name__}) after "
                f"{envelope.sender}/{last[0]}/{last[1]}"
            )
        self._last[route] = number


class CheckingRecorder:
    """The recorder of one process (actors.kernel.record.RecordSink).

    audit: of its messages. by_type, by_address: called with what was handled, by the message's type and by the
    recipient's address. incarnations: called with starts and ends. trace: called with every record.
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
        """Check a record of an actor in a process of its own, whose parent accounts for its mail."""
        if type(record) is Handled and record.failure is None:
            envelope = record.envelope
            self._digest.add(record)
            self._order.handled(envelope)
            for observer in (
                self._by_address.get(envelope.recipient),
                self._by_type.get(type(envelope.message)),
            ):
                if observer is not None:
                    observer(record)
        if self._trace is not None:
            self._trace(record)


class _ChildRecorder:
    def __init__(self, recorder: CheckingRecorder) -> None:
        self.append = recorder.append_child
