"""The form of the store as a whole: which one a database has, and how an older one becomes today's."""

import hashlib

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.database import Transaction
from actors.persistence.store.record import Kind, Record, pack

__all__ = ["FORM", "Old", "form_of", "mark", "old_states", "set_old_aside"]

FORM = 2
_KEY = "format"


class Old(msgspec.Struct, frozen=True):
    """What the first form held of a domain: its newest state, None when none was valid, and its epoch."""

    snapshot: Snapshot | None
    epoch: int


class _Record(msgspec.Struct, frozen=True):
    """A record of the first form."""

    schema: int
    domain: str
    version: Version
    saved_at: float
    blake2b: bytes
    payload: bytes


def form_of(txn: Transaction) -> int:
    """The form of the store; 0 for an empty one."""
    stored = txn.get(_KEY)
    if stored is not None:
        return int(stored) if stored.isdigit() else FORM + 1
    return 1 if txn.keys("state/") or txn.keys("epoch/") else 0


def mark(txn: Transaction) -> None:
    """Say that the store has today's form."""
    txn.put(_KEY, str(FORM).encode())


def old_states(txn: Transaction) -> dict[str, Old]:
    """By domain, what a store of the first form holds."""
    domains = {key.split("/")[1] for prefix in ("state/", "epoch/") for key in txn.keys(prefix)}
    return {domain: _old(txn, domain) for domain in domains}


def set_old_aside(txn: Transaction, domain: str, epoch: int) -> None:
    """Forget the first form's records of `domain`, and keep its epoch in today's form."""
    for key in txn.keys(f"state/{domain}/"):
        txn.delete(key)
    txn.put(f"epoch/{domain}", pack(Record(Kind.EPOCH, domain, 1, Version(epoch, 0), 0.0)))


def _old(txn: Transaction, domain: str) -> Old:
    found = [
        _unpacked(txn.get(key), domain) for key in txn.keys(f"state/{domain}/") if ".corrupt." not in key
    ]
    valid = [record for record in found if record is not None]
    counted = _unpacked(txn.get(f"epoch/{domain}"), domain)
    newest = max(valid, key=lambda record: record.version, default=None)
    epoch = max(counted.version.epoch if counted else 0, newest.version.epoch if newest else 0)
    if newest is None:
        return Old(None, epoch)
    document = msgspec.msgpack.encode({"state": msgspec.Raw(newest.payload), "subscriptions": ()})
    return Old(Snapshot(domain, newest.schema, newest.version, newest.saved_at, (document,)), epoch)


def _unpacked(data: bytes | None, domain: str) -> _Record | None:
    try:
        record = msgspec.msgpack.decode(data or b"", type=_Record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    head = msgspec.msgpack.encode((record.schema, record.domain, record.version, record.saved_at))
    whole = hashlib.blake2b(head + record.payload, digest_size=32).digest() == record.blake2b
    return record if whole and record.domain == domain else None
