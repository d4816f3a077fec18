"""Snapshots in the database: a few slots for each domain; the oldest is overwritten."""

import re
import sys

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot, assembled, records_of
from actors.persistence.store.database import Transaction
from actors.persistence.store.encryption import StoreEncryption
from actors.persistence.store.record import Damaged, Record, pack, unpack
from actors.persistence.store.snapshots import NONE, FoundSnapshots

KEPT_DAMAGED = 4
"""How many damaged snapshots of a domain are kept."""
ALL = sys.maxsize
_NUMBER = re.compile(r"[0-9]{1,9}")


class DatabaseSnapshots:
    """The snapshots of all domains, within the caller's transaction. An older version never replaces a newer one."""

    def __init__(self, encryption: StoreEncryption) -> None:
        self._encryption = encryption

    def put(self, txn: Transaction, snapshot: Snapshot, keep: int) -> Version:
        """Write a snapshot into one of `keep` slots; the version of the oldest one, up to which no change is needed."""
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
        """The snapshots of `domain`. Raises StoreError for what cannot be decrypted.

        touch: set aside what is damaged. held: how many, newest first, are read; the others are only checked for
        damage, and have no parts.
        """
        snapshots: list[Snapshot] = []
        damaged: list[str] = []
        for slot in sorted(
            _slots(txn, domain), key=lambda number: _version(txn, domain, number), reverse=True
        ):
            snapshot = self._read(txn, domain, slot, without_parts=len(snapshots) >= held)
            if snapshot is not None:
                snapshots.append(snapshot)
            else:
                aside = f", set aside as {_set_aside(txn, domain, slot)}" if touch else ""
                damaged.append(f"the snapshot {_slot(domain, slot)} is damaged{aside}")
        return FoundSnapshots(tuple(sorted(snapshots, key=lambda s: s.version, reverse=True)), tuple(damaged))

    def keep_only(self, txn: Transaction, domain: str, version: Version) -> None:
        """Remove all snapshots of `domain` except that of `version`, also those set aside."""
        for slot in _slots(txn, domain):
            if _version(txn, domain, slot) != version:
                for key in txn.keys(f"{_slot(domain, slot)}/"):
                    txn.delete(key)
        for key in txn.keys(f"corrupt/{domain}/"):
            txn.delete(key)

    def _read(self, txn: Transaction, domain: str, slot: int, *, without_parts: bool) -> Snapshot | None:
        """The snapshot in a slot; None when a part is damaged or missing."""
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


def _slots(txn: Transaction, domain: str) -> set[int]:
    """The slots with something in them; a key of another form is nobody's."""
    names = (key.split("/") for key in txn.keys(f"copy/{domain}/"))
    return {int(name[2]) for name in names if len(name) == 4 and _NUMBER.fullmatch(name[2])}


def _slot(domain: str, slot: int) -> str:
    return f"copy/{domain}/{slot}"


def part_key(domain: str, slot: int, part: int) -> str:
    """The key of a part of the snapshot in a slot."""
    return f"{_slot(domain, slot)}/{part:06d}"


def _version(txn: Transaction, domain: str, slot: int) -> Version:
    """The version of the snapshot in a slot; NONE where there is no valid one."""
    try:
        return unpack(txn.get(part_key(domain, slot, 0)) or b"", domain).version
    except Damaged:
        return NONE


def _set_aside(txn: Transaction, domain: str, slot: int) -> str:
    """Move a damaged snapshot to another key, and remove all but the last few of them."""
    aside = f"corrupt/{domain}/{txn.stamp()}"
    for key in txn.keys(f"{_slot(domain, slot)}/"):
        txn.put(f"{aside}/{key.rpartition('/')[2]}", txn.get(key) or b"")
        txn.delete(key)
    names = sorted({key.rpartition("/")[0] for key in txn.keys(f"corrupt/{domain}/")})
    for older in names[:-KEPT_DAMAGED]:
        for key in txn.keys(f"{older}/"):
            txn.delete(key)
    return aside
