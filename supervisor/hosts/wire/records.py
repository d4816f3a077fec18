"""What travels: a record is a head, which all can read, and frames, which are sealed with it.

Each channel has a key of its own for each direction, and each lane its own numbers, from 0 on without a gap. So a
record that was changed, repeated, left out or put elsewhere is noticed, whoever carried it.
"""

import enum
import struct
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from supervisor.hosts.wire.refusals import Reason

VERSION = 1
"""Of the wire. Both ends must have the same."""

PIECE = 248 * 1024
"""Most bytes of one frame in a record: a larger frame goes in pieces, between which more urgent lanes are sent."""

BATCH = 64 * 1024
"""Frames share a record up to about so many bytes."""

MAX_FRAME = 8 * 1024 * 1024
"""Most bytes in one frame."""

_HEAD = struct.Struct(">BQIBQ")
_NONCE = slice(10, 22)
"""Of a head: lane and sequence, which no two records under one key share, behind a part of the channel's number."""
_FRAME = struct.Struct(">BI")
_TAG = 16
_MORE = 1 << 31

LARGE = 8 * 1024
"""From so many bytes on, memory is used again rather than asked for: the system takes long to give it."""

FRAME_HEAD = _FRAME.size
LEAST_RECORD = _HEAD.size + _TAG
MAX_RECORD = LEAST_RECORD + PIECE + BATCH + 64 * FRAME_HEAD
"""Most bytes of a record: the last frame of a batch may be a whole piece."""


class Lane(enum.IntEnum):
    """Order is kept within a lane. The first overtakes the others on its way."""

    CONTROL = 0
    MAIL = 1
    PICTURE = 2


LANES = tuple(Lane)


Piece = tuple[int, bytes, bool]
"""A frame, or one piece of it: its kind, its body, and whether others of the same frame follow in this lane."""


class RecordRefused(Exception):
    """A record is not what it should be."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def head_of(record: bytes) -> tuple[int, int, int, int]:
    """Its session, channel, lane and sequence. Raises RecordRefused for what cannot be a record."""
    if not LEAST_RECORD <= len(record) <= MAX_RECORD:
        raise RecordRefused(Reason.OVERSIZED if len(record) > MAX_RECORD else Reason.MALFORMED)
    version, session, channel, lane, sequence = _HEAD.unpack_from(record)
    if version != VERSION or lane > Lane.PICTURE:
        raise RecordRefused(Reason.MALFORMED)
    return session, channel, lane, sequence


def join(pieces: Iterable[Piece]) -> bytes:
    """What is sealed in a record."""
    parts = []
    for kind, body, more in pieces:
        parts.append(_FRAME.pack(kind, len(body) | _MORE if more else len(body)))
        parts.append(body)
    return b"".join(parts)


def join_into(pieces: Iterable[Piece], space: memoryview) -> memoryview:
    """The same in `space`, which must be large enough; the part of it that is used."""
    at = 0
    for kind, body, more in pieces:
        _FRAME.pack_into(space, at, kind, len(body) | _MORE if more else len(body))
        at += FRAME_HEAD
        space[at : at + len(body)] = body
        at += len(body)
    return space[:at]


def split(sealed: bytes | memoryview) -> list[Piece]:
    """The reverse of `join`. Raises RecordRefused."""
    pieces = []
    at, end, unpack = 0, len(sealed), _FRAME.unpack_from
    try:
        while at < end:
            kind, size = unpack(sealed, at)
            more = size >= _MORE
            if more:
                size -= _MORE
            at += FRAME_HEAD
            pieces.append((kind, bytes(sealed[at : at + size]), more))
            at += size
    except struct.error:
        raise RecordRefused(Reason.MALFORMED) from None
    if at != end:
        raise RecordRefused(Reason.MALFORMED)
    return pieces


class Sealer:
    """One end of one direction of a channel. Not thread-safe: what is sealed first must be sent first."""

    def __init__(self, key: bytes, session: int, channel: int) -> None:
        cipher = AESGCM(key)
        self._encrypt, self._encrypt_into = cipher.encrypt, cipher.encrypt_into
        self._session, self._channel = session, channel
        self._next = [0] * len(LANES)

    def seal(self, lane: int, body: bytes | memoryview) -> bytes | bytearray:
        """The next record of a lane."""
        sequence = self._next[lane]
        self._next[lane] = sequence + 1
        head = _HEAD.pack(VERSION, self._session, self._channel, lane, sequence)
        if len(body) < LARGE:
            return head + self._encrypt(head[_NONCE], body, head)
        record = bytearray(len(head) + len(body) + _TAG)
        record[: len(head)] = head
        self._encrypt_into(head[_NONCE], body, head, memoryview(record)[len(head) :])
        return record


class Opener:
    """The other end of a Sealer with the same key."""

    def __init__(self, key: bytes) -> None:
        cipher = AESGCM(key)
        self._decrypt, self._decrypt_into = cipher.decrypt, cipher.decrypt_into
        self._next = [0] * len(LANES)

    def open(self, lane: int, sequence: int, record: bytes, space: memoryview) -> bytes | memoryview:
        """What was sealed; lane, sequence: as its head says. space: of MAX_RECORD bytes, for what is large.

        Raises RecordRefused: of its reasons only GAP is said by the sender itself, whose record it is, of those before
        which are gone; all others may come from anybody, and change nothing here."""
        expected = self._next[lane]
        if sequence < expected:
            raise RecordRefused(Reason.REPLAYED)
        try:
            body = self._opened(record, space)
        except InvalidTag:
            raise RecordRefused(Reason.FORGED) from None
        if sequence > expected:
            raise RecordRefused(Reason.GAP)
        self._next[lane] = expected + 1
        return body

    def _opened(self, record: bytes, space: memoryview) -> bytes | memoryview:
        if len(record) < LARGE:
            return self._decrypt(record[_NONCE], record[_HEAD.size :], record[: _HEAD.size])
        body = space[: len(record) - LEAST_RECORD]
        sealed = memoryview(record)[_HEAD.size :]
        self._decrypt_into(record[_NONCE], sealed, record[: _HEAD.size], body)
        return body
