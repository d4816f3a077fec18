"""From a record to the line that is written, its topic, schema and time."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.storage import Version
from actors.kernel.record import Began, Checkpoint, ConfigurationVersion, Dead, Handled, Record, Started
from supervisor.trace import records
from supervisor.trace.checkpoint_json import CheckpointEncoder
from supervisor.trace.write.fast_encode import FastEncoder
from supervisor.trace.write.redaction import Redaction
from supervisor.trace.write.schema import handled_schema, line_schema

__all__ = ["Encoded", "Encoder"]


class Encoded(NamedTuple):
    """A line ready to be written. kind: the message class, or the class of the line. wall: epoch seconds."""

    kind: type[msgspec.Struct]
    wall: float
    data: bytes

    @property
    def topic(self) -> str:
        """Where it goes: a topic for each message type, and one for each other kind of line."""
        return _TOPICS.get(self.kind) or records.topic_of(self.kind)

    @property
    def schema(self) -> bytes:
        """The flat JSON schema of its topic."""
        if issubclass(self.kind, Message):
            return handled_schema(self.kind)
        return line_schema(self.kind)


LARGEST_CHECKPOINT = 2**25
"""Bytes; what is larger is not written again and again: its replay begins at the start of the incarnation."""

_TOPICS: dict[type, str] = {
    records.BeganLine: records.BEGAN,
    records.CheckpointLine: records.CHECKPOINT,
    records.DeadLine: records.DEAD,
    records.StartedLine: records.STARTED,
    records.StoppedLine: records.STOPPED,
    records.ConfigurationLine: records.CONFIGURATION,
    records.LostLine: records.LOST,
}


def _plainly(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else f"[{type(value).__name__}]"


class Encoder:
    """Encodes records one after another; for the writer's thread alone."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._swift = FastEncoder()
        self._kinds: dict[type[Message], bool] = {}
        self._json = msgspec.json.Encoder(enc_hook=_plainly)

    def encode(self, record: Record) -> Encoded:
        """The record as a line. Raises what the encoding of a faulty message raises."""
        if isinstance(record, Handled):
            kind = type(record.envelope.message)
            usual = record.failure is None and not (record.timers_set or record.timers_cancelled or record.by)
            if usual and self._is_swift(kind) and (not record.sent or self._all_swift(record.sent)):
                return Encoded(kind, record.wall, self._swift.line(record))
            return Encoded(kind, record.wall, self._json.encode(self._handled(record)))
        return self.line(self._rare(record))

    def _is_swift(self, kind: type[Message]) -> bool:
        known = self._kinds.get(kind)
        if known is None:
            known = self._kinds[kind] = self._redaction.leaves_alone(kind)
        return known

    def _all_swift(self, sent: tuple[Envelope, ...]) -> bool:
        kinds = {type(envelope.message) for envelope in sent}
        return all(map(self._is_swift, kinds))

    def line(self, line: Any) -> Encoded:
        """A line that is none of an actor's records."""
        return Encoded(type(line), line.wall, self._json.encode(line))

    def _handled(self, record: Handled) -> records.HandledLine:
        e = record.envelope
        version = record.version
        return records.HandledLine(
            id=e.id,
            sender=e.sender,
            recipient=e.recipient,
            type=type(e.message).__name__,
            wall=record.wall,
            message=self._redaction.message(e.message),
            cause=e.cause,
            turn=e.turn,
            answers=e.answers,
            sent_at=e.sent_at,
            failure=self._redaction.failure(record.failure),
            begun=record.begun,
            ended=record.ended,
            out=tuple([self._sent(sent) for sent in record.sent]),
            timers_set=tuple([records.TimerSet(*timer) for timer in record.timers_set]),
            timers_cancelled=record.timers_cancelled,
            version=Version(*version) if version is not None else None,
            by=record.by,
        )

    def _sent(self, envelope: Envelope) -> records.Sent:
        message = envelope.message
        return records.Sent(
            envelope.id, envelope.recipient, type(message).__name__, self._redaction.digest(message)
        )

    def _rare(self, record: Record) -> records.Line:
        redaction = self._redaction
        if isinstance(record, Dead):
            return self._dead(record)
        if isinstance(record, Started):
            return records.StartedLine(
                address=record.address,
                incarnation=record.incarnation,
                node=record.node,
                arguments=msgspec.json.decode(record.arguments),
                seed=record.seed,
                wall=record.wall,
                state=redaction.json(record.state) if record.state is not None else None,
                actor=record.actor,
                supervisor=record.supervisor,
            )
        if isinstance(record, Began):
            return self._began(record)
        if isinstance(record, Checkpoint):
            return self._checkpoint(record)
        if isinstance(record, ConfigurationVersion):
            return records.ConfigurationLine(version=record.version, digest=record.digest, wall=record.wall)
        assert not isinstance(record, Handled)
        return records.StoppedLine(
            address=record.address,
            incarnation=record.incarnation,
            reason=redaction.text(record.reason) if record.failure is not None else record.reason,
            failure=redaction.failure(record.failure),
            wall=record.wall,
        )

    def _began(self, record: Began) -> records.BeganLine:
        return records.BeganLine(
            address=record.address,
            incarnation=record.incarnation,
            wall=record.wall,
            begun=record.begun,
            ended=record.ended,
            out=tuple([self._sent(sent) for sent in record.sent]),
            timers_set=tuple([records.TimerSet(*timer) for timer in record.timers_set]),
            timers_cancelled=record.timers_cancelled,
            version=Version(*record.version) if record.version is not None else None,
            failure=self._redaction.failure(record.failure),
        )

    def _checkpoint(self, record: Checkpoint) -> records.CheckpointLine:
        if not self._redaction.keeps_words:
            return _empty(record, "trace.words: drop")
        freezer = CheckpointEncoder()
        line = records.CheckpointLine(
            address=record.address,
            incarnation=record.incarnation,
            wall=record.wall,
            ready=record.ready,
            sequence=record.sequence,
            timer=record.timer,
            actor=record.actor,
            supervisor=record.supervisor,
            seed=record.seed,
            kept={name: freezer.value(value) for name, value in record.attributes},
            pending=[freezer.value(ask) for ask in record.pending],
            timers=[freezer.value(timer) for timer in record.timers],
        )
        size = len(self._json.encode(line))
        return line if size <= LARGEST_CHECKPOINT else _empty(record, f"it would take {size} bytes")

    def _dead(self, record: Dead) -> records.DeadLine:
        letter = record.letter
        e = letter.envelope
        return records.DeadLine(
            id=e.id,
            sender=e.sender,
            recipient=e.recipient,
            type=type(e.message).__name__,
            wall=record.wall,
            message=self._redaction.message(e.message),
            cause=e.cause,
            turn=e.turn,
            answers=e.answers,
            sent_at=e.sent_at,
            failure=self._redaction.failure(letter.failure),
            why=letter.why,
            detail=self._redaction.text(letter.detail),
        )


def _empty(record: Checkpoint, why: str) -> records.CheckpointLine:
    return records.CheckpointLine(
        address=record.address, incarnation=record.incarnation, wall=record.wall, why=why
    )
