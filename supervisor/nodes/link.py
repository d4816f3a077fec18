"""The link between two nodes: frames of bytes, in order, either way.

A frame is one kind byte and a body. Only MessagePack is decoded from a body, never pickle.
"""

import enum
import struct
from collections.abc import Iterator, Sequence
from typing import Protocol

_HEAD = struct.Struct("<HI")


class FrameType(enum.IntEnum):
    """What a frame carries."""

    MAIL = 1  # to the child: slots and envelopes, see `pack`; to the parent: an envelope
    ROOM = 2  # there is room for envelopes in flight again
    READY = 3
    ENDED = 4  # the failure, or nothing after an orderly stop
    LOG = 5
    DEAD = 6  # a dead letter of the child's
    WARM = 7  # a standby process has loaded what it needs
    LIVE = 8  # to a standby process: run as the incarnation with this number
    REVEAL = 9  # to the parent: the key of a secret that the child needs; never recorded
    REVEALED = 10  # to the child: the key and its secret, or nothing if there is none
    LEVEL = 11  # to the child: its log level from now on
    # Between a home and a host only (supervisor/hosts/), where no memory is shared:
    BOOT = 12  # to the host: what to run, and of which code and models
    FATES = 13  # to the home: what became of envelopes, and how the worker is
    KILL = 14  # to the host: end the worker at once
    EXITED = 15  # to the home: how the worker has ended; the last frame of a channel
    PICTURE = 16  # to the host: an envelope with the picture that it speaks of, as JPEG
    STREAM = 17  # either way: bytes of a connection to a server that the worker runs
    TRACE = 18  # to the home: bytes of what the worker records


class LinkClosed(Exception):
    """The other end is gone."""


class Link(Protocol):
    """One end. `send` may be called from any thread; `receive` from one at a time."""

    def send(self, frame: FrameType, body: bytes = b"") -> None:
        """Raises LinkClosed."""

    def receive(self) -> tuple[FrameType, bytes]:
        """Waits for the next frame. Raises LinkClosed at the end of the stream."""

    def writable(self) -> bool:
        """Whether `send` takes some ten thousand bytes without waiting; False if unknown."""

    def hang_up(self) -> None:
        """Let nobody send any more, and end a send that waits for room."""

    def close(self) -> None: ...


def pack(mail: Sequence[tuple[int, bytes]]) -> bytes:
    """The body of a MAIL frame to a child, from slots and encoded envelopes."""
    return b"".join([_HEAD.pack(slot, len(data)) + data for slot, data in mail])


def unpack(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The slots and encoded envelopes in the body of a MAIL frame. Raises ValueError for a damaged one."""
    at = 0
    while at < len(body):
        try:
            slot, size = _HEAD.unpack_from(body, at)
        except struct.error:
            raise ValueError("a frame of mail ends in the middle of a head") from None
        at += _HEAD.size
        if at + size > len(body):
            raise ValueError("a frame of mail ends in the middle of an envelope")
        yield slot, body[at : at + size]
        at += size
