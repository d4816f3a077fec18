"""Writes one MCAP file of a trace, with channels that all files share.

Only whole chunks reach the file. A flush hands them to the operating system, where they survive this process.
"""

import contextlib
import os
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Literal

import foxglove
from foxglove.mcap import MCAPCompression, MCAPWriteOptions

from supervisor.trace.write.encode import Encoded

Compression = Literal["zstd", "lz4", "none"]

CHUNK = 512 * 1024
"""Most uncompressed bytes of a chunk."""

LEVEL = {"zstd": 1, "lz4": 0, "none": 0}
"""Of the compression; 0 is its own default. On these lines zstd's level 1 packs as well as level 3, in less time."""

_COMPRESSIONS = {"zstd": MCAPCompression.Zstd, "lz4": MCAPCompression.Lz4, "none": None}


class ChannelIds:
    """A channel for each topic, made on first use. They outlive segments, since the SDK never frees one."""

    def __init__(self) -> None:
        self.context = foxglove.Context()
        self._channels: dict[type, Callable[..., None]] = {}

    def log(self, line: Encoded) -> None:
        """Write the line to the open segment."""
        kind, wall, data = line
        if (log := self._channels.get(kind)) is None:
            log = self._channels[kind] = self._open(line).log
        log(data, log_time=int(wall * 1e9))

    def _open(self, line: Encoded) -> foxglove.Channel:
        schema = foxglove.Schema(name=line.kind.__name__, encoding="jsonschema", data=line.schema)
        return foxglove.Channel(line.topic, message_encoding="json", schema=schema, context=self.context)


class _Buffer:
    """The memory that the SDK writes into, so that disk errors are handled here and not by the SDK."""

    def __init__(self) -> None:
        self.pending = bytearray()
        self.position = 0

    def write(self, data: bytes | bytearray) -> int:
        self.pending += data
        self.position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.position

    def flush(self) -> None:
        pass


class SegmentWriter:
    """An open file. Methods raise OSError when the disk refuses; then `abandon` keeps what is whole.

    chunks: those that a flush has finished, each with an entry in the index at the file's end."""

    def __init__(self, path: Path, descriptor: int, channels: ChannelIds, compression: Compression) -> None:
        self.path = path
        self.size = 0
        self.chunks = 0
        self._descriptor = descriptor
        self._buffer = _Buffer()
        self._writer = foxglove.open_mcap(
            self._buffer,
            context=channels.context,
            writer_options=MCAPWriteOptions(
                profile="gerald",
                chunk_size=CHUNK,
                compression=_COMPRESSIONS[compression],
                compression_level=LEVEL[compression],
                compression_threads=0,
                disable_seeking=True,
            ),
        )

    @property
    def pending(self) -> int:
        """Bytes of finished chunks not yet handed to the operating system."""
        return len(self._buffer.pending)

    def describe(self, metadata: Mapping[str, str]) -> None:
        """Write the metadata record at the beginning of a segment."""
        self._writer.write_metadata("segment", dict(metadata))
        self.flush()

    def flush(self) -> None:
        """Finish the chunk and hand everything to the operating system."""
        self._writer.flush()
        self.chunks += 1
        self._drain()

    def close(self) -> None:
        """Write the index and close the file."""
        self._writer.close()
        self._drain()
        os.close(self._descriptor)

    def abandon(self) -> None:
        """Close the file as of the last flush; never raises."""
        self._writer.close()
        # The reader cuts off a torn tail, and a late error of a network file system changes nothing.
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, self.size)
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    def _drain(self) -> None:
        data = self._buffer.pending
        done = 0
        with memoryview(data) as view:
            while done < len(data):
                done += os.write(self._descriptor, view[done:])
        self._buffer.pending = bytearray()
        self.size += done


def create_segment(
    folder: Path, node: str, channels: ChannelIds, compression: Compression, metadata: Mapping[str, str]
) -> SegmentWriter:
    """A new `NODE.N.mcap` (0600) in `folder` with the first free N. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    for number in count(1):
        path = folder / f"{node}.{number:04}.mcap"
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileExistsError:
            continue
        segment = SegmentWriter(path, descriptor, channels, compression)
        try:
            segment.describe({**metadata, "segment": str(number)})
        except OSError:
            segment.abandon()
            path.unlink(missing_ok=True)
            raise
        return segment
    raise AssertionError("count() ended")
