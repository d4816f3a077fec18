"""Decodes lines of any version: what today's classes do not know is kept as plain values.

A trace outlives the code that wrote it. Added or removed fields and unknown kinds of lines only make decoding slower.
"""

import contextlib
from typing import Any, TypeAlias

import msgspec

from actors.kernel.protocol.lifecycle import Failure
from supervisor.trace import records

MAIL = {"handled": records.HandledLine, "dead": records.DeadLine}
NEEDED: dict[str, Any] = {"id": "", "sender": "", "recipient": "", "type": "?", "message": None}
"""Fields for a mail line of another version that lacks them."""


class OtherLine(msgspec.Struct, frozen=True):
    """A line of an unknown kind, or whose fields do not fit. wall: epoch seconds."""

    kind: str
    wall: float
    fields: dict[str, Any]


_plain: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(dict[str, Any])
AnyLine: TypeAlias = records.Line | OtherLine


def decode(data: bytes, at: int = 0) -> AnyLine:
    """The line in `data`, written at `at` (ns since the epoch). Raises msgspec.DecodeError if it has no `kind`."""
    try:
        return records.decode_line(data)
    except msgspec.ValidationError:
        return _foreign(records.decode_with(_plain, data), at / 1e9)


def _foreign(fields: dict[str, Any], wall: float) -> AnyLine:
    kind = fields.get("kind")
    if not isinstance(kind, str):
        raise msgspec.ValidationError("a line without a kind")
    if kind in MAIL:
        filled = {**NEEDED, "wall": wall, "begun": 0.0, "ended": 0.0, "why": "unknown", **fields}
        for _ in fields:  # at most as many fields as there are do not fit
            try:
                mail: records.HandledLine | records.DeadLine = msgspec.convert(filled, MAIL[kind])
                return mail
            except msgspec.ValidationError as error:
                name = str(error).partition("`$.")[2].partition("`")[0].partition(".")[0].partition("[")[0]
                if filled.pop(name, None) is None or name in NEEDED:
                    break
                filled |= {"wall": wall} if name == "wall" else {}
    with contextlib.suppress(msgspec.ValidationError):
        wall = msgspec.convert(fields.get("wall"), records.Wall)
    return OtherLine(kind, wall, fields)


def as_dict(line: AnyLine, data: bytes = b"") -> dict[str, Any]:
    """The line as plain values. data: as written, with fields that are unknown here."""
    if data:
        # A field that is unknown here may hold what cannot be read.
        with contextlib.suppress(msgspec.DecodeError):
            return records.decode_with(_plain, data)
    if isinstance(line, OtherLine):
        return line.fields
    plain: dict[str, Any] = msgspec.to_builtins(line)
    return plain


def address_of(line: AnyLine) -> str:
    """The actor that a line other than mail is about; "" for none."""
    found = line.fields.get("address", "") if isinstance(line, OtherLine) else getattr(line, "address", "")
    return found if isinstance(found, str) else ""


def sent_by(line: AnyLine) -> tuple[records.Sent, ...]:
    """The messages that were sent, according to a line of any kind."""
    if not isinstance(line, OtherLine):
        found: tuple[records.Sent, ...] = getattr(line, "out", ())
        return found
    try:
        return msgspec.convert(line.fields.get("out", ()), tuple[records.Sent, ...])
    except msgspec.ValidationError:
        return ()


def failure_of(line: AnyLine) -> Failure | None:
    """The failure of a handler or an incarnation."""
    return None if isinstance(line, OtherLine) else getattr(line, "failure", None)
