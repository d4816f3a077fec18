"""Notes on disk of networks that are being tried, so that one which ends its process is not tried again and again.

A note stands from before a network is loaded until that has gone well, and again while it looks at its first picture:
a note whose process has ended tells of a death in between. A single one may be chance: a process that was killed just
then. Where no note can be written, nothing is known of the last time."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

DEATHS = (
    2  # of processes in a network, without a picture that went well in between, after which it is left out
)
ENDED = "ended the process that looked with it, more than once, and is not tried again"
MOST = 32  # notes kept of all networks; beyond it the oldest go
FOLDER = Path("data", "networks")


class Trial:
    """Of the network whose file has this content. home: where its notes are kept."""

    def __init__(self, home: Path, data: bytes) -> None:
        self.folder = home / FOLDER
        self._digest = hashlib.sha256(data).hexdigest()[:16]
        self._own = self.folder / f"{self._digest}-{os.getpid()}-{_began(os.getpid())}"

    @property
    def is_hopeless(self) -> bool:
        """Whether it has ended its process too often."""
        return len(self._deaths()) >= DEATHS

    @property
    def notes(self) -> str:
        """The pattern of the files that hold it against the network."""
        return str(self.folder / f"{self._digest}-*")

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """While the network does something that it has not yet done well in this process."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._own.touch(mode=0o600)
            self._tidy()
        try:
            yield
        finally:
            _remove(self._own)

    def passed(self) -> None:
        """It has looked at a picture: what happened before is forgotten."""
        for note in self._deaths():
            _remove(note)

    def _deaths(self) -> list[Path]:
        with contextlib.suppress(OSError):
            return [note for note in self.folder.glob(f"{self._digest}-*") if not _is_alive(note)]
        return []

    def _tidy(self) -> None:
        notes = sorted(self.folder.iterdir(), key=lambda note: note.stat().st_mtime)
        for note in notes[:-MOST]:
            _remove(note)


def _is_alive(note: Path) -> bool:
    """Whether the process that wrote it still runs: the one of that number that began then."""
    _, number, began = note.name.split("-") if note.name.count("-") == 2 else ("", "", "")
    return number.isdecimal() and _began(int(number)) == began


def _began(number: int) -> str:
    """When the process of this number began; "" where there is none."""
    try:
        return str(int(psutil.Process(number).create_time() * 100.0))
    except psutil.Error:
        return ""


def _remove(note: Path) -> None:
    with contextlib.suppress(OSError):
        note.unlink(missing_ok=True)
