"""What travels: a record is a head, which all can read, and frames, which are sealed with it.

Each channel has a key of its own for each direction, and each lane its own numbers, from 0 on without a gap. So a
record that was changed, repeated, left out or put elsewhere is noticed, whoever carried it.
"""

import enum
import struct
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from supervisor.hosts.wire.refusals import Reason

VERSION = 1
"""Of the wire. Both ends must have the same."""

PIECE = 128 * 1024
"""Most bytes of one frame in a record: a larger frame goes in pieces, between which more urgent lanes are sent."""

BATCH = 64 * 1024
"""Frames share a record up to about so many bytes."""

MAX_FRAME = 8 * 1024 * 1024
"""Most bytes in one frame."""

_HEAD = struct.Struct(">BQIBQ")
_NONCE = struct.Struct(">IQ")
_FRAME = struct.Struct(">BI")
_TAG = 16
_MORE = 1 << 31

LEAST_RECORD = _HEAD.size + _TAG
MAX_RECORD = LEAST_RECORD + PIECE + BATCH + 64 * _FRAME.size
"""Most bytes of a record: the last frame of a batch may be a whole piece."""


class Lane(enum.IntEnum):
    """Order is kept within a lane. The first overtakes the others on its way."""

    CONTROL = 0
    MAIL = 1
    PICTURE = 2


LANES = tuple(Lane)


class Head(NamedTuple):
    """session, channel: which; lane, sequence: which record of it."""

    session: int
    channel: int
    lane: int
    sequence: int


class Piece(NamedTuple):
    """A frame, or one piece of it. more: others of the same frame follow in this lane."""

    kind: int
    body: bytes
    more: bool = False


class RecordRefused(Exception):
    """A record is not what it should be."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def head_of(record: bytes) -> Head:
    """Raises RecordRefused for what cannot be a record."""
    if len(record) > MAX_RECORD:
        raise RecordRefused(Reason.OVERSIZED)
    if len(record) < LEAST_RECORD:
        raise RecordRefused(Reason.MALFORMED)
    version, session, channel, lane, sequence = _HEAD.unpack_from(record)
    if version != VERSION or lane >= len(LANES):
        raise RecordRefused(Reason.MALFORMED)
    return Head(session, channel, lane, sequence)


def join(pieces: Iterable[Piece | tuple[int, bytes, bool]]) -> bytes:
    """What is sealed in a record."""
    parts = []
    for kind, body, more in pieces:
        parts.append(_FRAME.pack(kind, len(body) | _MORE if more else len(body)))
        parts.append(body)
    return b"".join(parts)


def split(sealed: bytes) -> list[Piece]:
    """The reverse of `join`. Raises RecordRefused."""
    pieces = []
    at, end, size_of_head = 0, len(sealed), _FRAME.size
    while at < end:
        if at + size_of_head > end:
            raise RecordRefused(Reason.MALFORMED)
        kind, size = _FRAME.unpack_from(sealed, at)
        more = size >= _MORE
        if more:
            size -= _MORE
        at += size_of_head
        if size > end - at:
            raise RecordRefused(Reason.MALFORMED)
        pieces.append(Piece(kind, sealed[at : at + size], more))
        at += size
    return pieces


class Sealer:
    """One end of one direction of a channel. Not thread-safe: what is sealed first must be sent first."""

    def __init__(self, key: bytes, session: int, channel: int) -> None:
        self._cipher = AESGCM(key)
        self._session, self._channel = session, channel
        self._next = [0] * len(LANES)

    def seal(self, lane: int, body: bytes) -> bytes:
        """The next record of a lane."""
        sequence = self._next[lane]
        self._next[lane] = sequence + 1
        head = _HEAD.pack(VERSION, self._session, self._channel, lane, sequence)
        return head + self._cipher.encrypt(_NONCE.pack(lane, sequence), body, head)


class Opener:
    """The other end of a Sealer with the same key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._next = [0] * len(LANES)

    def open(self, head: Head, record: bytes) -> bytes:
        """What was sealed. Raises RecordRefused: of its reasons only GAP is said by the sender itself, whose record it
        is, of those before which are gone; all others may come from anybody, and change nothing here."""
        expected = self._next[head.lane]
        if head.sequence < expected:
            raise RecordRefused(Reason.REPLAYED)
        try:
            nonce = _NONCE.pack(head.lane, head.sequence)
            body = self._cipher.decrypt(nonce, record[_HEAD.size :], record[: _HEAD.size])
        except InvalidTag:
            raise RecordRefused(Reason.FORGED) from None
        if head.sequence > expected:
            raise RecordRefused(Reason.GAP)
        self._next[head.lane] = expected + 1
        return body
