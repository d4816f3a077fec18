"""The usual handled line, put together from pieces instead of being built as a struct first: it is written for every
message, and the writer's thread shares the interpreter with the actors.

It reads back as the same line as the one that `form.HandledLine` encodes to; a test compares them.
"""

import hashlib
from typing import Any

import msgspec

from actors.kernel.record import Handled

__all__ = ["Swift"]

NAMES = 4096
"""Addresses and types whose quoted form is kept."""

_digest_encoder = msgspec.msgpack.Encoder(order="deterministic")


class Swift:
    """Encodes records without a failure and without timers, whose messages need no redaction."""

    def __init__(self) -> None:
        self._encode = msgspec.json.Encoder().encode
        self._names: dict[str, str] = {}

    def line(self, record: Handled) -> bytes:
        """The line. Raises what the encoding of a faulty message raises."""
        e = record.envelope
        names, message = self._names, e.message
        kind = type(message).__name__
        sender = names.get(e.sender) or self._quoted(e.sender)
        recipient = names.get(e.recipient) or self._quoted(e.recipient)
        head = (
            f'{{"kind":"handled","id":"{sender}/{e.incarnation}/{e.sequence}","sender":"{sender}",'
            f'"recipient":"{recipient}","type":"{kind}","wall":{record.wall!r},"message":'
        )
        tail = f',"sent_at":{e.sent_at!r},"begun":{record.begun!r},"ended":{record.ended!r}'
        if e.cause:
            tail += f',"cause":{self._json(e.cause)}'
        if e.turn:
            tail += f',"turn":{e.turn}'
        if e.answers:
            tail += f',"answers":{self._json(e.answers)}'
        if record.sent:
            tail += ',"out":[' + ",".join([self._sent(sent) for sent in record.sent]) + "]"
        if record.version is not None:
            tail += f',"version":{{"epoch":{record.version[0]},"n":{record.version[1]}}}'
        return b"%b%b%b}" % (head.encode(), self._encode(message), tail.encode())

    def _sent(self, e: Any) -> str:
        names = self._names
        sender = names.get(e.sender) or self._quoted(e.sender)
        to = names.get(e.recipient) or self._quoted(e.recipient)
        message = e.message
        try:
            data = _digest_encoder.encode(message)
            digest = hashlib.blake2b(data, digest_size=8).hexdigest()
        except Exception:
            digest = "-"
        return (
            f'{{"id":"{sender}/{e.incarnation}/{e.sequence}","to":"{to}","type":"{type(message).__name__}",'
            f'"digest":"{digest}"}}'
        )

    def _json(self, text: str) -> str:
        return self._encode(text).decode()

    def _quoted(self, name: str) -> str:
        """The name as it stands between quotation marks."""
        if len(self._names) >= NAMES:
            self._names.clear()
        quoted = self._names[name] = self._json(name)[1:-1]
        return quoted
