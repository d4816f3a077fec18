"""Recovers records from the file of a database that cannot be opened, by their marks and checksums. Free pages hold
older records, too; the newest version wins anyway."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot, assembled
from actors.persistence.store.database import Transaction
from actors.persistence.store.errors import store_error
from actors.persistence.store.journal import key_of
from actors.persistence.store.manifest import DATA
from actors.persistence.store.record import Kind, Record, pack, scan_file
from actors.persistence.store.snapshots.in_database import part_key
from actors.persistence.store.store_format import mark
from actors.persistence.store.tombstones import PREFIX, hash_in


class RecoveredRecords(msgspec.Struct, frozen=True):
    """Complete snapshots, and changes in any order."""

    snapshots: tuple[Snapshot, ...]
    changes: tuple[Record, ...]


def records(path: Path) -> tuple[Record, ...]:
    """Every intact record in the file of the database at `path`. Raises StoreError."""
    return tuple(_scanned(path))


def by_domain(path: Path, keep: Callable[[str], int] = lambda _: 2) -> dict[str, list[Record]]:
    """The same, by domain: the newest `keep` snapshots, at least two, and everything else once."""
    return _newest(_scanned(path), keep)


def orphaned(
    path: Path, reached: Mapping[str, Version], keep: Callable[[str], int] = lambda _: 2
) -> dict[str, list[Record]]:
    """By domain, the parts of snapshots and the changes that are newer than the version `reached`: after a crash the
    database may not lead to them."""
    states = (record for record in _scanned(path) if record.kind in (Kind.PART, Kind.CHANGE))
    return _newest((r for r in states if r.version > reached.get(r.domain, Version(-1, -1))), keep)


def _scanned(path: Path) -> Iterator[Record]:
    try:
        with (path / DATA).open("rb") as file:
            yield from scan_file(file)
    except FileNotFoundError:
        return
    except OSError as error:
        raise store_error(path, "recovering records", error) from error


def _newest(found: Iterable[Record], keep: Callable[[str], int]) -> dict[str, list[Record]]:
    domains: dict[str, _Newest] = {}
    for record in found:
        if record.domain not in domains:
            domains[record.domain] = _Newest(max(2, keep(record.domain)))
        domains[record.domain].take(record)
    return {domain: newest.records for domain, newest in domains.items()}


class _Newest:
    """The records of one domain with at most `keep` complete snapshots, so that memory does not grow with the file."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._parts: dict[tuple[Version, int], dict[int, Record]] = defaultdict(dict)
        self._others: dict[tuple[str, Version, Version, bytes], Record] = {}
        self._oldest = Version(-1, -1)

    def take(self, record: Record) -> None:
        if record.kind != Kind.PART:
            about = record.payload if record.kind == Kind.TOMBSTONE else b""
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
    """The assembled snapshots, and the changes, each once."""
    kept = tuple(found)
    changes = {(r.domain, r.version, r.base): r for r in kept if r.kind == Kind.CHANGE}
    snapshots = (assembled(parts.values()) for parts in _by_snapshot(kept).values())
    return RecoveredRecords(tuple(s for s in snapshots if s is not None), tuple(changes.values()))


def rebuild(txn: Transaction, found: Iterable[Record], keep: Callable[[str], int]) -> None:
    """Write into an empty database the newest snapshots, all changes and the newest epoch of each domain, and all
    tombstones."""
    kept = tuple(found)
    mark(txn)
    epochs: dict[str, Record] = {}
    for record in kept:
        if record.kind == Kind.CHANGE:
            txn.put(key_of(record.domain, record.version), pack(record))
        elif record.kind == Kind.TOMBSTONE:
            txn.put(f"{PREFIX}{hash_in(record)}", pack(record))
        elif record.kind == Kind.EPOCH:
            known = epochs.get(record.domain, record)
            epochs[record.domain] = max(known, record, key=lambda epoch: epoch.version)
    for domain, record in epochs.items():
        txn.put(f"epoch/{domain}", pack(record))
    whole = {copy: parts for copy, parts in _by_snapshot(kept).items() if assembled(parts.values())}
    for domain in {domain for domain, _, _ in whole}:
        newest = sorted((copy for copy in whole if copy[0] == domain), key=lambda copy: copy[1], reverse=True)
        for slot, copy in enumerate(newest[: keep(domain)]):
            for record in whole[copy].values():
                txn.put(part_key(domain, slot, record.part), pack(record))


def _by_snapshot(found: Iterable[Record]) -> Mapping[tuple[str, Version, int], dict[int, Record]]:
    """The parts of each snapshot, by their number."""
    parts: dict[tuple[str, Version, int], dict[int, Record]] = defaultdict(dict)
    for record in found:
        if record.kind == Kind.PART:
            parts[record.domain, record.version, record.parts][record.part] = record
    return parts
