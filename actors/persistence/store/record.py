"""A stored record: a payload, its domain and its place. Pure.

A mark, the length and a checksum frame it, so that it is recognized anywhere: in a database, in a file, or among the
bytes of a database that cannot be opened.
"""

import enum
import os
import struct
from collections.abc import Iterator
from hashlib import blake2b
from typing import BinaryIO

import msgspec

from actors.kernel.protocol.storage import Version

MARK = b"\x89GRec\r\n\x01"
SUM = 32
SIZED = len(MARK) + 4
HEAD = SIZED + SUM
LARGEST = 2**30
LARGEST_NUMBER = 2**53
CHUNK = 2**23


class Damaged(ValueError):
    """Bytes are not a valid record; the text says why."""


class Kind(enum.StrEnum):
    """What a record holds: a part of a snapshot, a change, the number of an epoch, or the hash of a tombstone."""

    PART = "part"
    CHANGE = "change"
    EPOCH = "epoch"
    TOMBSTONE = "grave"


class Record(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """kind: a Kind. version: of the state; base: of the state before a change. saved_at: epoch seconds.

    payload: a part or a patch as MessagePack, or the hash of a tombstone; encrypted: it is.
    part, parts: number and count of a snapshot's parts.
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
    encrypted: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoded = msgspec.msgpack.Decoder(Record).decode
_framed = struct.Struct(f"<{len(MARK)}sI{SUM}s").unpack_from
_blank = blake2b(digest_size=SUM)


def pack(record: Record) -> bytes:
    """The record as it is stored."""
    body = _encoder.encode(record)
    return b"".join((MARK, len(body).to_bytes(4, "little"), _sum(body), body))


def unpack(data: bytes, domain: str | None = None) -> Record:
    """The record in `data`. Raises Damaged when it is broken, altered, or of another domain than `domain`."""
    mark, size, total = _framed(data) if len(data) >= HEAD else (b"", 0, b"")
    content = data[HEAD:]
    if mark != MARK or size != len(content):
        raise Damaged("it is not a record, or has the wrong length")
    if total != _sum(content):
        raise Damaged("its checksum is wrong")
    try:
        found = _decoded(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(f"it is not a record: {error}") from None
    if domain is not None and found.domain != domain:
        raise Damaged(f"it belongs to {found.domain[:100]!r}")
    if not _is_sound(found):
        raise Damaged("its version is no number that a state can have")
    return found


def _is_sound(record: Record) -> bool:
    """Whether its versions can be counted on from."""
    numbers = (record.version.epoch, record.version.n, record.base.epoch, record.base.n)
    return all(0 <= number <= LARGEST_NUMBER for number in numbers)


def scan(data: bytes | memoryview) -> Iterator[Record]:
    """Every intact record in `data`, wherever it begins."""
    raw = bytes(data)
    start = raw.find(MARK)
    while start >= 0:
        found = _at(raw, start)
        if found is not None:
            yield found
        start = raw.find(MARK, start + 1)


def scan_file(file: BinaryIO, chunk: int = CHUNK) -> Iterator[Record]:
    """The same for a file; only `chunk` bytes and one record are held in memory. Raises OSError."""
    total = file.seek(0, os.SEEK_END)
    offset = 0
    while offset + HEAD <= total:
        file.seek(offset)
        data = file.read(chunk)
        if not data:
            return  # truncated meanwhile
        start = data.find(MARK)
        while start >= 0:
            found = _at(data, start)
            if found is None and offset + len(data) < total:
                found = _across(file, offset + start, total)
            if found is not None:
                yield found
            start = data.find(MARK, start + 1)
        # A mark may span two chunks.
        offset += max(1, len(data) - len(MARK) + 1)


def _across(file: BinaryIO, start: int, total: int) -> Record | None:
    """The record at `start` in a file that ends after the chunk."""
    file.seek(start)
    head = file.read(HEAD)
    size = int.from_bytes(head[len(MARK) : SIZED], "little")
    if size > min(LARGEST, total - start - HEAD):
        return None
    return _at(head + file.read(size), 0)


def _at(data: bytes, start: int) -> Record | None:
    """The record whose mark is at `start`; None when it is damaged."""
    body = start + HEAD
    size = int.from_bytes(data[start + len(MARK) : start + SIZED], "little")
    if size > LARGEST or body + size > len(data):
        return None
    content = data[body : body + size]
    if _sum(content) != data[body - SUM : body]:
        return None
    try:
        found = _decoded(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if _is_sound(found) else None


def _sum(body: bytes) -> bytes:
    seen = _blank.copy()  # half the cost of a new one
    seen.update(body)
    return seen.digest()
