"""Unpacks a chunk of an MCAP file, and splits it into messages. A chunk that says it is small and is not costs no more
than one that says the truth."""

import struct
import zlib
from collections.abc import Iterator

import lz4.frame
import small_mcap
import zstandard

LARGEST = 32 * 2**20
"""Bytes of a chunk, packed or not, and of any other record. Gerald's chunks have half a megabyte, or one line."""

_RECORD = struct.Struct("<BQ")
_MESSAGE = struct.Struct("<HIQQ")
_TIME_AT = _RECORD.size + 6
_DATA_AT = _RECORD.size + _MESSAGE.size
_LOG_TIME = struct.Struct("<Q")


def unpacked(chunk: small_mcap.Chunk) -> bytes:
    """The records in a chunk. Raises ValueError for one that is damaged or too large, and what the libraries raise."""
    if chunk.uncompressed_size > LARGEST:
        raise ValueError(f"it would be larger than {LARGEST >> 20} MB")
    data = _decompressed(chunk.compression, chunk.data)
    if len(data) != chunk.uncompressed_size:
        raise ValueError("it has another size than it says")
    if chunk.uncompressed_crc and zlib.crc32(data) != chunk.uncompressed_crc:
        raise ValueError("its checksum is wrong")
    return data


def _decompressed(compression: str, data: bytes | memoryview) -> bytes:
    """At most one byte more than LARGEST, whatever the header of the compressed data says."""
    match compression:
        case "":
            return bytes(data)
        case "zstd":
            with zstandard.ZstdDecompressor(max_window_size=LARGEST).stream_reader(data) as reader:
                return bytes(reader.read(LARGEST + 1))
        case "lz4":
            return bytes(lz4.frame.LZ4FrameDecompressor().decompress(data, max_length=LARGEST + 1))
    raise ValueError(f"its compression {compression[:20]!r} is unknown")


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
