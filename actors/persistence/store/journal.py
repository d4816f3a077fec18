"""The journal of changes in the database: one record for each, keyed by domain and version, in order."""

from collections.abc import Iterable

from actors.kernel.protocol.storage import Version
from actors.persistence.store.database import Transaction
from actors.persistence.store.record import Damaged, Kind, Record, pack, unpack

_CHANGE = str(Kind.CHANGE)  # looking up a member takes longer than all the rest of the comparison


def key_of(domain: str, version: Version) -> str:
    """The key of the change to `version`; a domain's keys are in the order of their versions."""
    return f"log/{domain}/{version.epoch:012d}.{version.n:012d}"


def append(txn: Transaction, records: Iterable[Record]) -> None:
    """Write these changes."""
    for record in records:
        txn.put(key_of(record.domain, record.version), pack(record))


def changes(txn: Transaction, domain: str) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """Every valid change of `domain`, in order; and the keys of the damaged ones."""
    found: list[Record] = []
    damaged: list[str] = []
    for key, data in txn.raw_items(f"log/{domain}/"):
        try:
            record = unpack(data, domain)
            if record.kind != _CHANGE:
                raise Damaged("it is not a change")
            found.append(record)
        except Damaged:
            damaged.append(key.decode("utf-8", "replace"))
    return tuple(found), tuple(damaged)


def trim(txn: Transaction, domain: str, upto: Version) -> None:
    """Remove the changes up to `upto`, which are part of a snapshot."""
    for key in txn.keys(f"log/{domain}/", key_of(domain, upto)):
        txn.delete(key)


def drop(txn: Transaction, domain: str, after: Version) -> None:
    """Remove the changes after `after`, which do not follow on it."""
    limit = key_of(domain, after)
    for key in txn.keys(f"log/{domain}/"):
        if key > limit:
            txn.delete(key)
