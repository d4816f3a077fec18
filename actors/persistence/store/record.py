"""A stored record: what is needed to know that it is whole, whose it is and where it belongs. Pure.

A record is framed by a mark, its length and its sum, so that it is recognized wherever it lies: in a database, in a
file of its own, or among the bytes of a database that nothing can open any more.
"""

import enum
import os
import struct
from collections.abc import Iterator
from hashlib import blake2b
from typing import BinaryIO

import msgspec

from actors.kernel.protocol.storage import Version

__all__ = ["Damaged", "Kind", "Record", "pack", "scan", "scan_file", "unpack"]

MARK = b"\x89GRec\r\n\x01"
SUM = 32
SIZED = len(MARK) + 4
HEAD = SIZED + SUM
LARGEST = 2**30
CHUNK = 2**23


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
_decoded = msgspec.msgpack.Decoder(Record).decode
_framed = struct.Struct(f"<{len(MARK)}sI{SUM}s").unpack_from
_blank = blake2b(digest_size=SUM)


def pack(record: Record) -> bytes:
    """The record as it is stored."""
    body = _encoder.encode(record)
    return b"".join((MARK, len(body).to_bytes(4, "little"), _sum(body), body))


def unpack(data: bytes, domain: str | None = None) -> Record:
    """The record in `data`. Raises Damaged when it is broken, altered, or another domain's than `domain`."""
    if len(data) < HEAD:
        raise Damaged("it is no record, or not as long as it should be")
    mark, size, total = _framed(data)
    content = data[HEAD:]
    if mark != MARK or size != len(content):
        raise Damaged("it is no record, or not as long as it should be")
    if total != _sum(content):
        raise Damaged("its sum does not fit")
    try:
        found = _decoded(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(f"it is no record: {error}") from None
    if domain is not None and found.domain != domain:
        raise Damaged(f"it belongs to {found.domain[:100]!r}")
    return found


def scan(data: bytes | memoryview) -> Iterator[Record]:
    """Every whole record in `data`, wherever it begins."""
    raw = bytes(data)
    start = raw.find(MARK)
    while start >= 0:
        found = _at(raw, start)
        if found is not None:
            yield found
        start = raw.find(MARK, start + 1)


def scan_file(file: BinaryIO, chunk: int = CHUNK) -> Iterator[Record]:
    """The same for a file, of which `chunk` bytes are held at a time, and one record. Raises OSError."""
    total = file.seek(0, os.SEEK_END)
    offset = 0
    while offset + HEAD <= total:
        file.seek(offset)
        data = file.read(chunk)
        if not data:
            return  # it has become shorter meanwhile
        start = data.find(MARK)
        while start >= 0:
            found = _at(data, start)
            if found is None and offset + len(data) < total:
                found = _across(file, offset + start, total)
            if found is not None:
                yield found
            start = data.find(MARK, start + 1)
        # A mark may lie across the end.
        offset += max(1, len(data) - len(MARK) + 1)


def _across(file: BinaryIO, start: int, total: int) -> Record | None:
    """The record at `start` in a file, should it end beyond what was read of it."""
    file.seek(start)
    head = file.read(HEAD)
    size = int.from_bytes(head[len(MARK) : SIZED], "little")
    if size > min(LARGEST, total - start - HEAD):
        return None
    return _at(head + file.read(size), 0)


def _at(data: bytes, start: int) -> Record | None:
    """The record that begins with the mark at `start`; None when it is not whole."""
    body = start + HEAD
    size = int.from_bytes(data[start + len(MARK) : start + SIZED], "little")
    if size > LARGEST or body + size > len(data):
        return None
    content = data[body : body + size]
    if _sum(content) != data[body - SUM : body]:
        return None
    try:
        return _decoded(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _sum(body: bytes) -> bytes:
    seen = _blank.copy()  # half the price of a new one, which counts for a small record
    seen.update(body)
    return seen.digest()
