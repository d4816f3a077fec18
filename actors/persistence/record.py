"""A stored record: one state with what is needed to know that it is whole, whose it is and how new it is. Pure."""

import hashlib

import msgspec

from actors.kernel.protocol import Version

__all__ = ["Damaged", "Record", "pack", "record", "unpack"]


class Damaged(ValueError):
    """Bytes that are no valid record; says why."""


class Record(msgspec.Struct, frozen=True):
    """saved_at: epoch seconds. blake2b: 32 bytes over all other fields. payload: the state as MessagePack."""

    schema: int
    domain: str
    version: Version
    saved_at: float
    blake2b: bytes
    payload: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


def record(domain: str, schema: int, version: Version, saved_at: float, payload: bytes) -> Record:
    """A sealed record."""
    return Record(
        schema, domain, version, saved_at, _digest(schema, domain, version, saved_at, payload), payload
    )


def pack(sealed: Record) -> bytes:
    """The record as it is stored."""
    return _encoder.encode(sealed)


def unpack(data: bytes, domain: str) -> Record:
    """The record in `data`. Raises Damaged when it is broken, altered or another domain's."""
    try:
        found = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(str(error)) from None
    if found.domain != domain:
        raise Damaged(f"it belongs to {found.domain[:100]!r}")
    if found.blake2b != _digest(found.schema, domain, found.version, found.saved_at, found.payload):
        raise Damaged("its checksum does not fit")
    return found


def _digest(schema: int, domain: str, version: Version, saved_at: float, payload: bytes) -> bytes:
    head = _encoder.encode((schema, domain, version, saved_at))
    return hashlib.blake2b(head + payload, digest_size=32).digest()
