"""What is on disk: the database with snapshots, journal, epochs and tombstones, and the snapshots in files beside it.

The newest valid state counts. What is damaged is set aside under another name, and never replaces what is valid.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store import journal, salvage, store_format, tombstones
from actors.persistence.store.backends import StorageBackend
from actors.persistence.store.chain import Chain, Snapshot, best
from actors.persistence.store.database import Database, Transaction, domains_in
from actors.persistence.store.encrypt_existing import EncryptExisting
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.epochs import next_epoch
from actors.persistence.store.errors import StoreError
from actors.persistence.store.manifest import ManifestFile, damage_of, is_older, size_of
from actors.persistence.store.record import Record
from actors.persistence.store.snapshots import NONE, FoundSnapshots
from actors.persistence.store.snapshots.in_database import ALL, DatabaseSnapshots
from actors.persistence.store.snapshots.in_files import FileSnapshots
from actors.persistence.store.tombstones import Tombstones


class Batch(msgspec.Struct, frozen=True):
    """What is written in one transaction. tombstones: by hash, when (epoch seconds)."""

    snapshots: tuple[Snapshot, ...] = ()
    changes: tuple[Record, ...] = ()
    tombstones: Mapping[str, float] = {}


class Read(msgspec.Struct, frozen=True):
    """The newest valid state of a domain, None for none; and a text for each thing that is damaged or inconsistent."""

    chain: Chain | None
    damaged: tuple[str, ...] = ()


class _Stored(msgspec.Struct, frozen=True):
    """What is stored of a domain, before the newest state is chosen."""

    snapshots: tuple[Snapshot, ...]
    changes: tuple[Record, ...]
    damaged: tuple[str, ...] = ()

    @property
    def reached(self) -> Version:
        """The newest version; NONE for none."""
        chain = best(self.snapshots, self.changes)[0]
        return chain.version if chain is not None else NONE


class Store:
    """Not for two threads at a time. Methods wait for the disk, and raise StoreError.

    backend: of a domain. in_backups: a domain's chains in the backups, newest first. erased: tombstones in the backups.
    """

    def __init__(
        self,
        database: Database,
        files: FileSnapshots,
        backend: Callable[[str], StorageBackend],
        encryption: StoreEncryption = PLAIN,
        in_backups: Callable[[str], Iterable[Chain]] = lambda _: (),
        erased: Callable[[], Mapping[str, float]] = dict,
    ) -> None:
        self.database = database
        self.files = files
        self.backend = backend
        self.snapshots = DatabaseSnapshots(encryption)
        self.tombstones = Tombstones(database, erased)
        self._encryption = encryption
        self._encrypt_existing = EncryptExisting(database, files, encryption)
        self._in_backups = in_backups
        self._manifest = ManifestFile(database.path)
        self._orphaned_records: dict[str, list[Record]] = {}  # of a database that was not closed in order
        self._opening = 0

    # -- writing

    def write(self, batch: Batch) -> None:
        """Write the batch, durable on return."""

        def put(txn: Transaction) -> None:
            tombstones.write(txn, batch.tombstones)
            journal.append(txn, map(self._encryption.encrypted, batch.changes))
            for snapshot in batch.snapshots:
                oldest = self.snapshots.put(txn, snapshot, self._keep(snapshot.domain))
                journal.trim(txn, snapshot.domain, oldest)

        self.ready()
        self.database.change("writing", put)
        self.tombstones.note(batch.tombstones)

    def write_everywhere(self, batch: Batch) -> None:
        """Write the batch, and its snapshots also into files, where their backends keep any."""
        self.write(batch)
        for snapshot in batch.snapshots:
            self.backend(snapshot.domain).save_to_files(snapshot)

    def open_epoch(self, domain: str, above: int) -> int:
        """Open an epoch greater than `above` and any earlier one, also in files; durable on return."""
        self.ready()
        above = max(above, self._manifest.values.epochs.get(domain, 0), self.files.epochs().get(domain, 0))
        epoch = self.database.change("opening an epoch", lambda txn: next_epoch(txn, domain, above))
        self._manifest.opened(domain, epoch)
        return epoch

    def keep_only(self, domain: str, version: Version) -> None:
        """Remove everything of `domain` before its snapshot of `version`, also from free pages."""

        def drop(txn: Transaction) -> None:
            self.snapshots.keep_only(txn, domain, version)
            journal.trim(txn, domain, version)

        self.ready()
        self.database.change("removing what is older", drop)
        self.files.keep_only(domain, version)
        self.database.compact()

    def check(self) -> None:
        """Write something, to notice whether the disk works again."""
        self.ready()
        self.database.change("writing", lambda txn: txn.put("checked", str(txn.stamp()).encode()))

    def size(self) -> int:
        """Bytes that are used of the database's file; 0 where there is none."""
        return size_of(self.database.path)

    def close(self, versions: Mapping[str, Version] | None = None) -> None:
        """Close the database; the next call opens it again. versions: the stored one of each domain."""
        was_open = self.database.is_open
        self.database.close()
        if was_open and self._opening == self.database.openings:
            self._manifest.closed(versions or {})

    # -- reading

    def read(self, domain: str, *, refused: Collection[Version] = ()) -> Read:
        """The newest valid state of `domain` without the `refused` versions. Sets aside what is damaged."""
        self.ready()
        # A large state is in memory once, unless an older snapshot is needed after all.
        read = self._read(domain, refused, sparing=not refused and domain not in self._orphaned_records)
        if read.chain is not None and not read.chain.snapshot.parts:
            again = self._read(domain, refused, sparing=False)
            read = Read(again.chain, (*read.damaged, *again.damaged))
        found = read.chain.version if read.chain is not None else Version()
        if not refused and (older := is_older(domain, found, self._manifest.values)):
            why = f"{older}: the file was replaced by an older one, or damaged"
            return Read(read.chain, (*read.damaged, why))
        return read

    def _read(self, domain: str, refused: Collection[Version], *, sparing: bool) -> Read:
        def look(txn: Transaction) -> _Stored:
            return self._stored(txn, domain, sparing=sparing, touch=True)

        stored = self.database.change("reading a state", look)
        newer_than = stored.reached if sparing else NONE
        try:
            files = self.backend(domain).load_from_files(domain, newer_than=newer_than)
        except StoreError as error:  # the database has the state, too
            files = FoundSnapshots((), (str(error),))
        damaged = (*stored.damaged, *files.damaged, *self._overtaken(stored, files))
        snapshots = (*stored.snapshots, *(s for s in files.snapshots if s.version > newer_than))
        return self._chosen(domain, _Stored(snapshots, stored.changes, damaged), refused)

    def read_tombstones(self) -> Mapping[str, float]:
        """The stored tombstones: by hash, when (epoch seconds)."""
        self.ready()
        return self.tombstones.read()

    def peek(self, domain: str) -> Chain | None:
        """The newest valid state of `domain`, without changing anything on disk."""
        chain = self._peek(domain, sparing=True)
        if chain is not None and not chain.snapshot.parts:
            chain = self._peek(domain, sparing=False)
        return chain

    def _peek(self, domain: str, *, sparing: bool) -> Chain | None:
        def look(txn: Transaction) -> _Stored:
            self._format(txn)
            return self._stored(txn, domain, sparing=sparing, touch=False)

        self._encryption.require()
        stored = self.database.read("reading a state", look)
        newer_than = stored.reached if sparing else NONE
        files = self.backend(domain).load_from_files(domain, touch=False, newer_than=newer_than).snapshots
        snapshots = (*stored.snapshots, *(s for s in files if s.version > newer_than))
        return best(snapshots, stored.changes)[0]

    def _stored(self, txn: Transaction, domain: str, *, sparing: bool, touch: bool) -> _Stored:
        """sparing: read only the newest snapshot. touch: set aside what is damaged."""
        found = self.snapshots.get(txn, domain, touch=touch, held=1 if sparing else ALL)
        changes, damaged = journal.changes(txn, domain)
        aside = tuple(
            f"the change {key} is damaged, set aside as {_set_aside(txn, domain, key)}"
            for key in (damaged if touch else ())
        )
        decrypted = tuple(map(self._encryption.decrypted, changes))
        return _Stored(found.snapshots, decrypted, (*found.damaged, *aside))

    def _chosen(self, domain: str, stored: _Stored, refused: Collection[Version]) -> Read:
        damaged = stored.damaged
        chain, unused = best(stored.snapshots, stored.changes, refused)
        if orphaned := self._orphaned_records.pop(domain, None):
            lost = salvage.sorted_out(map(self._encryption.decrypted, orphaned))
            snapshots = (*stored.snapshots, *lost.snapshots)
            chain, unused = best(snapshots, (*stored.changes, *lost.changes), refused)
            if self._write_again(chain, stored):
                damaged = (*damaged, f"{domain} was found only in parts of the file that nothing leads to")
        if unused and not refused:
            damaged = (*damaged, f"{len(unused)} changes of {domain} follow on nothing, and cannot be used")
            after = chain.version if chain is not None else Version()
            self.database.change("removing changes", lambda txn: journal.drop(txn, domain, after))
        if chain is None and (damaged or refused or domain in self._manifest.values.versions):
            chain = next((c for c in self._in_backups(domain) if c.version not in refused), None)
            if chain is not None:
                damaged = (*damaged, f"the state of {domain} in a backup is used")
        return Read(chain, damaged)

    def _write_again(self, chain: Chain | None, stored: _Stored) -> bool:
        """Write orphaned records into the database. Whether a snapshot was among them, which means damage."""
        if chain is None:
            return False
        known = {change.version for change in stored.changes}
        changes = tuple(change for change in chain.changes if change.version not in known)
        found = chain.snapshot.version in {s.version for s in stored.snapshots}
        snapshots = () if found else (chain.snapshot,)
        if changes or snapshots:
            self.write(Batch(snapshots, changes))
        return bool(snapshots)

    def _overtaken(self, stored: _Stored, files: FoundSnapshots) -> tuple[str, ...]:
        """A text if the files are newer than the database, which is written before them."""
        there = (*(s.version for s in stored.snapshots), *(c.version for c in stored.changes[-1:]))
        if not files.snapshots or files.snapshots[0].version <= max(there, default=Version()):
            return ()
        older = f"{self.database.path} is older than the snapshots in files beside it"
        return (f"{older}: it was replaced by an older one, or damaged",)

    # -- opening

    def ready(self) -> None:
        """Open the database, recover the records of a damaged one, and set aside one of an earlier store format."""
        self._encryption.require()
        self.database.open()
        if self._opening == self.database.openings:
            return
        path, found = self.database.path, self.database.read("reading its format", self._format)
        if 0 < found < store_format.STORE_FORMAT:
            self.database.set_aside(f"has the store format {found}, of an earlier version of Gerald")
            self.database.open()
            found = 0
        self._manifest.read()
        if damage := damage_of(path):
            self.database.notice = damage
        # Before any write, which may overwrite an orphaned record.
        self._orphaned_records = {} if self.database.trusted else self._find_orphaned_records()
        moved = self.database.moved
        if moved is not None:
            self._manifest.read(moved)
            self._recover(moved)
            self._manifest.update(digest="")
            self.database.salvaged()
        if found == 0:
            self.database.change("marking its format", store_format.mark)
        if found == 0 or moved is not None:
            self.tombstones.restore_missing()
        # Orphaned records may still be needed: then encryption waits for the next orderly start.
        self._encrypt_existing.run(wait=bool(self._orphaned_records))
        self._opening = self.database.openings

    def _find_orphaned_records(self) -> dict[str, list[Record]]:
        def reached(txn: Transaction) -> dict[str, Version]:
            return {
                domain: _Stored(
                    self.snapshots.get(txn, domain, touch=False, held=0).snapshots,
                    journal.changes(txn, domain)[0],
                ).reached
                for domain in domains_in(txn, "copy", "log")
            }

        there = self.database.read("checking how far it leads", reached)
        return salvage.orphaned(self.database.path, there, self._keep)

    def _recover(self, moved: Path) -> None:
        found = salvage.records(moved)

        def rebuild(txn: Transaction) -> None:
            if store_format.format_of(txn) == 0:  # else a killed process has done it
                salvage.rebuild(txn, found, self._keep)

        self.database.change("recovering records", rebuild)
        self.database.notice += f"; {len(found)} intact records were found in it and taken over"

    def _format(self, txn: Transaction) -> int:
        """The store format. Raises StoreError for one that only a later version of Gerald knows."""
        found = store_format.format_of(txn)
        if found > store_format.STORE_FORMAT:
            raise StoreError(
                f"{self.database.path} was written by a later version of Gerald (store format {found}):"
                " it is not touched",
                "update Gerald",
            )
        return found

    def _keep(self, domain: str) -> int:
        return self.backend(domain).keep


def _set_aside(txn: Transaction, domain: str, key: str) -> str:
    aside = f"corrupt/{domain}/{txn.stamp()}/{key.rpartition('/')[2]}"
    txn.put(aside, txn.get(key) or b"")
    txn.delete(key)
    return aside
