"""The adapter of LMDB: for each domain the two newest generations of its state, and a durable epoch.

Each process opens an environment once; it belongs to its path and outlives whoever asked for it. Every write is one
transaction with one sync, no read transaction is kept, and the map grows as needed.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

import lmdb
import msgspec

from actors.kernel.protocol import Version
from actors.persistence.record import Damaged, Record, pack, unpack
from actors.persistence.trouble import StoreError, store_error

__all__ = ["MAP_LIMIT", "Loaded", "Store"]

MAP_LIMIT = 2**38
"""Bytes beyond which the map does not grow."""
KEPT_DAMAGED = 4
"""Records set aside, per domain."""
EPOCH_GAP = 1000
"""Added when the stored epoch is damaged, so that no epoch that it may have counted is opened again."""

T = TypeVar("T")


class Loaded(msgspec.Struct, frozen=True):
    """The newest valid record, None for none; the epoch opened for it; the keys of damaged records set aside."""

    record: Record | None
    epoch: int
    set_aside: tuple[str, ...] = ()


class _Head(msgspec.Struct, frozen=True):
    """Where a domain's newest valid record lies: generation 0 or 1."""

    generation: int
    version: Version


class Store:
    """One database. Not for two threads at a time; every method may wait for the disk, and raises StoreError.

    path: the database's folder. map_size: bytes to begin with. After a failure the environment is opened anew by the
    next call.
    """

    _known: ClassVar[dict[str, "Store"]] = {}
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path, map_size: int, limit: int = MAP_LIMIT) -> None:
        self.path = path
        self._map_size = map_size
        self._limit = limit
        self._environment: lmdb.Environment | None = None
        self._identity = (0, 0)
        self._heads: dict[str, _Head] = {}

    @classmethod
    def at(cls, path: Path, map_size: int) -> "Store":
        """The process's one store at `path`."""
        key = os.path.normcase(path.resolve())
        with cls._lock:
            return cls._known.setdefault(key, cls(path, map_size))

    # -- what a domain needs

    def load(self, domain: str) -> Loaded:
        """The newest valid state of `domain`, under a new epoch. What is damaged is set aside first."""

        def look(txn: lmdb.Transaction) -> tuple[Record | None, int, tuple[str, ...]]:
            newest, set_aside = self._newest(txn, domain)
            return newest, self._next_epoch(txn, domain, newest), set_aside

        return Loaded(*self._change("loading a state", look))

    def peek(self, domain: str) -> Record | None:
        """The newest valid state of `domain`; changes nothing on the disk."""
        environment = self._open()
        try:
            with environment.begin() as txn:
                return max(_valid(txn, domain).values(), key=lambda found: found.version, default=None)
        except lmdb.Error as error:
            raise self._failed("reading a state", error) from error

    def open_epoch(self, domain: str) -> int:
        """A new epoch, greater than any before it; durable on return."""

        def following(txn: lmdb.Transaction) -> int:
            return self._next_epoch(txn, domain, self._newest(txn, domain)[0])

        return self._change("opening an epoch", following)

    def write(self, records: Sequence[Record]) -> None:
        """Keep each record unless a newer one of its domain is stored; all in one transaction, durable on return."""

        def put(txn: lmdb.Transaction) -> dict[str, _Head]:
            heads: dict[str, _Head] = {}
            for new in records:
                head = heads.get(new.domain) or self._head(txn, new.domain)
                if new.version > head.version:
                    # The other generation is overwritten: the one that was newest stays as the one before.
                    head = _Head(1 - head.generation, new.version)
                    txn.put(_key(new.domain, head.generation), pack(new))
                heads[new.domain] = head
            return heads

        self._heads.update(self._change("writing", put))

    def check(self) -> None:
        """Write something, so that a disk that is well again is noticed."""
        stamp = str(time.time()).encode()
        self._change("writing", lambda txn: txn.put(b"checked", stamp))

    # -- life

    @property
    def vanished(self) -> bool:
        """True when the open database's file was removed or replaced; what is written now would be lost."""
        return self._environment is not None and self._identity != self._identify()

    def close(self) -> None:
        """Close the environment; the next call opens it again."""
        environment, self._environment = self._environment, None
        self._heads.clear()
        if environment is not None:
            environment.close()

    def _open(self) -> lmdb.Environment:
        if self._environment is None:
            try:
                self._make_folder()
                self._environment = lmdb.open(
                    str(self.path), map_size=self._map_size, mode=0o600, sync=True, metasync=True, max_dbs=0
                )
            except lmdb.InvalidError as error:
                aside = self._set_all_aside()
                what = f"{self.path}: opening: {error}; it was moved to {aside.name} and a new one begins"
                raise StoreError(what, f"the memory is in {aside}, or in a backup") from error
            except (lmdb.Error, OSError) as error:
                raise store_error(self.path, "opening", error) from error
            self._identity = self._identify()
            self._map_size = max(self._map_size, self._environment.info()["map_size"])
        return self._environment

    def _make_folder(self) -> None:
        if self.path.is_dir():
            return
        self.path.mkdir(mode=0o700, parents=True)
        if os.name == "posix":
            # A power cut after this must not take the folder's name away again.
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _set_all_aside(self) -> Path:
        aside = self.path.with_name(f"{self.path.name}.corrupt.{int(time.time())}")
        try:
            self.path.rename(aside)
        except OSError as error:
            raise store_error(self.path, "moving a damaged database away", error) from error
        return aside

    def _identify(self) -> tuple[int, int]:
        try:
            found = (self.path / "data.mdb").stat()
        except OSError:
            return (0, 0)
        return (found.st_dev, found.st_ino)

    # -- inside a transaction

    def _change(self, doing: str, change: Callable[[lmdb.Transaction], T]) -> T:
        while True:
            environment = self._open()
            try:
                with environment.begin(write=True) as txn:
                    result = change(txn)
                return result
            except lmdb.MapFullError as error:
                if self._map_size * 2 > self._limit:
                    raise self._failed(doing, error) from error
                self._map_size *= 2
                environment.set_mapsize(self._map_size)
            except lmdb.BadValsizeError as error:
                raise StoreError(f"{self.path}: {doing}: a domain's name is too long: {error}", "shorten it") from error
            except (lmdb.Error, OSError) as error:
                raise self._failed(doing, error) from error

    def _failed(self, doing: str, error: Exception) -> StoreError:
        self.close()
        return store_error(self.path, doing, error)

    def _newest(self, txn: lmdb.Transaction, domain: str) -> tuple[Record | None, tuple[str, ...]]:
        valid = _valid(txn, domain)
        damaged = [n for n in (0, 1) if n not in valid and txn.get(_key(domain, n)) is not None]
        set_aside = tuple(_set_aside(txn, domain, generation) for generation in damaged)
        if not valid:
            self._heads.pop(domain, None)
            return None, set_aside
        generation = max(valid, key=lambda n: valid[n].version)
        self._heads[domain] = _Head(generation, valid[generation].version)
        return valid[generation], set_aside

    def _head(self, txn: lmdb.Transaction, domain: str) -> _Head:
        if domain not in self._heads:
            self._newest(txn, domain)
        return self._heads.get(domain, _Head(1, Version(-1, -1)))

    def _next_epoch(self, txn: lmdb.Transaction, domain: str, newest: Record | None) -> int:
        stored = txn.get(_epoch_key(domain))
        last = newest.version.epoch if newest is not None else 0
        if stored is not None:
            try:
                last = max(last, unpack(stored, domain).version.epoch)
            except Damaged:
                last += EPOCH_GAP
        epoch = last + 1
        txn.put(_epoch_key(domain), pack(_epoch_record(domain, epoch)))
        return epoch


