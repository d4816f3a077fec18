"""The adapter of LMDB.

A process opens a database once and shares it by its path. Every change is one transaction with one sync, no read
transaction stays open, and the map grows as needed.
"""

import errno
import glob
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, TypeVar, cast

import lmdb

from actors.kernel.resource import Resources, path_key
from actors.persistence.store.errors import StoreError, store_error
from actors.persistence.store.manifest import DATA, digest_of, read_manifest
from actors.persistence.store.probe import why_unsound
from config.files import beside, sync_folder

MAP_LIMIT = 2**38
"""Maximum size of the map, in bytes."""
KEPT_DAMAGED = 2
"""How many damaged databases are kept after they were moved away."""
NEEDED = 256 * 1024
"""A database is not opened with fewer free bytes on its disk."""
UNSALVAGED, SALVAGED, OUTDATED = ".salvage.", ".corrupt.", ".outdated."
"""In the names of databases that were moved away: a damaged one before its records are recovered, and after; an intact
one of an earlier store format, which is never removed."""

T = TypeVar("T")


class Transaction:
    """Keys and values within one transaction."""

    def __init__(self, inner: lmdb.Transaction) -> None:
        self._inner = inner

    def get(self, key: str) -> bytes | None:
        """The value of `key`, None for none."""
        value = self._inner.get(key.encode())
        return None if value is None else bytes(value)

    def put(self, key: str, value: bytes) -> None:
        """Set the value of `key`."""
        self._inner.put(key.encode(), value)

    def delete(self, key: str) -> None:
        """Remove `key`."""
        self._inner.delete(key.encode())

    def stamp(self) -> int:
        """Nanoseconds since the epoch, for the names of what is set aside."""
        return time.time_ns()

    def keys(self, prefix: str, last: str = "") -> tuple[str, ...]:
        """All keys that begin with `prefix`, in order, up to `last` where that is given."""
        wanted, limit = prefix.encode(), last.encode()
        found: list[str] = []
        with self._inner.cursor() as cursor:
            if cursor.set_range(wanted):
                for key in map(bytes, cursor.iternext(keys=True, values=False)):
                    if not key.startswith(wanted) or (limit and key > limit):
                        break
                    found.append(key.decode("utf-8", "replace"))
        return tuple(found)

    def items(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """All keys that begin with `prefix`, and their values, in order. Nothing may change meanwhile."""
        return ((key.decode("utf-8", "replace"), value) for key, value in self.raw_items(prefix))

    def raw_items(self, prefix: str) -> Iterator[tuple[bytes, bytes]]:
        """The same, with keys as bytes."""
        wanted = prefix.encode()
        with self._inner.cursor() as cursor:
            if cursor.set_range(wanted):
                for item in cast("Iterator[tuple[bytes, bytes]]", cursor.iternext()):
                    if not item[0].startswith(wanted):
                        return
                    yield item


def domains_in(txn: Transaction, *kinds: str) -> set[str]:
    """The domains with keys of these kinds: `copy` (snapshots), `log` (changes), `epoch`."""
    return {key.split("/")[1] for kind in kinds for key in txn.keys(f"{kind}/")}


class Database:
    """One LMDB environment in the folder `path`; after a failure the next call opens it again. Not for two threads at a
    time. Methods wait for the disk, and raise StoreError.

    map_size: initial, in bytes. openings: how often it was opened. notice: for the owner, "" for none.
    moved: where a damaged database was moved to, until its records are recovered.
    trusted: the file was unchanged since an orderly close when it was opened.
    """

    fault: ClassVar[Callable[[str], None]] = staticmethod(lambda point: None)
    """Called before and after a commit: a test may let the process die there."""
    _databases: ClassVar[Resources[str, "Database"]] = Resources()

    def __init__(self, path: Path, map_size: int, limit: int = MAP_LIMIT) -> None:
        self.path = path
        self.notice = ""
        self.moved: Path | None = None
        self.trusted = True
        self.openings = 0
        self._map_size = map_size
        self._limit = limit
        self._environment: lmdb.Environment | None = None
        self._identity = (0, 0)

    @classmethod
    def at(cls, path: Path, map_size: int) -> "Database":
        """The process's only database at `path`."""
        return cls._databases.take(path_key(path), None, lambda: cls(path, map_size)).value

    def change(self, doing: str, change: Callable[[Transaction], T]) -> T:
        """Run `change` in one transaction, durable on return; repeated when the map had to grow. doing: for errors."""
        while True:
            environment = self._open()
            try:
                with environment.begin(write=True) as txn:
                    result = change(Transaction(txn))
                    Database.fault(f"before commit: {doing}")
                Database.fault(f"after commit: {doing}")
                return result
            except lmdb.MapFullError as error:
                if self._map_size * 2 > self._limit:
                    raise self._failed(doing, error) from error
                self._map_size *= 2
                environment.set_mapsize(self._map_size)
            except lmdb.BadValsizeError as error:
                why = f"{self.path}: {doing}: a domain's name is too long: {error}"
                raise StoreError(why, "shorten it") from error
            except (lmdb.Error, OSError) as error:
                raise self._failed(doing, error) from error

    def read(self, doing: str, look: Callable[[Transaction], T]) -> T:
        """Run `look`, which must change nothing. Also works on a read-only disk."""
        try:
            environment = self._open()
        except StoreError:
            return self.look(doing, look)
        try:
            with environment.begin() as txn:
                return look(Transaction(txn))
        except (lmdb.Error, OSError) as error:
            raise self._failed(doing, error) from error

    @property
    def is_open(self) -> bool:
        """False before the first call, and after a failure."""
        return self._environment is not None

    @property
    def vanished(self) -> bool:
        """Whether the open file was removed or replaced, so that writes would be lost."""
        return self.is_open and self._identity != self._identify()

    def open(self) -> None:
        """Open it, unless it is open. Raises StoreError."""
        self._open()

    def close(self) -> None:
        """Close it; the next call opens it again."""
        environment, self._environment = self._environment, None
        if environment is not None:
            environment.close()

    def compact(self) -> None:
        """Rewrite the file without free pages. Raises StoreError."""
        environment = self._open()
        try:
            with beside(self.path / DATA) as new:
                with new.open("wb") as file:
                    environment.copyfd(file.fileno(), compact=True)
                self.close()
            # Just written, it need not be checked again.
            self._environment = self._open_file()
            self._identity = self._identify()
        except (lmdb.Error, OSError) as error:
            raise self._failed("compacting", error) from error

    def _open(self) -> lmdb.Environment:
        if self._environment is None:
            if why := self._why_unsound():
                self._move_away(why)
            self.moved = self.moved or self._left_behind()
            try:
                self._environment = self._open_file()
            except (lmdb.InvalidError, lmdb.CorruptedError, lmdb.VersionMismatchError) as error:
                self._move_away(str(error))
                self._environment = self._open_file()
            self.openings += 1
            self._identity = self._identify()
            self._map_size = max(self._map_size, self._environment.info()["map_size"])
        return self._environment

    def _open_file(self) -> lmdb.Environment:
        try:
            _make_folder(self.path)
            if shutil.disk_usage(self.path).free < NEEDED:
                # LMDB maps its files: a page that the disk cannot give would kill the process by SIGBUS.
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
            return lmdb.open(str(self.path), map_size=self._map_size, mode=0o600, sync=True, metasync=True)
        except (lmdb.InvalidError, lmdb.CorruptedError, lmdb.VersionMismatchError):
            raise
        except (lmdb.Error, OSError) as error:
            raise store_error(self.path, "opening", error) from error

    def _why_unsound(self) -> str:
        """Why the file cannot be used, "" when it can. Not walked through when unchanged since an orderly close."""
        try:
            if not (self.path / DATA).exists():
                return ""
            digest = read_manifest(self.path).digest
            self.trusted = bool(digest) and digest == digest_of(self.path)
            return "" if self.trusted else why_unsound(self.path)
        except OSError as error:
            raise store_error(self.path, "opening", error) from error

    def look(self, doing: str, look: Callable[[Transaction], T]) -> T:
        """Run `look` on the database as it is, without opening it for changes; it must not change meanwhile."""
        try:
            with (
                lmdb.open(str(self.path), readonly=True, lock=False, create=False) as environment,
                environment.begin() as txn,
            ):
                return look(Transaction(txn))
        except (lmdb.Error, OSError) as error:
            raise store_error(self.path, doing, error) from error

    def _move_away(self, why: str) -> None:
        now = time.time_ns()
        aside = self.path.with_name(f"{self.path.name}{UNSALVAGED}{now}")
        self._rename(self.path, aside)
        self.moved = aside
        final = f"{self.path.name}{SALVAGED}{now}"
        self.notice = f"{self.path} could not be used ({why}); it was moved to {final} and a new one begun"

    def set_aside(self, why: str) -> None:
        """Close it and move it aside unchanged; the next call begins a new one. why: completes "PATH ..."."""
        self.close()
        aside = self.path.with_name(f"{self.path.name}{OUTDATED}{time.time_ns()}")
        self._rename(self.path, aside)
        self.notice = f"{self.path} {why}: it was set aside as {aside.name}, and a new one begun"

    def salvaged(self) -> None:
        """Note that the records of the database that was moved away are recovered."""
        if self.moved is None:
            return
        self._rename(self.moved, self.moved.with_name(self.moved.name.replace(UNSALVAGED, SALVAGED)))
        self.moved = None
        # They hold what people said, and nothing needs them.
        for older in self._beside(SALVAGED)[:-KEPT_DAMAGED]:
            shutil.rmtree(older, ignore_errors=True)

    def _beside(self, mark: str) -> list[Path]:
        return sorted(self.path.parent.glob(f"{glob.escape(self.path.name)}{mark}*"))

    def _rename(self, place: Path, aside: Path) -> None:
        try:
            place.rename(aside)
        except OSError as error:
            raise store_error(self.path, "setting it aside", error) from error

    def _left_behind(self) -> Path | None:
        """A database moved away by a process that was killed before it had recovered the records."""
        if found := self._beside(UNSALVAGED):
            self.notice = f"{self.path} could not be used and was moved away; a new one was begun"
        return found[-1] if found else None

    def _identify(self) -> tuple[int, int]:
        try:
            found = (self.path / DATA).stat()
        except OSError:
            return (0, 0)
        return (found.st_dev, found.st_ino)

    def _failed(self, doing: str, error: Exception) -> StoreError:
        self.close()
        return store_error(self.path, doing, error)


def _make_folder(path: Path) -> None:
    if path.is_dir():
        return
    path.mkdir(mode=0o700, parents=True)
    sync_folder(path.parent)
