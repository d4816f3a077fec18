"""Copies in files, a folder for each domain and a file for each version: written aside, synced, and put in place."""

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.backends import Found
from actors.persistence.store.chain import Snapshot, assembled, records_of
from actors.persistence.store.encryption import StoreEncryption
from actors.persistence.store.errors import store_error
from actors.persistence.store.record import Record, pack, scan_file
from config.files import replace_file, sync_folder

__all__ = ["FileBackend"]

NONE = Version(-1, -1)
KEPT_DAMAGED = 4
"""Damaged files set aside, per domain."""
_NAME = re.compile(r"(\d{1,12})\.(\d{1,12})\.state", re.ASCII)


class FileBackend:
    """folder: of all domains. keep: how many copies of a domain are kept."""

    def __init__(self, folder: Path, keep: Callable[[str], int], sealing: StoreEncryption) -> None:
        self.folder = folder
        self._keep = keep
        self._sealing = sealing

    def save(self, snapshot: Snapshot) -> None:
        where = self.folder / snapshot.domain
        try:
            there = self._files(where)
            if there and there[0][0] > snapshot.version:
                return
            self._make_folders(where)
            name = f"{snapshot.version.epoch:012d}.{snapshot.version.n:012d}.state"
            replace_file(where / name, (pack(self._sealing.seal(record)) for record in records_of(snapshot)))
            for _, old in self._files(where)[self._keep(snapshot.domain) :]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise store_error(where, "writing a copy", error) from error

    def load(self, domain: str, *, touch: bool = True, than: Version = NONE) -> Found:
        """What is kept of `domain`; without `touch` nothing is set aside. than: what is no newer than this version is
        looked through for damage all the same, but not held in memory: its parts are empty."""
        where = self.folder / domain
        snapshots: list[Snapshot] = []
        damaged: list[str] = []
        try:
            for version, path in self._files(where):
                snapshot = self._assembled(path, hollow=version <= than)
                whole = snapshot is not None and snapshot.domain == domain
                if snapshot is None or not whole or snapshot.version != version:
                    aside = f", set aside as {_set_aside(path).name}" if touch else ""
                    damaged.append(f"{path} {_fault(snapshot if whole else None)}{aside}")
                if snapshot is not None and whole:
                    snapshots.append(snapshot)
        except OSError as error:
            raise store_error(where, "reading a copy", error) from error
        return Found(tuple(sorted(snapshots, key=lambda s: s.version, reverse=True)), tuple(damaged))

    def _assembled(self, path: Path, *, hollow: bool) -> Snapshot | None:
        with path.open("rb") as file:
            records: Iterable[Record] = scan_file(file)
            records = _emptied(records) if hollow else records
            return assembled(self._sealing.opened(record) for record in records)

    def epochs(self) -> Mapping[str, int]:
        """By domain, the newest epoch that the name of a copy tells of; whatever cannot be looked at tells nothing."""
        found: dict[str, int] = {}
        with contextlib.suppress(OSError):
            for where in self.folder.iterdir():
                with contextlib.suppress(OSError):
                    if files := self._files(where):
                        found[where.name] = files[0][0].epoch
        return found

    def forget(self, domain: str) -> None:
        where = self.folder / domain
        try:
            for path in tuple(where.glob("*")) if where.is_dir() else ():
                path.unlink(missing_ok=True)
        except OSError as error:
            raise store_error(where, "removing the copies", error) from error

    def _make_folders(self, where: Path) -> None:
        if where.is_dir():
            return
        for folder in (self.folder, where):  # the mode that mkdir takes is that of the last one only
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(folder.parent)

    def keep_only(self, domain: str, version: Version) -> None:
        """Remove every file of `domain` but the copy of `version`."""
        where = self.folder / domain
        kept = {path for found, path in self._files(where) if found == version}
        try:
            for path in tuple(where.iterdir()) if where.is_dir() else ():
                if path not in kept:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise store_error(where, "removing older copies", error) from error

    def _files(self, where: Path) -> list[tuple[Version, Path]]:
        """Versions and files, newest first."""
        try:
            named = [(_NAME.fullmatch(path.name), path) for path in where.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(
            ((Version(int(m[1]), int(m[2])), path) for m, path in named if m and not path.is_dir()),
            reverse=True,
        )


def _emptied(records: Iterable[Record]) -> Iterator[Record]:
    return (msgspec.structs.replace(record, payload=b"", sealed=False) for record in records)


def _fault(snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return "is damaged"
    return f"holds version {snapshot.version.epoch}.{snapshot.version.n}, and not that of its name"


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.corrupt.{time.time_ns()}")
    os.replace(path, aside)
    for older in sorted(path.parent.glob("*.corrupt.*"), key=lambda p: p.name.rpartition(".")[2])[
        :-KEPT_DAMAGED
    ]:
        older.unlink(missing_ok=True)
    sync_folder(path.parent)
    return aside
