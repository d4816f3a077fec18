"""What the two ends of a connection say to each other beside the channels: channel 0."""

from typing import Annotated

import msgspec

Number = Annotated[int, msgspec.Meta(ge=1, lt=1 << 32)]
Seconds = Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]


class Word(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The base of all of them."""


class Ping(Word, frozen=True):
    """A sign of life that asks for another. at: of the sender's clock, epoch seconds."""

    number: Number
    at: Seconds


class Pong(Word, frozen=True):
    """The answer. asked: as the Ping says; heard, at: when it came and when this went, of the answering clock."""

    number: Number
    asked: Seconds
    heard: Seconds
    at: Seconds


class Open(Word, frozen=True):
    """Of the home: a new channel."""

    number: Number


class Opened(Word, frozen=True):
    """Of the host: it listens to the channel."""

    number: Number


class Ended(Word, frozen=True):
    """A channel is over, in the middle of whatever it was."""

    number: Number
    why: str


class Received(Word, frozen=True):
    """total: how many bytes of a lane were taken from a channel since it was opened, with what each frame counts."""

    number: Number
    lane: Annotated[int, msgspec.Meta(ge=0, le=2)]
    total: Annotated[int, msgspec.Meta(ge=0)]


class Renewed(Word, frozen=True):
    """Of the home: a newer certificate for the key that the host has proven."""

    certificate: Annotated[bytes, msgspec.Meta(max_length=1 << 14)]


class Leave(Word, frozen=True):
    """The sender ends the connection in order."""

    why: str


Words = Ping | Pong | Open | Opened | Ended | Received | Renewed | Leave

_decoder: msgspec.msgpack.Decoder[Words] = msgspec.msgpack.Decoder(Words)
_encoder = msgspec.msgpack.Encoder()


def encode(word: Words) -> bytes:
    return _encoder.encode(word)


def decode(data: bytes) -> Words:
    """Raises msgspec.DecodeError."""
    return _decoder.decode(data)
