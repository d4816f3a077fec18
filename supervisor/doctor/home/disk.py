"""Whether there is room, and whether the home can be written."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from actors.vocabulary.kept_pictures import ENDING, pictures_in
from config.format import count, size
from config.ownership import trouble
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.subject import Subject

LITTLE, SCARCE = 200_000_000, 1_000_000_000
"""Bytes below which it is a problem, and a note."""
FULL = "delete what is not needed; `trace.keep` limits how much is recorded"


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """folder: the home's data, or the innermost of its parents that is there. free: bytes. trouble: why no file can be
    made in it. inodes: free ones; None where the file system has no such limit. temporary: the same of the folder for
    temporary files, where the control socket is. pictures: how many are kept, of how many bytes."""

    folder: Path
    free: int
    trouble: str = ""
    inodes: int | None = None
    temporary: str = ""
    pictures: tuple[int, int] = (0, 0)


def gather(subject: Subject) -> DiskFacts:
    """Makes an empty file, and removes it. Raises OSError for a disk that cannot be asked."""
    data = subject.home.data
    folder = next(place for place in (data, *data.parents) if place.is_dir())
    free, there = shutil.disk_usage(folder).free, Path(tempfile.gettempdir())
    kept = _pictures(pictures_in(subject.home.path))
    return DiskFacts(folder, free, _written(folder), _inodes(folder), _written(there), kept)


def _pictures(folder: Path) -> tuple[int, int]:
    sizes = [path.stat().st_size for path in folder.glob(f"*{ENDING}")]
    return len(sizes), sum(sizes)


def _written(folder: Path) -> str:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"x")
    except OSError as error:
        return trouble(error, folder)
    return ""


def _inodes(folder: Path) -> int | None:
    if not hasattr(os, "statvfs"):
        return None
    found = os.statvfs(folder)
    return found.f_favail if found.f_files else None


def judge(facts: DiskFacts) -> Findings:
    """First what keeps Gerald from writing."""
    number, length = facts.pictures
    kept = f"; {count(number, 'picture')} in data/pictures ({size(length)})" if number else ""
    return tuple(_bad(facts)) or (ok(f"{size(facts.free)} free, and the home can be written{kept}"),)


def _bad(facts: DiskFacts) -> Iterator[Finding]:
    if facts.trouble:
        yield problem(
            f"nothing can be written: {facts.trouble}", "let this user write there, or choose another --home"
        )
    if facts.temporary:
        yield problem(
            f"no temporary file can be made: {facts.temporary}", "set TMPDIR to a folder that can be written"
        )
    if facts.free < LITTLE:
        yield problem(f"only {size(facts.free)} are free at {facts.folder}", FULL)
    elif facts.free < SCARCE:
        yield note(f"only {size(facts.free)} are free at {facts.folder}", FULL)
    if facts.inodes is not None and facts.inodes < 100:
        yield problem(f"the file system of {facts.folder} has room for {facts.inodes} more files only", FULL)
