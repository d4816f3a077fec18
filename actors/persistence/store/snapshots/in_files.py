"""Snapshots in files: a folder for each domain, a file for each version."""

import contextlib
import re
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot, assembled, records_of
from actors.persistence.store.encryption import StoreEncryption
from actors.persistence.store.errors import store_error
from actors.persistence.store.record import pack, scan_file
from actors.persistence.store.snapshots import NONE, FoundSnapshots
from config.files import put_in_place, replace_file, sync_folder

KEPT_DAMAGED = 4
"""How many damaged files of a domain are kept."""
_NAME = re.compile(r"(\d{1,12})\.(\d{1,12})\.state", re.ASCII)


class FileSnapshots:
    """folder: of the domains' folders. Methods wait for the disk, and raise StoreError."""

    def __init__(self, folder: Path, encryption: StoreEncryption) -> None:
        self.folder = folder
        self._encryption = encryption

    def save(self, snapshot: Snapshot, keep: int) -> None:
        """Write a snapshot, durable on return, unless there is a newer one; remove all but the newest `keep`."""
        where = self.folder / snapshot.domain
        try:
            there = self._files(where)
            if there and there[0][0] > snapshot.version:
                return
            self._make_folders(where)
            name = f"{snapshot.version.epoch:012d}.{snapshot.version.n:012d}.state"
            records = (pack(self._encryption.encrypted(record)) for record in records_of(snapshot))
            replace_file(where / name, records)
            for _, old in self._files(where)[keep:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise store_error(where, "writing a snapshot", error) from error

    def load(self, domain: str, *, touch: bool = True, newer_than: Version = NONE) -> FoundSnapshots:
        """The snapshots of `domain`. touch: set aside what is damaged. Those not newer than `newer_than` are
        only checked for damage, and have no parts."""
        where = self.folder / domain
        snapshots: list[Snapshot] = []
        damaged: list[str] = []
        try:
            for version, path in self._files(where):
                snapshot = self._read(path, without_parts=version <= newer_than)
                whole = snapshot is not None and snapshot.domain == domain
                if snapshot is None or not whole or snapshot.version != version:
                    aside = f", set aside as {_set_aside(path).name}" if touch else ""
                    damaged.append(f"{path} {_fault(snapshot if whole else None)}{aside}")
                if snapshot is not None and whole:
                    snapshots.append(snapshot)
        except OSError as error:
            raise store_error(where, "reading a snapshot", error) from error
        return FoundSnapshots(tuple(sorted(snapshots, key=lambda s: s.version, reverse=True)), tuple(damaged))

    def epochs(self) -> Mapping[str, int]:
        """By domain, the newest epoch in the names of its files; unreadable folders are left out."""
        found: dict[str, int] = {}
        with contextlib.suppress(OSError):
            for where in self.folder.iterdir():
                with contextlib.suppress(OSError):
                    if files := self._files(where):
                        found[where.name] = files[0][0].epoch
        return found

    def keep_only(self, domain: str, version: Version) -> None:
        """Remove all files of `domain` except the snapshot of `version`."""
        where = self.folder / domain
        kept = {path for found, path in self._files(where) if found == version}
        try:
            for path in tuple(where.iterdir()) if where.is_dir() else ():
                if path not in kept:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise store_error(where, "removing older snapshots", error) from error

    def _read(self, path: Path, *, without_parts: bool) -> Snapshot | None:
        with path.open("rb") as file:
            records = scan_file(file)
            if without_parts:
                return assembled(msgspec.structs.replace(r, payload=b"", encrypted=False) for r in records)
            return assembled(map(self._encryption.decrypted, records))

    def _make_folders(self, where: Path) -> None:
        if where.is_dir():
            return
        for folder in (self.folder, where):  # the mode that mkdir takes is that of the last one only
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(folder.parent)

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


def _fault(snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return "is damaged"
    return f"holds version {snapshot.version}, not that of its name"


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.corrupt.{time.time_ns()}")
    put_in_place(path, aside)
    damaged = sorted(path.parent.glob("*.corrupt.*"), key=lambda p: p.name.rpartition(".")[2])
    for older in damaged[:-KEPT_DAMAGED]:
        older.unlink(missing_ok=True)
    sync_folder(path.parent)
    return aside
