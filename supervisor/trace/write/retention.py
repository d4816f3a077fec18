"""Deletes old segments, so that traces stay within a size and an age."""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class RetainedFile(NamedTuple):
    """A segment on disk. size: bytes; modified: epoch seconds."""

    path: Path
    size: int
    modified: float


def expired(segments: Iterable[RetainedFile], *, keep: int, oldest: float, spare: Path) -> tuple[Path, ...]:
    """The segments last written before `oldest` (epoch seconds), and the oldest ones beyond `keep` bytes.

    spare: a run's folder that keeps the newest segment of each node, which is being written.
    """
    ordered = sorted(segments, key=lambda segment: (segment.modified, segment.path))
    newest = {s.path.name.rsplit(".", 2)[0]: s.path for s in ordered if s.path.parent == spare}
    left = sum(segment.size for segment in ordered)
    gone = []
    for segment in ordered:
        if segment.path in newest.values() or (left <= keep and segment.modified >= oldest):
            continue
        gone.append(segment.path)
        left -= segment.size
    return tuple(gone)


def segments_of(directory: Path) -> tuple[RetainedFile, ...]:
    """Every segment of every run in `directory`, without those that vanish meanwhile."""
    found = []
    for path in directory.glob("*/*.mcap"):
        with contextlib.suppress(OSError):
            status = path.stat()
            found.append(RetainedFile(path, status.st_size, status.st_mtime))
    return tuple(found)


def prune(directory: Path, *, keep: int, oldest: float, spare: Path) -> tuple[Path, ...]:
    """Delete what has expired, and runs left empty. Returns the deleted segments; one in use elsewhere stays."""
    gone = []
    for path in expired(segments_of(directory), keep=keep, oldest=oldest, spare=spare):
        with contextlib.suppress(OSError):  # open elsewhere (Windows), not empty, or another node was faster
            delete_segment(path)
            gone.append(path)
            if path.parent != spare:
                path.parent.rmdir()
    return tuple(gone)


def delete_segment(path: Path) -> None:
    """Delete a segment and its index. Raises OSError."""
    path.unlink()
    path.with_suffix(".index").unlink(missing_ok=True)
