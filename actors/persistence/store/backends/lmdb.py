"""Copies in the database: for each domain some slots, of which the oldest is overwritten."""

import sys
from collections.abc import Callable

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.backends import Found
from actors.persistence.store.chain import Snapshot, assembled, records_of
from actors.persistence.store.database import Database, Transaction
from actors.persistence.store.encryption import StoreEncryption
from actors.persistence.store.record import Damaged, Record, pack, unpack

__all__ = ["ALL", "DatabaseBackend", "part_key"]

KEPT_DAMAGED = 4
"""Damaged copies set aside, per domain."""
ALL = sys.maxsize
NONE = Version(-1, -1)


class DatabaseBackend:
    """keep: how many copies of a domain are kept."""

    def __init__(self, database: Database, keep: Callable[[str], int], sealing: StoreEncryption) -> None:
        self.database = database
        self._keep = keep
        self._sealing = sealing

    def save(self, snapshot: Snapshot) -> None:
        self.database.change("writing a copy", lambda txn: self.put(txn, snapshot))

    def load(self, domain: str) -> Found:
        return self.database.change("reading copies", lambda txn: self.get(txn, domain))

    def peek(self, domain: str) -> Found:
        """Like `load`, and changes nothing."""
        return self.database.read("reading copies", lambda txn: self.get(txn, domain, touch=False))

    def forget(self, domain: str) -> None:
        def drop(txn: Transaction) -> None:
            for kind in ("copy", "corrupt"):
                for key in txn.keys(f"{kind}/{domain}/"):
                    txn.delete(key)

        self.database.change("removing copies", drop)

    def put(self, txn: Transaction, snapshot: Snapshot) -> Version:
        """`save` within a transaction; the version of the oldest copy kept now: changes before it are not needed."""
        keep = self._keep(snapshot.domain)
        held = {slot: _version(txn, snapshot.domain, slot) for slot in range(keep)}
        if max(held.values()) >= snapshot.version:
            return min(held.values())
        slot = min(held, key=lambda number: held[number])
        for key in txn.keys(f"{_slot(snapshot.domain, slot)}/"):
            txn.delete(key)
        for record in records_of(snapshot):
            txn.put(part_key(snapshot.domain, slot, record.part), pack(self._sealing.seal(record)))
        held[slot] = snapshot.version
        return min(held.values())

    def get(self, txn: Transaction, domain: str, *, touch: bool = True, held: int = ALL) -> Found:
        """`load` within a transaction; without `touch` nothing is set aside. held: how many valid copies are held in
        memory, newest first; the others are looked through for damage only, and have no parts."""
        snapshots: list[Snapshot] = []
        damaged: list[str] = []
        slots = {int(key.split("/")[2]) for key in txn.keys(f"copy/{domain}/")}
        for slot in sorted(slots, key=lambda number: _version(txn, domain, number), reverse=True):
            snapshot = self._copy(txn, domain, slot, hollow=len(snapshots) >= held)
            if snapshot is not None:
                snapshots.append(snapshot)
            else:
                aside = f", set aside as {_set_aside(txn, domain, slot)}" if touch else ""
                damaged.append(f"the copy {_slot(domain, slot)} is damaged{aside}")
        return Found(tuple(sorted(snapshots, key=lambda s: s.version, reverse=True)), tuple(damaged))

    def keep_only(self, txn: Transaction, domain: str, version: Version) -> None:
        """Remove every copy of `domain` but that of `version`."""
        for slot in {int(key.split("/")[2]) for key in txn.keys(f"copy/{domain}/")}:
            if _version(txn, domain, slot) != version:
                for key in txn.keys(f"{_slot(domain, slot)}/"):
                    txn.delete(key)

    def _copy(self, txn: Transaction, domain: str, slot: int, *, hollow: bool) -> Snapshot | None:
        """The copy in a slot, None when a part of it is damaged or missing."""
        records: list[Record] = []
        for _, data in txn.items(f"{_slot(domain, slot)}/"):
            try:
                record = unpack(data, domain)
            except Damaged:
                return None
            if hollow:
                records.append(msgspec.structs.replace(record, payload=b""))
            else:
                records.append(self._sealing.opened(record))
        found = assembled(records)
        return msgspec.structs.replace(found, parts=()) if hollow and found is not None else found


def _slot(domain: str, slot: int) -> str:
    return f"copy/{domain}/{slot}"


def part_key(domain: str, slot: int, part: int) -> str:
    """Where a part of the copy in a slot lies."""
    return f"{_slot(domain, slot)}/{part:06d}"


def _version(txn: Transaction, domain: str, slot: int) -> Version:
    """Of the copy in a slot; lower than any where there is none that is valid."""
    data = txn.get(part_key(domain, slot, 0))
    if data is None:
        return NONE
    try:
        return unpack(data, domain).version
    except Damaged:
        return NONE


def _set_aside(txn: Transaction, domain: str, slot: int) -> str:
    """Give a damaged copy another name, and forget all but the last few of these."""
    aside = f"corrupt/{domain}/{txn.stamp()}"
    for key in txn.keys(f"{_slot(domain, slot)}/"):
        txn.put(f"{aside}/{key.rpartition('/')[2]}", txn.get(key) or b"")
        txn.delete(key)
    names = sorted({key.rpartition("/")[0] for key in txn.keys(f"corrupt/{domain}/")})
    for older in names[:-KEPT_DAMAGED]:
        for key in txn.keys(f"{older}/"):
            txn.delete(key)
    return aside
