"""Which old segments go, so that traces stay within a size and an age."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

__all__ = ["RetainedFile", "delete_segment", "expired", "prune", "segments_of"]


class RetainedFile(NamedTuple):
    """A segment on disk. size: bytes; modified: epoch seconds."""

    path: Path
    size: int
    modified: float


def expired(segments: Iterable[RetainedFile], *, keep: int, oldest: float, spare: Path) -> tuple[Path, ...]:
    """Those last written before `oldest` (epoch seconds), and then the oldest until at most `keep` bytes are left.

    `spare`, a run's folder, keeps the newest segment of each node: it is being written.
    """
    ordered = sorted(segments, key=lambda segment: (segment.modified, segment.path))
    newest = {_node(s.path): s.path for s in ordered if s.path.parent == spare}
    left = sum(segment.size for segment in ordered)
    gone = []
    for segment in ordered:
        if segment.path in newest.values() or (left <= keep and segment.modified >= oldest):
            continue
        gone.append(segment.path)
        left -= segment.size
    return tuple(gone)


def segments_of(directory: Path) -> tuple[RetainedFile, ...]:
    """Every segment of every run in `directory`; what vanishes meanwhile is left out."""
    found = []
    for path in directory.glob("*/*.mcap"):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append(RetainedFile(path, status.st_size, status.st_mtime))
    return tuple(found)


def prune(directory: Path, *, keep: int, oldest: float, spare: Path) -> tuple[Path, ...]:
    """Delete what has expired, and runs that are left empty. The deleted segments; what is in use elsewhere stays."""
    gone = []
    for path in expired(segments_of(directory), keep=keep, oldest=oldest, spare=spare):
        try:
            delete_segment(path)
            gone.append(path)
            if path.parent != spare:
                path.parent.rmdir()
        except OSError:
            continue  # open elsewhere (Windows), not empty yet, or another node was faster
    return tuple(gone)


def delete_segment(path: Path) -> None:
    """Delete a segment and what stands beside it. Raises OSError."""
    path.unlink()
    path.with_suffix(".index").unlink(missing_ok=True)


def _node(path: Path) -> str:
    return path.name.rsplit(".", 2)[0]
