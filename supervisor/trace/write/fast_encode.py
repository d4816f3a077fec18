"""Encodes handled lines quickly, many at a time: there is one per message, and the writer shares the actors' GIL.

A line decodes as if `records.HandledLine` had encoded it; a test compares them. The cost there is the creation of a
struct by keywords, so here it is created by position, and msgspec encodes all lines in one call.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from actors.kernel.message import Envelope
from actors.kernel.protocol.storage import Version
from actors.kernel.record import Handled
from supervisor.trace.records import Sent, TimerSet


class UsualLine(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="handled", gc=False):
    """A handled line without a failure, whose messages need no redaction."""

    id: str
    sender: str
    recipient: str
    type: str
    wall: float
    message: Any
    begun: float
    ended: float
    sent_at: float = 0.0
    cause: str = ""
    turn: int = 0
    answers: str = ""
    out: Any = ()
    timers_set: Any = ()
    timers_cancelled: tuple[int, ...] = ()
    version: Version | None = None
    by: str = ""


_encode_lines = msgspec.json.Encoder().encode_lines
# As redaction.digest encodes, for the same digests.
_canonical = msgspec.msgpack.Encoder(order="deterministic").encode
_hash = hashlib.blake2b(digest_size=8)


def usual_line(record: Handled) -> UsualLine:
    """The line of a record without a failure."""
    e, sent, timers, version = record.envelope, record.sent, record.timers_set, record.version
    message = e.message
    sender = e.sender
    return UsualLine(
        f"{sender}/{e.incarnation}/{e.sequence}",
        sender,
        e.recipient,
        type(message).__name__,
        record.wall,
        message,
        record.begun,
        record.ended,
        e.sent_at,
        e.cause,
        e.turn,
        e.answers,
        [_sent(envelope) for envelope in sent] if sent else (),
        [TimerSet(*timer) for timer in timers] if timers else (),
        record.timers_cancelled,
        Version(*version) if version is not None else None,
        record.by,
    )


def encoded(lines: Iterable[UsualLine | msgspec.Raw]) -> list[bytes]:
    """Each line encoded. Raises what the encoding of a faulty message raises."""
    data = _encode_lines(lines).split(b"\n")  # JSON has no line break within a text
    del data[-1]
    return data


def _sent(e: Envelope) -> Sent:
    message = e.message
    try:
        content = _canonical(message)
    except Exception:
        digest = "-"
    else:
        hashed = _hash.copy()  # half the price of a new one
        hashed.update(content)
        digest = hashed.hexdigest()
    return Sent(f"{e.sender}/{e.incarnation}/{e.sequence}", e.recipient, type(message).__name__, digest)
