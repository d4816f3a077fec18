"""Writes one MCAP file of a trace, with a channel for each kind of lines.

Only whole chunks reach the file. A flush hands them to the operating system, where they survive this process.
"""

import contextlib
import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path

import msgspec
import small_mcap
from small_mcap.writer import McapWriterRaw

from supervisor.trace.records import topic_of
from supervisor.trace.write.chunk_builder import CHUNK, ChunkBuilder, Compression
from supervisor.trace.write.encode import Lines, schema_of


class _Buffer:
    """The memory that the library writes into, so that it need not know of disk errors."""

    def __init__(self) -> None:
        self.pending = bytearray()
        self.position = 0

    def write(self, data: bytes | bytearray) -> int:
        self.pending += data
        self.position += len(data)
        return len(data)

    def tell(self) -> int:
        return self.position


class SegmentWriter:
    """An open file. Methods raise OSError when the disk refuses; then `abandon` keeps what is whole.

    chunks: the finished ones, each with an entry in the index at the file's end."""

    def __init__(self, path: Path, descriptor: int, compression: Compression) -> None:
        self.path = path
        self.size = 0
        self.chunks = 0
        self._descriptor = descriptor
        self._buffer = _Buffer()
        self._writer = McapWriterRaw(self._buffer)  # type: ignore[arg-type]  # it only writes and tells
        self._writer.start(profile="gerald")
        self._channels: dict[type[msgspec.Struct], int] = {}
        self._chunk = ChunkBuilder(compression)

    @property
    def pending(self) -> int:
        """Bytes of finished chunks not yet handed to the operating system."""
        return len(self._buffer.pending)

    def describe(self, metadata: Mapping[str, str]) -> None:
        """Write the metadata record at the beginning of a segment."""
        self._writer.add_metadata("segment", dict(metadata))
        self._drain()

    def add(self, lines: Lines) -> None:
        """Add lines to the chunk, and begin another one when it is large."""
        channels = self._channels
        for kind in set(lines.kinds):
            if kind not in channels:
                channels[kind] = self._open(kind)
        self._chunk.add([channels[kind] for kind in lines.kinds], lines.walls, lines.data)
        if self._chunk.size >= CHUNK:
            self._finish_chunk()

    def flush(self) -> None:
        """Finish the chunk and hand everything to the operating system."""
        self._finish_chunk()
        self._drain()

    def close(self) -> None:
        """Write the index and close the file."""
        self._finish_chunk()
        self._writer.finish()
        self._drain()
        os.close(self._descriptor)

    def abandon(self) -> None:
        """Close the file as of the last flush; never raises."""
        # The reader cuts off a torn tail, and a late error of a network file system changes nothing.
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, self.size)
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    def _open(self, kind: type[msgspec.Struct]) -> int:
        """A channel, and a schema of the same number."""
        number = len(self._channels) + 1
        schema = small_mcap.Schema(number, kind.__name__, "jsonschema", schema_of(kind))
        channel = small_mcap.Channel(number, number, topic_of(kind), "json", {})
        # Within the chunk they are compressed: schemas are large, and most files small.
        self._chunk.declare(schema)
        self._chunk.declare(channel)
        self._writer.schemas[number], self._writer.channels[number] = schema, channel
        return number

    def _finish_chunk(self) -> None:
        if self._chunk.size:
            self._writer.add_chunk(*self._chunk.finish())
            self.chunks += 1

    def _drain(self) -> None:
        data = self._buffer.pending
        done = 0
        with memoryview(data) as view:
            while done < len(data):
                done += os.write(self._descriptor, view[done:])
        self._buffer.pending = bytearray()
        self.size += done


def create_segment(
    folder: Path, node: str, compression: Compression, metadata: Mapping[str, str]
) -> SegmentWriter:
    """A new `NODE.N.mcap` (0600) in `folder` with the first free N. Raises OSError."""
    number, path, descriptor = next_segment(folder, node)
    segment = SegmentWriter(path, descriptor, compression)
    try:
        segment.describe({**metadata, "segment": str(number)})
    except OSError:
        segment.abandon()
        path.unlink(missing_ok=True)
        raise
    return segment


def next_segment(folder: Path, node: str) -> tuple[int, Path, int]:
    """The first free N, its file, which is made, and a descriptor that writes it. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    for number in count(1):
        path = folder / f"{node}.{number:04}.mcap"
        with contextlib.suppress(FileExistsError):
            return number, path, os.open(path, flags, 0o600)
    raise AssertionError("count() ended")
