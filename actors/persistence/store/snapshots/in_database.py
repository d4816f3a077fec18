"""Snapshots in the database: a few slots for each domain, of which the oldest is overwritten."""

import sys

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot, assembled, records_of
from actors.persistence.store.database import Transaction
from actors.persistence.store.encryption import StoreEncryption
from actors.persistence.store.record import Damaged, Record, pack, unpack
from actors.persistence.store.snapshots import NONE, FoundSnapshots

__all__ = ["ALL", "DatabaseSnapshots", "part_key"]

KEPT_DAMAGED = 4
"""Damaged snapshots that stay set aside, per domain."""
ALL = sys.maxsize


class DatabaseSnapshots:
    """The snapshots of all domains, within the caller's transaction. An older version never takes the place of a newer
    one, nor a damaged snapshot that of a valid one."""

    def __init__(self, encryption: StoreEncryption) -> None:
        self._encryption = encryption

    def put(self, txn: Transaction, snapshot: Snapshot, keep: int) -> Version:
        """Write a snapshot into one of `keep` slots; the version of the oldest one now: changes before it are not
        needed."""
        held = {slot: _version(txn, snapshot.domain, slot) for slot in range(keep)}
        if max(held.values()) >= snapshot.version:
            return min(held.values())
        slot = min(held, key=lambda number: held[number])
        for key in txn.keys(f"{_slot(snapshot.domain, slot)}/"):
            txn.delete(key)
        for record in records_of(snapshot):
            txn.put(part_key(snapshot.domain, slot, record.part), pack(self._encryption.encrypted(record)))
        held[slot] = snapshot.version
        return min(held.values())

    def get(self, txn: Transaction, domain: str, *, touch: bool = True, held: int = ALL) -> FoundSnapshots:
        """The snapshots of `domain`; without `touch` nothing is set aside. held: how many valid ones are held in
        memory, newest first; the others are checked for damage only, and have no parts. Raises StoreError for what
        cannot be decrypted."""
        snapshots: list[Snapshot] = []
        damaged: list[str] = []
        slots = {int(key.split("/")[2]) for key in txn.keys(f"copy/{domain}/")}
        for slot in sorted(slots, key=lambda number: _version(txn, domain, number), reverse=True):
            snapshot = self._read(txn, domain, slot, without_parts=len(snapshots) >= held)
            if snapshot is not None:
                snapshots.append(snapshot)
            else:
                aside = f", set aside as {_set_aside(txn, domain, slot)}" if touch else ""
                damaged.append(f"the snapshot {_slot(domain, slot)} is damaged{aside}")
        return FoundSnapshots(tuple(sorted(snapshots, key=lambda s: s.version, reverse=True)), tuple(damaged))

    def keep_only(self, txn: Transaction, domain: str, version: Version) -> None:
        """Remove every snapshot of `domain` except that of `version`, and those set aside."""
        for slot in {int(key.split("/")[2]) for key in txn.keys(f"copy/{domain}/")}:
            if _version(txn, domain, slot) != version:
                for key in txn.keys(f"{_slot(domain, slot)}/"):
                    txn.delete(key)
        for key in txn.keys(f"corrupt/{domain}/"):
            txn.delete(key)

    def _read(self, txn: Transaction, domain: str, slot: int, *, without_parts: bool) -> Snapshot | None:
        """The snapshot in a slot, None when a part of it is damaged or missing."""
        records: list[Record] = []
        for _, data in txn.items(f"{_slot(domain, slot)}/"):
            try:
                record = unpack(data, domain)
            except Damaged:
                return None
            if without_parts:
                records.append(msgspec.structs.replace(record, payload=b""))
            else:
                records.append(self._encryption.decrypted(record))
        found = assembled(records)
        return msgspec.structs.replace(found, parts=()) if without_parts and found is not None else found


def _slot(domain: str, slot: int) -> str:
    return f"copy/{domain}/{slot}"


def part_key(domain: str, slot: int, part: int) -> str:
    """The key of a part of the snapshot in a slot."""
    return f"{_slot(domain, slot)}/{part:06d}"


def _version(txn: Transaction, domain: str, slot: int) -> Version:
    """Of the snapshot in a slot; NONE where there is no valid one."""
    data = txn.get(part_key(domain, slot, 0))
    if data is None:
        return NONE
    try:
        return unpack(data, domain).version
    except Damaged:
        return NONE


def _set_aside(txn: Transaction, domain: str, slot: int) -> str:
    """Move a damaged snapshot to another key, and remove all but the last few of these."""
    aside = f"corrupt/{domain}/{txn.stamp()}"
    for key in txn.keys(f"{_slot(domain, slot)}/"):
        txn.put(f"{aside}/{key.rpartition('/')[2]}", txn.get(key) or b"")
        txn.delete(key)
    names = sorted({key.rpartition("/")[0] for key in txn.keys(f"corrupt/{domain}/")})
    for older in names[:-KEPT_DAMAGED]:
        for key in txn.keys(f"{older}/"):
            txn.delete(key)
    return aside
