"""Turns records into the lines to write, with their kinds and times."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

import msgspec

from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.storage import Version
from actors.kernel.record import Began, Checkpoint, ConfigurationVersion, Dead, Handled, Record, Started
from supervisor.trace import records
from supervisor.trace.checkpoint_json import CheckpointEncoder
from supervisor.trace.write.fast_encode import UsualLine, encoded, usual_line
from supervisor.trace.write.redaction import Redaction
from supervisor.trace.write.schema import handled_schema, line_schema

LARGEST_CHECKPOINT = 2**25
"""Bytes; a larger one is not written: its replay begins at the start of the incarnation."""

T = TypeVar("T", bound=msgspec.Struct)


class Lines(NamedTuple):
    """Lines ready to be written, by column. kinds: of each the message class, or the class of the line. walls: epoch
    seconds."""

    kinds: list[type[msgspec.Struct]]
    walls: list[float]
    data: list[bytes]


def schema_of(kind: type[msgspec.Struct]) -> bytes:
    """The flat JSON schema of the lines of a message class, or of another class of lines."""
    return handled_schema(kind) if issubclass(kind, Message) else line_schema(kind)


def sent_line(envelope: Envelope, redaction: Redaction) -> records.Sent:
    """A sent message, as recorded."""
    message = envelope.message
    return records.Sent(envelope.id, envelope.recipient, type(message).__name__, redaction.digest(message))


def outcome_fields(record: Handled | Began, redaction: Redaction) -> dict[str, Any]:
    """What a handler did, as fields of its line."""
    return {
        "out": tuple([sent_line(sent, redaction) for sent in record.sent]),
        "timers_set": tuple([records.TimerSet(*timer) for timer in record.timers_set]),
        "timers_cancelled": record.timers_cancelled,
        "version": Version(*record.version) if record.version is not None else None,
        "failure": redaction.failure(record.failure),
    }


class Encoder:
    """Encodes records; for the writer's thread alone."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._is_plain = cache(redaction.leaves_alone)
        self._json = msgspec.json.Encoder(enc_hook=_encode_other)

    def encode(self, records: Sequence[Record]) -> Lines:
        """The records as lines. Raises what the encoding of a faulty message raises."""
        kinds: list[type[msgspec.Struct]] = []
        lines: list[UsualLine | msgspec.Raw] = []
        is_plain = self._is_plain
        for record in records:
            if type(record) is Handled:
                kinds.append(kind := type(record.envelope.message))
                usual = record.failure is None and is_plain(kind) and self._sends_plain(record.sent)
                lines.append(usual_line(record) if usual else self._raw(self._handled(record)))
            else:
                line = self._rare(record)
                kinds.append(type(line))
                lines.append(self._raw(line))
        return Lines(kinds, [record.wall for record in records], encoded(lines))

    def line(self, line: Any) -> Lines:
        """A line that is not made from a record."""
        return Lines([type(line)], [line.wall], [self._json.encode(line)])

    def _raw(self, line: Any) -> msgspec.Raw:
        return msgspec.Raw(self._json.encode(line))

    def _sends_plain(self, sent: tuple[Envelope, ...]) -> bool:
        return not sent or all(map(self._is_plain, {type(envelope.message) for envelope in sent}))

    def _handled(self, record: Handled) -> records.HandledLine:
        return records.HandledLine(
            **self._mail(record.envelope),
            **outcome_fields(record, self._redaction),
            wall=record.wall,
            begun=record.begun,
            ended=record.ended,
            by=record.by,
        )

    def _mail(self, e: Envelope) -> dict[str, Any]:
        return {
            "id": e.id,
            "sender": e.sender,
            "recipient": e.recipient,
            "type": type(e.message).__name__,
            "message": self._redaction.message(e.message),
            "cause": e.cause,
            "turn": e.turn,
            "answers": e.answers,
            "sent_at": e.sent_at,
        }

    def _rare(self, record: Record) -> records.Line:
        redaction = self._redaction
        if isinstance(record, Dead):
            letter = record.letter
            return records.DeadLine(
                **self._mail(letter.envelope),
                wall=record.wall,
                failure=redaction.failure(letter.failure),
                why=letter.why,
                detail=redaction.text(letter.detail),
            )
        if isinstance(record, Started):
            state = redaction.json(record.state) if record.state is not None else None
            arguments = msgspec.json.decode(record.arguments)
            return _line(records.StartedLine, record, arguments=arguments, state=state)
        if isinstance(record, Began):
            return _line(records.BeganLine, record, **outcome_fields(record, redaction))
        if isinstance(record, Checkpoint):
            return self._checkpoint(record)
        if isinstance(record, ConfigurationVersion):
            return _line(records.ConfigurationLine, record)
        assert not isinstance(record, Handled)
        reason = redaction.text(record.reason) if record.failure is not None else record.reason
        return _line(records.StoppedLine, record, reason=reason, failure=redaction.failure(record.failure))

    def _checkpoint(self, record: Checkpoint) -> records.CheckpointLine:
        if not self._redaction.keeps_words:
            return _empty(record, "trace.words: drop")
        encode = CheckpointEncoder().value
        line = _line(
            records.CheckpointLine,
            record,
            kept={name: encode(value) for name, value in record.attributes},
            pending=[encode(ask) for ask in record.pending],
            timers=[encode(timer) for timer in record.timers],
        )
        size = len(self._json.encode(line))
        return line if size <= LARGEST_CHECKPOINT else _empty(record, f"it would take {size} bytes")


def _line(cls: type[T], record: Record, **fields: Any) -> T:
    """The line with `fields`; the others are copied from the record by name."""
    same = {
        name: getattr(record, name)
        for name in cls.__struct_fields__
        if name not in fields and hasattr(record, name)
    }
    return cls(**same, **fields)


def _empty(record: Checkpoint, why: str) -> records.CheckpointLine:
    return records.CheckpointLine(
        address=record.address, incarnation=record.incarnation, wall=record.wall, why=why
    )


def _encode_other(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else f"[{type(value).__name__}]"
