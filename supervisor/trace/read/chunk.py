"""Splits a chunk of an MCAP file into messages."""

import struct
from collections.abc import Iterator

import small_mcap

_RECORD = struct.Struct("<BQ")
_MESSAGE = struct.Struct("<HIQQ")
_TIME_AT = _RECORD.size + 6
_DATA_AT = _RECORD.size + _MESSAGE.size
_LOG_TIME = struct.Struct("<Q")


class ChannelTable:
    """The channels and schemas read so far, by their ids."""

    def __init__(self) -> None:
        self.channels: dict[int, small_mcap.Channel] = {}
        self.schemas: dict[int, small_mcap.Schema] = {}

    def learn(self, opcode: int, body: memoryview) -> None:
        """Add a channel or a schema."""
        if opcode == small_mcap.Opcode.CHANNEL:
            channel = small_mcap.Channel.read(body)
            self.channels[channel.id] = channel
        elif opcode == small_mcap.Opcode.SCHEMA:
            schema = small_mcap.Schema.read(body)
            self.schemas[schema.id] = schema


def split(data: bytes, known: ChannelTable) -> Iterator[tuple[int, bytes, int]]:
    """The messages in a chunk: time (ns), content, channel. Raises struct.error or ValueError for other data."""
    at, end = 0, len(data)
    message = small_mcap.Opcode.MESSAGE.value
    while at < end:
        opcode, length = _RECORD.unpack_from(data, at)
        after = at + _RECORD.size + length
        if after > end:
            raise ValueError("a record reaches beyond its chunk")
        if opcode == message:
            channel = data[at + _RECORD.size] | data[at + _RECORD.size + 1] << 8
            yield _LOG_TIME.unpack_from(data, at + _TIME_AT)[0], data[at + _DATA_AT : after], channel
        else:
            known.learn(opcode, memoryview(data)[at + _RECORD.size : after])
        at = after
