"""A stored record: what is needed to know that it is whole, whose it is and where it belongs. Pure.

A record is framed by a mark, its length and its sum, so that it is recognized wherever it lies: in a database, in a
file of its own, or among the bytes of a database that nothing can open any more.
"""

import enum
from collections.abc import Iterable, Iterator
from hashlib import blake2b

import msgspec

from actors.kernel.protocol import Version

__all__ = ["Damaged", "Kind", "Record", "pack", "scan", "unpack", "unpack_all"]

MARK = b"\x89GRec\r\n\x01"
SUM = 32
LENGTH_AT = len(MARK)
SIZED = LENGTH_AT + 4
HEAD = SIZED + SUM
LARGEST = 2**30


class Damaged(ValueError):
    """Bytes that are no valid record; says why."""


class Kind(enum.StrEnum):
    """What a record holds: a part of a snapshot, a change, the number of an epoch, or a hash of who is forgotten."""

    PART = "part"
    CHANGE = "change"
    EPOCH = "epoch"
    GRAVE = "grave"


class Record(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """kind: a Kind. version: what the state is at with it; base: at what it was before, for a change. saved_at: epoch
    seconds. part of parts: for a snapshot. sealed: the payload is encrypted. payload: the part or patch as MessagePack,
    or a grave's hash.
    """

    kind: str
    domain: str
    schema: int
    version: Version
    saved_at: float
    payload: bytes = b""
    base: Version = Version()
    part: int = 0
    parts: int = 1
    sealed: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


def pack(record: Record) -> bytes:
    """The record as it is stored."""
    body = _encoder.encode(record)
    return b"".join((MARK, len(body).to_bytes(4, "little"), blake2b(body, digest_size=SUM).digest(), body))


def unpack(data: bytes, domain: str | None = None) -> Record:
    """The record in `data`. Raises Damaged when it is broken, altered, or another domain's than `domain`."""
    content = data[HEAD:]
    if not data.startswith(MARK) or int.from_bytes(data[LENGTH_AT:SIZED], "little") != len(content):
        raise Damaged("it is no record, or not as long as it should be")
    if blake2b(content, digest_size=SUM).digest() != data[SIZED:HEAD]:
        raise Damaged("its sum does not fit")
    try:
        found = _decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(f"it is no record: {error}") from None
    if domain is not None and found.domain != domain:
        raise Damaged(f"it belongs to {found.domain[:100]!r}")
    return found


def unpack_all(items: Iterable[tuple[bytes, bytes]], domain: str) -> Iterator[tuple[bytes, Record | None]]:
    """Each key with the record of `domain` in its value, None where that is damaged: `unpack` for many, as strict."""
    decode, sum_of = _decoder.decode, blake2b
    heads: dict[int, bytes] = {}
    for key, data in items:
        content = data[HEAD:]
        size = len(content)
        head = heads.get(size) or heads.setdefault(size, MARK + size.to_bytes(4, "little"))
        whole = data.startswith(sum_of(content, digest_size=SUM).digest(), SIZED) and data.startswith(head)
        try:  # costs nothing, as `suppress` would
            found = decode(content) if whole else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = None
        yield key, found if found is not None and found.domain == domain else None


def scan(data: bytes | memoryview) -> Iterator[Record]:
    """Every whole record in `data`, wherever it begins."""
    raw = bytes(data)
    start = raw.find(MARK)
    while start >= 0:
        found = _at(raw, start)
        if found is not None:
            yield found
        start = raw.find(MARK, start + 1)


def _at(data: bytes, start: int) -> Record | None:
    body = start + HEAD
    size = int.from_bytes(data[start + len(MARK) : start + SIZED], "little")
    if not data.startswith(MARK, start) or size > LARGEST or body + size > len(data):
        return None
    content = data[body : body + size]
    if blake2b(content, digest_size=SUM).digest() != data[body - SUM : body]:
        return None
    try:
        return _decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