def _epoch_record(domain: str, epoch: int) -> Record:
    from actors.persistence.record import record

    return record(domain, 0, Version(epoch, 0), 0.0, b"")


def _key(domain: str, generation: int) -> bytes:
    return f"state/{domain}/{generation}".encode()


def _epoch_key(domain: str) -> bytes:
    return f"epoch/{domain}".encode()


def _valid(txn: lmdb.Transaction, domain: str) -> dict[int, Record]:
    """The domain's valid records by generation."""
    found: dict[int, Record] = {}
    for generation in (0, 1):
        data = txn.get(_key(domain, generation))
        if data is not None:
            try:
                found[generation] = unpack(data, domain)
            except Damaged:
                continue
    return found


def _set_aside(txn: lmdb.Transaction, domain: str, generation: int) -> str:
    """Give a damaged record another name, and forget all but the last few of these."""
    key = _key(domain, generation)
    base = key + b".corrupt."
    aside = base + str(time.time_ns()).encode()
    txn.put(aside, txn.get(key) or b"")
    txn.delete(key)
    cursor = txn.cursor()
    older = []
    if cursor.set_range(base):
        for name in cursor.iternext(keys=True, values=False):
            if not name.startswith(base):
                break
            older.append(bytes(name))
    for name in older[:-KEPT_DAMAGED]:
        txn.delete(name)
    return aside.decode()
