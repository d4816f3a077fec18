"""Tombstones: hashes of erased people, and when. They outlive the state, so that no backup brings anybody back."""

from collections.abc import Callable, Mapping

from actors.kernel.protocol.storage import Version
from actors.persistence.store.database import Database, Transaction
from actors.persistence.store.record import Damaged, Kind, Record, pack, unpack

PREFIX = "grave/"
"""Prefix of their keys in the database."""


class Tombstones:
    """Those of one database. in_backups: reads those in the backups. Methods raise StoreError."""

    def __init__(self, database: Database, in_backups: Callable[[], Mapping[str, float]]) -> None:
        self._database = database
        self._in_backups = in_backups
        self._known: Mapping[str, float] = {}

    def read(self) -> Mapping[str, float]:
        """All that are stored: by hash, when (epoch seconds)."""
        self._known = self._database.read("reading the tombstones", stored)
        return self._known

    def note(self, written: Mapping[str, float]) -> None:
        """Note that these were written."""
        self._known = {**self._known, **written}

    def restore_missing(self) -> None:
        """Write those that are in the backups, or known to this process, and not in the database."""
        known = merged(self._in_backups(), self._known)

        def put(txn: Transaction) -> None:
            there = stored(txn)
            write(txn, {hash_: at for hash_, at in known.items() if at > there.get(hash_, 0.0)})

        if known:
            self._database.change("restoring tombstones", put)


def write(txn: Transaction, tombstones: Mapping[str, float]) -> None:
    """Write these."""
    for hash_, at in tombstones.items():
        txn.put(f"{PREFIX}{hash_}", pack(record_of(hash_, at)))


def stored(txn: Transaction) -> Mapping[str, float]:
    """All valid ones in the database."""
    found: dict[str, float] = {}
    for _, data in txn.items(PREFIX):
        try:
            record = unpack(data, "")
        except Damaged:
            continue
        found[hash_in(record)] = record.saved_at
    return found


def merged(*known: Mapping[str, float]) -> dict[str, float]:
    """All of them, each with the latest time."""
    found: dict[str, float] = {}
    for tombstones in known:
        for hash_, at in tombstones.items():
            found[hash_] = max(at, found.get(hash_, at))
    return found


def record_of(hash_: str, at: float) -> Record:
    """A tombstone as a record."""
    return Record(Kind.TOMBSTONE, "", 1, Version(), at, hash_.encode())


def hash_in(record: Record) -> str:
    """The hash of a tombstone's record."""
    return record.payload.decode("ascii", "replace")
