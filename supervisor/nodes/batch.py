"""Packs many envelopes into one frame, each with its slot in the parent's table of envelopes in flight."""

import struct
from collections.abc import Iterator, Sequence

__all__ = ["pack", "unpack"]

_HEAD = struct.Struct("<HI")


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
