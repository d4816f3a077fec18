"""Encodes the usual handled line quickly: there is one per message, and the writer shares the actors' interpreter.

The line decodes as if `records.HandledLine` had encoded it; a test compares them. The cost there is the creation of a
struct by keywords, so here it is created by position and has only the fields that most lines need.
"""

import hashlib
from typing import Any

import msgspec

from actors.kernel.message import Envelope
from actors.kernel.protocol.storage import Version
from actors.kernel.record import Handled
from supervisor.trace.records import Sent


class _Line(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="handled", gc=False):
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
    version: Version | None = None


_blake2b = hashlib.blake2b


class FastEncoder:
    """Encodes records without a failure and without timers, whose messages need no redaction."""

    def __init__(self) -> None:
        self._json = msgspec.json.Encoder().encode
        # As redaction.digest encodes, for the same digests.
        self._canonical = msgspec.msgpack.Encoder(order="deterministic").encode

    def line(self, record: Handled) -> bytes:
        """The line. Raises what the encoding of a faulty message raises."""
        e, version, sent = record.envelope, record.version, record.sent
        message = e.message
        return self._json(
            _Line(
                f"{e.sender}/{e.incarnation}/{e.sequence}",
                e.sender,
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
                [self._sent(envelope) for envelope in sent] if sent else (),
                Version(*version) if version is not None else None,
            )
        )

    def _sent(self, e: Envelope) -> Sent:
        message = e.message
        try:
            digest = _blake2b(self._canonical(message), digest_size=8).hexdigest()
        except Exception:
            digest = "-"
        return Sent(f"{e.sender}/{e.incarnation}/{e.sequence}", e.recipient, type(message).__name__, digest)
