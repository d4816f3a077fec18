"""Writes a node's part of a run as segments, which are opened on the first line and rotated by size and age.

Opening a segment prunes old ones. When the disk refuses, OSError is raised, and lost lines are counted.
"""

import os
import platform
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from actors.kernel.record import Record
from supervisor.trace.layout import file_stem
from supervisor.trace.read.index import IndexBuilder, save_index
from supervisor.trace.write.chunk_builder import Compression
from supervisor.trace.write.encode import Lines
from supervisor.trace.write.retention import prune
from supervisor.trace.write.segment_writer import SegmentWriter, create_segment

FORMAT = "1"
PENDING = 4 * 2**20

CHUNKS = 6000
"""Of a segment. The library keeps what it will write of each at the end, about a kilobyte: with five flushes a second
18 MB an hour. So many take 20 minutes of talk at least."""


class RotationLimits(msgspec.Struct, frozen=True):
    """How traces are written and kept. Sizes in bytes, ages in seconds."""

    max_segment_size: int
    max_segment_age: float
    keep: int
    keep_age: float
    compression: Compression
    words: str = "keep"


class RotatingWriter:
    """Writes to the newest segment. For the writer's thread alone."""

    def __init__(self, directory: Path, run: str, node: str, limits: RotationLimits) -> None:
        self._directory = directory
        self._run = run
        self._node = node
        self._limits = limits
        self._segment: SegmentWriter | None = None
        self._opened_at = 0.0
        self._unsure = 0
        self._dirty = False
        self._contents = IndexBuilder()

    def write(self, lines: Lines, records: Iterable[Record]) -> None:
        """Add the lines of these records to the open segment. The next flush makes them safe."""
        self._add(lines)
        self._unsure += len(lines.data)
        self._contents.records(records)

    def note_loss(self, line: Lines, count: int) -> None:
        """Add the line that says how many records are missing. It does not count as lost itself."""
        self._add(line)
        self._contents.lost(count)

    def ready(self) -> bool:
        """Have an open segment that is neither too old, too large nor of too many chunks. Returns whether it is new."""
        segment = self._segment
        if segment is not None:
            old = time.monotonic() - self._opened_at >= self._limits.max_segment_age
            full = segment.chunks >= CHUNKS or segment.size + segment.pending >= self._limits.max_segment_size
            if not old and not full:
                return False
            self.close()
        self._open()
        return True

    def flush(self) -> None:
        """Hand all lines to the operating system."""
        if self._segment is not None and self._dirty:
            self._segment.flush()
            self._contents.cut(self._segment.size)
            self._unsure, self._dirty = 0, False

    def flush_if_large(self) -> None:
        """Flush if much waits in memory."""
        if self._segment is not None and self._segment.pending >= PENDING:
            self.flush()

    def close(self) -> None:
        """Finish the open segment and write its index."""
        if self._segment is not None:
            self.flush()
            self._segment.close()
            save_index(self._segment.path, self._contents.index(complete=True))
            self._segment = None
            self._unsure, self._dirty = 0, False

    def abandon(self) -> int:
        """After an OSError: leave the segment as of its last flush. Returns how many lines were lost."""
        if self._segment is not None:
            self._segment.abandon()
            self._segment = None
        lost, self._unsure = self._unsure, 0
        return lost

    def _add(self, lines: Lines) -> None:
        assert self._segment is not None
        self._segment.add(lines)
        self._dirty = True

    def _open(self) -> None:
        folder = self._directory / self._run
        limits = self._limits
        prune(self._directory, keep=limits.keep, oldest=time.time() - limits.keep_age, spare=folder)
        self._segment = create_segment(folder, file_stem(self._node), limits.compression, self._metadata())
        self._opened_at = time.monotonic()
        self._contents = IndexBuilder()

    def _metadata(self) -> dict[str, str]:
        try:
            project = version("gerald")
        except PackageNotFoundError:
            project = "unknown"
        return {
            "run": self._run,
            "node": self._node,
            "pid": str(os.getpid()),
            "started": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "python": platform.python_version(),
            "platform": platform.platform(),
            "gerald": project,
            "format": FORMAT,
            "words": self._limits.words,
        }
