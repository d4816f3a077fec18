"""The simulated disk: a write is durable only after a sync, and the power may fail in between."""

import random
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from actors.persistence.store.backends import backends_of
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.encryption import PLAIN
from actors.persistence.store.errors import StoreError, store_error
from actors.persistence.store.manifest import ManifestFile
from actors.persistence.store.snapshots.in_files import FileSnapshots
from actors.persistence.store.store import Store
from config.schema import Storage

T = TypeVar("T")
NOWHERE = Path("a simulated disk")
QUICK = 0.002
SLOW = 1.5
"""Seconds that a write takes on average: usually, and on a slow disk."""


class PowerCut(BaseException):
    """The power failed in the middle of a write."""


class Disk:
    """Keys and values, which outlive every process. clock: monotonic seconds.

    full_until, slow_until: when it has room again, and is quick again.
    cut: where in the next write the power fails: 1 before, 2 within, 3 after its sync; 0 for nowhere.
    writes: their number so far.
    """

    def __init__(self, clock: Callable[[], float], dice: random.Random) -> None:
        self.values: dict[str, bytes] = {}
        self.order: list[str] = []
        self.full_until = self.slow_until = 0.0
        self.cut = 0
        self.writes = 0
        self._stamps = 0
        self._clock = clock
        self._dice = dice
        self._undo: list[tuple[str, bytes | None]] = []

    @property
    def is_full(self) -> bool:
        """Whether it takes no writes."""
        return self._clock() < self.full_until

    def stamp(self) -> int:
        """A number greater than all before."""
        self._stamps += 1
        return 10**18 + self._stamps

    def latency(self) -> float:
        """Seconds that the next write takes."""
        mean = SLOW if self._clock() < self.slow_until else QUICK
        return min(self._dice.expovariate(1.0 / mean), 8 * mean)

    def has_durable(self, part: str) -> bool:
        """Whether a key that has `part` in it was synced."""
        unsynced = {key for key, _ in self._undo}
        return any(part in key and key not in unsynced for key in self.order)

    def put(self, key: str, value: bytes | None) -> None:
        """Write a value; None deletes the key. Durable after `sync`."""
        before = self.values.get(key)
        if value is None:
            if before is None:
                return
            del self.values[key]
            del self.order[bisect_left(self.order, key)]
        else:
            if before is None:
                insort(self.order, key)
            self.values[key] = value
        self._undo.append((key, before))

    def sync(self) -> None:
        """Make all writes durable. Raises PowerCut where that is planned, and StoreError on a full disk."""
        if self.is_full and self._undo:
            self.undo()
            raise store_error(NOWHERE, "writing", OSError("no space left on device"))
        if self._undo:
            self.writes += 1
            cut, self.cut = self.cut, 0
            if cut == 1:
                self.undo()
                raise PowerCut
            if cut == 2:
                self._tear()
                raise PowerCut
            self._undo.clear()
            if cut == 3:
                raise PowerCut

    def undo(self) -> None:
        """Undo every write that is not durable."""
        for key, before in reversed(tuple(self._undo)):
            self.put(key, before)
        self._undo.clear()

    def _tear(self) -> None:
        """Keep some of the unsynced writes, damage some, and undo the others."""
        written = dict.fromkeys(key for key, _ in self._undo)
        kept = {key: self.values.get(key) for key in written}
        self.undo()
        for key, value in kept.items():
            fate = self._dice.random()
            if key == "format" or fate < 0.4:
                continue  # the old value stays
            if value is not None and fate < 0.7:
                value = value[: self._dice.randrange(len(value) + 1)]
            self.put(key, value)
        self._undo.clear()


class SimulatedTransaction:
    """One transaction on the disk (actors.persistence.store.database.Transaction)."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def get(self, key: str) -> bytes | None:
        return self._disk.values.get(key)

    def put(self, key: str, value: bytes) -> None:
        self._disk.put(key, value)

    def delete(self, key: str) -> None:
        self._disk.put(key, None)

    def stamp(self) -> int:
        return self._disk.stamp()

    def keys(self, prefix: str, last: str = "") -> tuple[str, ...]:
        order = self._disk.order
        at, found = bisect_left(order, prefix), []
        while at < len(order) and order[at].startswith(prefix) and not (last and order[at] > last):
            found.append(order[at])
            at += 1
        return tuple(found)

    def items(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        return ((key, self._disk.values[key]) for key in self.keys(prefix))

    def raw_items(self, prefix: str) -> Iterator[tuple[bytes, bytes]]:
        return ((key.encode(), value) for key, value in self.items(prefix))


class SimulatedDatabase:
    """One process's database (actors.persistence.store.database.Database): each change is a transaction with a sync."""

    path = NOWHERE
    moved = None
    trusted = True
    vanished = False

    def __init__(self, disk: Disk) -> None:
        self.notice = ""
        self.openings = 0
        self.is_open = False
        self._disk = disk

    def change(self, doing: str, change: Callable[[Any], T]) -> T:
        self.open()
        try:
            result = change(SimulatedTransaction(self._disk))
        except BaseException:
            self._disk.undo()
            raise
        try:
            self._disk.sync()
        except StoreError:
            self.close()
            raise
        return result

    def read(self, doing: str, look: Callable[[Any], T]) -> T:
        self.open()
        return look(SimulatedTransaction(self._disk))

    def open(self) -> None:
        if not self.is_open:
            self.is_open = True
            self.openings += 1

    def close(self) -> None:
        self.is_open = False

    def compact(self) -> None:
        if self._disk.is_full:
            raise store_error(NOWHERE, "compacting", OSError("no space left on device"))

    def salvaged(self) -> None:
        """This database is never moved aside."""


class SimulatedFiles(FileSnapshots):
    """Writes no snapshots into files: the simulated disk has the database only."""

    def save(self, snapshot: Snapshot, keep: int) -> None:
        """Nothing is written."""


class SimulatedManifest(ManifestFile):
    """A manifest is never synced: after a power cut there is none."""

    def update(self, **fields: object) -> None:
        """Nothing is written."""


class SimulatedStore(Store):
    """The real store over the simulated database."""

    def __init__(self, disk: Disk, storage: Storage) -> None:
        files = SimulatedFiles(NOWHERE, PLAIN)
        super().__init__(SimulatedDatabase(disk), files, backends_of(storage, files))  # type: ignore[arg-type]
        self._manifest = SimulatedManifest(NOWHERE)
