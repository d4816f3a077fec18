"""The adapter of LMDB, and the only place that knows it.

Each process opens a database once; it belongs to its path, not to whoever asked for it. Every change is one transaction
with one sync, no read transaction stays open, and the map grows as needed.
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

__all__ = ["MAP_LIMIT", "Database", "Transaction", "domains_in"]

MAP_LIMIT = 2**38
"""Bytes that the map does not exceed."""

KEPT_DAMAGED = 2
"""Damaged databases that were moved away and stay."""

NEEDED = 256 * 1024
"""Free bytes without which a database is not opened."""

UNSALVAGED, SALVAGED, OUTDATED = ".salvage.", ".corrupt.", ".outdated."
"""In the name of a damaged database that was moved away: before its records were recovered, and after; and of an intact
one of an earlier store format, which is never removed."""

T = TypeVar("T")


class Transaction:
    """Keys and values as they are within one transaction."""

    def __init__(self, inner: lmdb.Transaction) -> None:
        self._inner = inner

    def get(self, key: str) -> bytes | None:
        """The value of `key`, None when there is none."""
        value = self._inner.get(key.encode())
        return None if value is None else bytes(value)

    def put(self, key: str, value: bytes) -> None:
        """Give `key` this value."""
        self._inner.put(key.encode(), value)

    def delete(self, key: str) -> None:
        """Remove `key`."""
        self._inner.delete(key.encode())

    def stamp(self) -> int:
        """Nanoseconds since the epoch, for the name of what is set aside."""
        return time.time_ns()

    def keys(self, prefix: str, last: str = "") -> tuple[str, ...]:
        """Every key that begins with `prefix`, in order; with `last`, none after it."""
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
        """Every key that begins with `prefix` with its value, in order. Nothing may be changed during it."""
        for key, value in self.raw_items(prefix):
            yield key.decode("utf-8", "replace"), value

    def raw_items(self, prefix: str) -> Iterator[tuple[bytes, bytes]]:
        """The same with the keys as they are stored."""
        wanted = prefix.encode()
        with self._inner.cursor() as cursor:
            if cursor.set_range(wanted):
                for item in cast("Iterator[tuple[bytes, bytes]]", cursor.iternext()):
                    if not item[0].startswith(wanted):
                        return
                    yield item


def domains_in(txn: Transaction, *kinds: str) -> set[str]:
    """The domains that have keys of these kinds: `copy` for snapshots, `log` for changes, `epoch`."""
    return {key.split("/")[1] for kind in kinds for key in txn.keys(f"{kind}/")}


class Database:
    """One LMDB environment. Not for two threads at a time; methods may wait for the disk, and raise StoreError.

    path: its folder. map_size: bytes to begin with. After a failure the next call opens it again; `openings` counts.
    notice: what the owner must be told of it, "" for none. moved: where a damaged one was moved to, until its records
    are recovered. trusted: when it was opened, the file was as it had been closed in order.
    """

    fault: ClassVar[Callable[[str], None]] = staticmethod(lambda point: None)
    """Called before and after a commit, where a test may want the process to die."""

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
        """The process's one database at `path`."""
        return cls._databases.take(path_key(path), None, lambda: cls(path, map_size)).value

    def change(self, doing: str, change: Callable[[Transaction], T]) -> T:
        """Run `change` in one transaction, durable on return; again when the map had to grow. doing: for errors."""
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
                raise StoreError(
                    f"{self.path}: {doing}: a domain's name is too long: {error}", "shorten it"
                ) from error
            except (lmdb.Error, OSError) as error:
                raise self._failed(doing, error) from error

    def read(self, doing: str, look: Callable[[Transaction], T]) -> T:
        """Run `look`, which must change nothing. Works on a disk that takes no writes, too."""
        try:
            environment = self._open()
        except StoreError:
            return self._read_only(doing, look)
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
        """Whether the open file was removed or replaced: what is written now would be lost."""
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
            # What was written just now need not be looked through again.
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
        """Why the file cannot be used, "" when it can. Walked through unless it is as it was when it was closed in
        order."""
        try:
            if not (self.path / DATA).exists():
                return ""
            digest = read_manifest(self.path).digest
            self.trusted = bool(digest) and digest == digest_of(self.path)
            return "" if self.trusted else why_unsound(self.path)
        except OSError as error:
            raise store_error(self.path, "opening", error) from error

    def _read_only(self, doing: str, look: Callable[[Transaction], T]) -> T:
        try:
            where = str(self.path)
            with (
                lmdb.open(where, readonly=True, lock=False, create=False) as environment,
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
        """Close it and move it aside as it is, for good; the next call begins a new one. why: completes "it ..."."""
        self.close()
        aside = self.path.with_name(f"{self.path.name}{OUTDATED}{time.time_ns()}")
        self._rename(self.path, aside)
        self.notice = f"{self.path} {why}: it was set aside as {aside.name}, and a new one begun"

    def salvaged(self) -> None:
        """The records of the one that was moved away are recovered: the next start need not do it."""
        if self.moved is None:
            return
        self._rename(self.moved, self.moved.with_name(self.moved.name.replace(UNSALVAGED, SALVAGED)))
        self.moved = None
        # They hold what people said, and nothing needs them.
        for older in sorted(self.path.parent.glob(f"{glob.escape(self.path.name)}{SALVAGED}*"))[
            :-KEPT_DAMAGED
        ]:
            shutil.rmtree(older, ignore_errors=True)

    def _rename(self, place: Path, aside: Path) -> None:
        try:
            place.rename(aside)
        except OSError as error:
            raise store_error(self.path, "setting it aside", error) from error

    def _left_behind(self) -> Path | None:
        """One moved away by a process that was killed before it had recovered the records."""
        found = sorted(self.path.parent.glob(f"{glob.escape(self.path.name)}{UNSALVAGED}*"))
        if found:
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
