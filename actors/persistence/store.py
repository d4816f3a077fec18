"""What the database holds: for each domain the two newest generations of its state, and a durable epoch.

The newest valid record counts; a damaged one is set aside under another name and never rotated over a good one.
"""

import time
from collections.abc import Sequence

import msgspec

from actors.kernel.protocol import Version
from actors.persistence.database import Database, Transaction
from actors.persistence.record import Damaged, Record, pack, record, unpack

__all__ = ["Loaded", "Store"]

KEPT_DAMAGED = 4
"""Records set aside, per generation of a domain."""
EPOCH_GAP = 1000
"""Added when the stored epoch is damaged, so that no epoch that it may have counted is opened again."""


class Loaded(msgspec.Struct, frozen=True):
    """The newest valid record, None for none; the epoch opened for it; the keys of damaged records set aside."""

    record: Record | None
    epoch: int
    set_aside: tuple[str, ...] = ()


class _Head(msgspec.Struct, frozen=True):
    """Where a domain's newest valid record lies: generation 0 or 1."""

    generation: int
    version: Version


_NOWHERE = _Head(1, Version(-1, -1))


class Store:
    """The states in one database. Not for two threads at a time. Methods wait for the disk, and raise StoreError."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._heads: dict[str, _Head] = {}
        self._opening = 0

    def load(self, domain: str, above: int = 0) -> Loaded:
        """The newest valid state of `domain`, under a new epoch greater than `above`. Sets aside what is damaged."""

        def look(txn: Transaction) -> Loaded:
            newest, set_aside = _newest(txn, domain)
            return Loaded(newest[1] if newest else None, _next_epoch(txn, domain, newest, above), set_aside)

        return self.database.change("loading a state", look)

    def peek(self, domain: str) -> Record | None:
        """The newest valid state of `domain`; changes nothing on the disk."""
        valid = self.database.read("reading a state", lambda txn: _valid(txn, domain))
        return max(valid.values(), key=lambda found: found.version, default=None)

    def open_epoch(self, domain: str) -> int:
        """A new epoch, greater than any before it; durable on return."""
        return self.load(domain).epoch

    def write(self, records: Sequence[Record]) -> None:
        """Keep each record unless a newer one of its domain is stored; all in one transaction, durable on return."""

        def put(txn: Transaction) -> dict[str, _Head]:
            heads: dict[str, _Head] = {}
            if self._opening != self.database.openings:
                self._heads.clear()
                self._opening = self.database.openings
            for new in records:
                head = heads.get(new.domain) or self._heads.get(new.domain) or _head(txn, new.domain)
                if new.version > head.version:
                    # The other generation is overwritten: the one that was newest stays as the one before.
                    head = _Head(1 - head.generation, new.version)
                    txn.put(_key(new.domain, head.generation), pack(new))
                heads[new.domain] = head
            return heads

        self._heads.update(self.database.change("writing", put))

    def check(self) -> None:
        """Write something, so that a disk that is well again is noticed."""
        stamp = str(time.time()).encode()
        self.database.change("writing", lambda txn: txn.put("checked", stamp))

    def close(self) -> None:
        """Close the database; the next call opens it again."""
        self.database.close()


def _key(domain: str, generation: int) -> str:
    return f"state/{domain}/{generation}"


def _valid(txn: Transaction, domain: str) -> dict[int, Record]:
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


def _newest(txn: Transaction, domain: str) -> tuple[tuple[int, Record] | None, tuple[str, ...]]:
    """Generation and record of the newest valid state; the keys of what was set aside."""
    valid = _valid(txn, domain)
    damaged = [n for n in (0, 1) if n not in valid and txn.get(_key(domain, n)) is not None]
    set_aside = tuple(_set_aside(txn, _key(domain, generation)) for generation in damaged)
    return max(valid.items(), key=lambda item: item[1].version, default=None), set_aside


def _head(txn: Transaction, domain: str) -> _Head:
    newest, _ = _newest(txn, domain)
    return _NOWHERE if newest is None else _Head(newest[0], newest[1].version)


def _set_aside(txn: Transaction, key: str) -> str:
    """Give a damaged record another name, and forget all but the last few of these."""
    aside = f"{key}.corrupt.{time.time_ns()}"
    txn.put(aside, txn.get(key) or b"")
    txn.delete(key)
    for older in txn.keys(f"{key}.corrupt.")[:-KEPT_DAMAGED]:
        txn.delete(older)
    return aside


def _next_epoch(txn: Transaction, domain: str, newest: tuple[int, Record] | None, above: int) -> int:
    key = f"epoch/{domain}"
    stored = txn.get(key)
    last = max(above, newest[1].version.epoch if newest is not None else 0)
    if stored is not None:
        try:
            last = max(last, unpack(stored, domain).version.epoch)
        except Damaged:
            last += EPOCH_GAP
    opened = record(domain, 0, Version(last + 1, 0), time.time(), b"")
    txn.put(key, pack(opened))
    return last + 1
