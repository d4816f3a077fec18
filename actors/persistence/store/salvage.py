"""What can be saved of a database's file without the database: every record carries its own sum, and is found by its
mark wherever it lies. Older states lie there too, until their pages are used again; the newest version wins anyway.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.backends.lmdb import part_key
from actors.persistence.store.chain import Snapshot, assembled
from actors.persistence.store.database import Transaction
from actors.persistence.store.errors import store_error
from actors.persistence.store.journal import key_of
from actors.persistence.store.manifest import DATA
from actors.persistence.store.record import Kind, Record, pack, scan_file
from actors.persistence.store.store_format import mark

__all__ = ["RecoveredRecords", "beyond", "by_domain", "rebuild", "records", "sorted_out"]


class RecoveredRecords(msgspec.Struct, frozen=True):
    """Whole copies, and changes in no order."""

    snapshots: tuple[Snapshot, ...]
    changes: tuple[Record, ...]


def records(path: Path) -> tuple[Record, ...]:
    """Every whole record in the file of the database at `path`. Raises StoreError."""
    return tuple(_scanned(path))


def by_domain(path: Path, keep: Callable[[str], int] = lambda _: 2) -> dict[str, list[Record]]:
    """The same, by the domain that they belong to: of the whole copies the newest only, which are at least two, and all
    else once, however many older pages hold it."""
    found: dict[str, _Newest] = {}
    for record in _scanned(path):
        if record.domain not in found:
            found[record.domain] = _Newest(max(2, keep(record.domain)))
        found[record.domain].take(record)
    return {domain: newest.records for domain, newest in found.items()}


def beyond(
    path: Path, reached: Mapping[str, Version], keep: Callable[[str], int] = lambda _: 2
) -> dict[str, list[Record]]:
    """Of the parts of copies and the changes those only that are newer than the version that was `reached`."""
    found: dict[str, _Newest] = {}
    for record in _scanned(path):
        newer = record.version > reached.get(record.domain, Version(-1, -1))
        if newer and record.kind in (Kind.PART, Kind.CHANGE):
            found.setdefault(record.domain, _Newest(max(2, keep(record.domain)))).take(record)
    return {domain: newest.records for domain, newest in found.items()}


def _scanned(path: Path) -> Iterator[Record]:
    try:
        with (path / DATA).open("rb") as file:
            yield from scan_file(file)
    except FileNotFoundError:
        return
    except OSError as error:
        raise store_error(path, "salvaging", error) from error


class _Newest:
    """What there is of one domain, but no more than `keep` whole copies, so that memory does not grow with the file."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._parts: dict[tuple[Version, int], dict[int, Record]] = defaultdict(dict)
        self._others: dict[tuple[str, Version, Version, bytes], Record] = {}
        self._oldest = Version(-1, -1)

    def take(self, record: Record) -> None:
        if record.kind != Kind.PART:
            about = record.payload if record.kind == Kind.GRAVE else b""
            self._others[record.kind, record.version, record.base, about] = record
        elif record.version >= self._oldest:
            parts = self._parts[record.version, record.parts]
            parts[record.part] = record
            if len(parts) == record.parts:
                self._drop_older()

    def _drop_older(self) -> None:
        whole = sorted(version for (version, count), parts in self._parts.items() if len(parts) == count)
        if len(whole) > self._keep:
            self._oldest = whole[-self._keep]
            for copy in [copy for copy in self._parts if copy[0] < self._oldest]:
                del self._parts[copy]

    @property
    def records(self) -> list[Record]:
        return [
            *(record for parts in self._parts.values() for record in parts.values()),
            *self._others.values(),
        ]


def sorted_out(found: Iterable[Record]) -> RecoveredRecords:
    """Copies put together from their parts, and changes."""
    kept = tuple(found)
    changes = {
        (record.domain, record.version, record.base): record for record in kept if record.kind == Kind.CHANGE
    }
    snapshots = (assembled(parts.values()) for parts in _by_copy(kept).values())
    return RecoveredRecords(tuple(s for s in snapshots if s is not None), tuple(changes.values()))


def rebuild(txn: Transaction, found: Iterable[Record], keep: Callable[[str], int]) -> None:
    """Write these records into an empty database, as they are: of each domain the newest copies, all changes, and the
    newest epoch; and every grave."""
    kept = tuple(found)
    mark(txn)  # else these epochs would be taken for those of the first form
    epochs: dict[str, Record] = {}
    for record in kept:
        if record.kind == Kind.CHANGE:
            txn.put(key_of(record.domain, record.version), pack(record))
        elif record.kind == Kind.GRAVE:
            txn.put(f"grave/{record.payload.decode('ascii', 'replace')}", pack(record))
        elif record.kind == Kind.EPOCH:
            known = epochs.get(record.domain, record)
            epochs[record.domain] = max(known, record, key=lambda epoch: epoch.version)
    for domain, record in epochs.items():
        txn.put(f"epoch/{domain}", pack(record))
    whole = {copy: parts for copy, parts in _by_copy(kept).items() if assembled(parts.values()) is not None}
    for domain in {domain for domain, _, _ in whole}:
        newest = sorted((copy for copy in whole if copy[0] == domain), key=lambda copy: copy[1], reverse=True)
        for slot, copy in enumerate(newest[: keep(domain)]):
            for record in whole[copy].values():
                txn.put(part_key(domain, slot, record.part), pack(record))


def _by_copy(found: Iterable[Record]) -> Mapping[tuple[str, Version, int], dict[int, Record]]:
    """The parts of each copy, by their number."""
    parts: dict[tuple[str, Version, int], dict[int, Record]] = defaultdict(dict)
    for record in found:
        if record.kind == Kind.PART:
            parts[record.domain, record.version, record.parts][record.part] = record
    return parts
