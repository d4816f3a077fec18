"""Builds the chunks of an MCAP file from many lines at a time: there is one for each message, and the library makes an
object of each."""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Literal

import lz4.frame
import small_mcap
import zstandard

Compression = Literal["zstd", "lz4", "none"]

CHUNK = 512 * 1024
"""Uncompressed bytes after which a chunk is finished."""

LEVEL = 1
"""Of zstd. On these lines it packs as well as level 3, in less time."""

_HEAD = struct.Struct("<BQHIQQ")
"""Of a message: opcode, length of what follows, channel, sequence (unused), time of logging, time of publishing."""
_MESSAGE = small_mcap.Opcode.MESSAGE.value
_FIXED = _HEAD.size - struct.calcsize("<BQ")


class ChunkBuilder:
    """The chunk that lines are added to now. size: its bytes, uncompressed; 0 while it is empty."""

    def __init__(self, compression: Compression) -> None:
        self._name = "" if compression == "none" else compression
        # Both let other threads run while they compress.
        self._compress: Callable[[bytes], bytes] = {
            "none": bytes,
            "lz4": lz4.frame.compress,
            "zstd": zstandard.ZstdCompressor(level=LEVEL).compress,
        }[compression]
        self._begin()

    def _begin(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []
        self._indexes: dict[int, tuple[list[int], list[int]]] = {}

    def declare(self, record: small_mcap.Schema | small_mcap.Channel) -> None:
        """Add a schema or a channel, which the next lines belong to."""
        out = io.BytesIO()
        record.write_record_to(out)
        self._parts.append(out.getvalue())
        self.size += len(self._parts[-1])

    def add(self, channels: Sequence[int], walls: Sequence[float], lines: Sequence[bytes]) -> None:
        """Add lines, each with its channel and time (epoch seconds)."""
        pack, append, at, last = _HEAD.pack, self._parts.append, self.size, 0
        for channel, wall, line in zip(channels, walls, lines, strict=True):
            if channel != last:
                times, offsets = self._indexes.setdefault(channel, ([], []))
                last = channel
            time, length = int(wall * 1e9), len(line)
            append(pack(_MESSAGE, _FIXED + length, channel, 0, time, time))
            append(line)
            times.append(time)
            offsets.append(at)
            at += _HEAD.size + length
        self.size = at

    def finish(self) -> tuple[small_mcap.Chunk, dict[int, small_mcap.MessageIndex]]:
        """The chunk, with its lines by channel; the next one begins. Not to be called while it is empty."""
        data = b"".join(self._parts)
        times = [time for found, _ in self._indexes.values() for time in (min(found), max(found))]
        chunk = small_mcap.Chunk(
            min(times), max(times), len(data), zlib.crc32(data), self._name, self._compress(data)
        )
        indexes = {
            channel: small_mcap.MessageIndex(channel, *found) for channel, found in self._indexes.items()
        }
        self._begin()
        return chunk, indexes
