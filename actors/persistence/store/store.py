"""What is on disk: in the database each domain's copies, its journal, a durable epoch and who is forgotten; beside it
files with copies of the domains that are kept in files.

The newest valid state counts; what is damaged is set aside under another name and never put over what is good.
"""

import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store import encrypt_existing, journal, salvage, store_format
from actors.persistence.store.backends import Found
from actors.persistence.store.backends.files import NONE, FileBackend
from actors.persistence.store.backends.lmdb import ALL, DatabaseBackend
from actors.persistence.store.chain import Chain, Snapshot, best
from actors.persistence.store.database import Database, Transaction
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.epochs import next_epoch
from actors.persistence.store.errors import StoreError
from actors.persistence.store.manifest import (
    DATA,
    Manifest,
    digest_of,
    is_damaged,
    read_manifest,
    write_manifest,
)
from actors.persistence.store.record import Damaged, Kind, Record, pack, unpack

__all__ = ["Batch", "Read", "Store"]


class Batch(msgspec.Struct, frozen=True):
    """What is to be written at once: whole copies, changes, and hashes to be forgotten with the time of it."""

    snapshots: tuple[Snapshot, ...] = ()
    changes: tuple[Record, ...] = ()
    tombstones: Mapping[str, float] = {}


class Read(msgspec.Struct, frozen=True):
    """The newest valid state of a domain, None for none; and what was damaged or does not fit, in words."""

    chain: Chain | None
    damaged: tuple[str, ...] = ()


class Store:
    """Not for two threads at a time. Methods wait for the disk, and raise StoreError.

    files: copies in files, None for none. backups: what the backups hold of a domain, newest first. buried: who is
    forgotten as far as they know; asked when the database had to be begun anew.
    """

    def __init__(
        self,
        database: Database,
        keep: Callable[[str], int] = lambda _: 2,
        files: FileBackend | None = None,
        sealing: StoreEncryption = PLAIN,
        backups: Callable[[str], Iterable[Chain]] = lambda _: (),
        erased: Callable[[], Mapping[str, float]] = dict,
    ) -> None:
        self.database = database
        self.copies = DatabaseBackend(database, keep, sealing)
        self.files = files
        self._keep = keep
        self._sealing = sealing
        self._backups = backups
        self._erased = erased
        self._forgotten: Mapping[str, float] = {}
        self._opening = 0
        self._manifest = Manifest()
        self._tried_to_encrypt = False
        self._lying: dict[
            str, list[Record]
        ] = {}  # what the file of a database holds that was not closed in order

    def write(self, batch: Batch) -> None:
        """All of it in one transaction, durable on return."""

        def put(txn: Transaction) -> None:
            _bury(txn, batch.tombstones)
            journal.append(txn, map(self._sealing.seal, batch.changes))
            for snapshot in batch.snapshots:
                oldest = self.copies.put(txn, snapshot)
                journal.trim(txn, snapshot.domain, oldest)

        self._ready()
        self.database.change("writing", put)
        self._forgotten = {**self._forgotten, **batch.tombstones}

    def read(self, domain: str, *, in_files: bool = False, refused: Collection[Version] = ()) -> Read:
        """The newest valid state of `domain`. Sets aside what is damaged. in_files: it has copies in files, too."""
        self._ready()
        # A large state is held once, unless an older copy of it is needed after all.
        read = self._read(domain, in_files, refused, sparing=not refused and domain not in self._lying)
        if read.chain is not None and not read.chain.snapshot.parts:
            again = self._read(domain, in_files, refused, sparing=False)
            read = Read(again.chain, (*read.damaged, *again.damaged))
        return self._as_witnessed(domain, read, refused)

    def _read(self, domain: str, in_files: bool, refused: Collection[Version], *, sparing: bool) -> Read:
        def look(txn: Transaction) -> tuple[tuple[Snapshot, ...], tuple[Record, ...], tuple[str, ...]]:
            found = self.copies.get(txn, domain, held=1 if sparing else ALL)
            changes, damaged = journal.changes(txn, domain)
            aside = tuple(
                f"the change {key} is damaged, set aside as {_aside(txn, domain, key)}" for key in damaged
            )
            return found.snapshots, tuple(map(self._sealing.opened, changes)), (*found.damaged, *aside)

        snapshots, changes, damaged = self.database.change("reading a state", look)
        if in_files and self.files is not None:
            than = _reached(snapshots, changes) if sparing else NONE
            found = self._in_files(self.files, domain, than)
            damaged = (
                *damaged,
                *found.damaged,
                *_overtaken(self.database.path, snapshots, changes, found.snapshots),
            )
            snapshots = (*snapshots, *(copy for copy in found.snapshots if copy.version > than))
        return self._chosen(domain, snapshots, changes, damaged, refused)

    def _in_files(self, files: FileBackend, domain: str, than: Version) -> Found:
        """The copies in files, which are looked at besides; what cannot be read there is no reason to give up."""
        try:
            return files.load(domain, than=than)
        except StoreError as error:
            return Found((), (str(error),))

    def peek(self, domain: str, *, in_files: bool = False) -> Chain | None:
        """The newest valid state of `domain`; changes nothing on the disk."""
        chain = self._peek(domain, in_files, sparing=True)
        if chain is not None and not chain.snapshot.parts:
            chain = self._peek(domain, in_files, sparing=False)
        return chain

    def _peek(self, domain: str, in_files: bool, *, sparing: bool) -> Chain | None:
        def look(txn: Transaction) -> tuple[tuple[Snapshot, ...], tuple[Record, ...]]:
            self._form(txn)
            changes, _ = journal.changes(txn, domain)
            copies = self.copies.get(txn, domain, touch=False, held=1 if sparing else ALL)
            return copies.snapshots, tuple(map(self._sealing.opened, changes))

        self._sealing.require()
        snapshots, changes = self.database.read("reading a state", look)
        if in_files and self.files is not None:
            than = _reached(snapshots, changes) if sparing else NONE
            found = self.files.load(domain, touch=False, than=than).snapshots
            snapshots = (*snapshots, *(copy for copy in found if copy.version > than))
        return best(snapshots, changes)[0]

    def open_epoch(self, domain: str, above: int) -> int:
        """A new epoch, greater than `above` and than any before it, in files too; durable on return."""
        self._ready()
        in_files = self.files.epochs().get(domain, 0) if self.files is not None else 0
        above = max(above, self._manifest.epochs.get(domain, 0), in_files)
        epoch = self.database.change("opening an epoch", lambda txn: next_epoch(txn, domain, above))
        self._bear_witness(epochs={**self._manifest.epochs, domain: epoch}, digest="")
        return epoch

    def tombstones(self) -> Mapping[str, float]:
        """Hashes of what is forgotten, and since when."""
        self._ready()
        self._forgotten = self.database.read("reading who is forgotten", _tombstones)
        return self._forgotten

    def bury_again(self) -> None:
        """Bury whom the backups, or this process, know to be forgotten, and the database does not know any more."""
        known = dict(self._erased())
        for hash_, at in self._forgotten.items():
            known[hash_] = max(at, known.get(hash_, at))

        def dead_letter(txn: Transaction) -> None:
            there = _tombstones(txn)
            _bury(txn, {hash_: at for hash_, at in known.items() if at > there.get(hash_, 0.0)})

        if known:
            self.database.change("burying again", dead_letter)

    def keep_only(self, domain: str, version: Version) -> None:
        """Nothing of `domain` that is older than its copy of `version`, not even in pages that are free."""

        def drop(txn: Transaction) -> None:
            self.copies.keep_only(txn, domain, version)
            journal.trim(txn, domain, version)
            for key in txn.keys(f"corrupt/{domain}/"):
                txn.delete(key)

        self._ready()
        self.database.change("forgetting what is older", drop)
        if self.files is not None:
            self.files.keep_only(domain, version)
        self.compact()

    def size(self) -> int:
        """Bytes of the database's file; 0 where there is none."""
        try:
            return (self.database.path / DATA).stat().st_size
        except OSError:
            return 0

    def compact(self) -> None:
        """Leave nothing in the database's file that was deleted. Raises StoreError."""
        self.database.compact()

    def check(self) -> None:
        """Write something, so that a disk that is well again is noticed."""
        self._ready()
        self.database.change("writing", lambda txn: txn.put("checked", str(txn.stamp()).encode()))

    def close(self, versions: Mapping[str, Version] | None = None) -> None:
        """Close the database; the next call opens it again. versions: to which each domain has come."""
        was_open = self.database.is_open
        self.database.close()
        if was_open and self._opening == self.database.openings:
            with contextlib.suppress(OSError):
                digest = digest_of(self.database.path)
                self._bear_witness(versions={**self._manifest.versions, **(versions or {})}, digest=digest)

    def _write_again(
        self, chain: Chain | None, snapshots: Sequence[Snapshot], changes: Sequence[Record]
    ) -> bool:
        """What was only found lying in the file becomes part of the database, since more will follow on it. Whether
        that was a whole copy: then something is damaged."""
        if chain is None:
            return False
        led_to = {change.version for change in changes}
        found = tuple(change for change in chain.changes if change.version not in led_to)
        copies = () if chain.snapshot.version in {s.version for s in snapshots} else (chain.snapshot,)
        if found or copies:
            self.write(Batch(copies, found))
        return bool(copies)

    def _ready(self) -> None:
        """Open the database, salvage what an unusable one held, and bring an older form to today's."""
        self._sealing.require()
        self.database.open()
        if self._opening == self.database.openings:
            return
        path = self.database.path
        self._manifest = read_manifest(path)
        if is_damaged(path):
            self.database.notice = (
                f"{path}: its witness is damaged: should the database lack something, nobody could tell"
            )
        # Looked at before anything is written: the first write may use the page that holds what is missed later.
        self._lying = self._look_beyond() if not self.database.trusted else {}
        anew = self.database.moved is not None or self._is_empty()
        if self.database.moved is not None:
            self._manifest = read_manifest(self.database.moved)
            self._rebuild(self.database.moved)
            self._bear_witness(digest="")
            self.database.salvaged()
        self.database.change("bringing the store up to date", self._modernize)
        if anew:
            self.bury_again()
        self._encrypt_the_rest()
        self._opening = self.database.openings

    def _look_beyond(self) -> dict[str, list[Record]]:
        """By domain, what lies in the database's file beyond what the database itself leads to."""

        def reached(txn: Transaction) -> dict[str, Version]:
            domains = {key.split("/")[1] for kind in ("copy", "log") for key in txn.keys(f"{kind}/")}
            return {
                domain: _reached(
                    self.copies.get(txn, domain, touch=False, held=0).snapshots,
                    journal.changes(txn, domain)[0],
                )
                for domain in domains
            }

        there = self.database.read("looking how far it leads", reached)
        return salvage.beyond(self.database.path, there, self._keep)

    def _encrypt_the_rest(self) -> None:
        """When encryption was switched on: leave nothing readable, not even in pages that are free."""
        wanted = self._sealing.writes
        if self.database.read("looking whether all is encrypted", encrypt_existing.is_done) == wanted:
            return
        if not wanted:
            self.database.change(
                "writing in plain from now on", lambda txn: encrypt_existing.mark(txn, False)
            )
            return
        if self._lying or self._tried_to_encrypt:
            return  # what a damaged database does not lead to may be needed still: at the next orderly start
        self._tried_to_encrypt = True
        try:
            self.database.change("encrypting", lambda txn: encrypt_existing.seal_all(txn, self._sealing))
            if self.files is not None:
                encrypt_existing.seal_files(self.files.folder, self._sealing)
            self.database.compact()
            self.database.change("having encrypted all", lambda txn: encrypt_existing.mark(txn, True))
        except StoreError as error:
            self.database.notice = f"what was stored before is not encrypted yet: {error}"

    def _rebuild(self, aside: Path) -> None:
        found = salvage.records(aside)

        def rebuild(txn: Transaction) -> None:
            if store_format.form_of(txn) == 0:  # else it has been done, by a process that was killed then
                salvage.rebuild(txn, found, self._keep)

        self.database.change("salvaging", rebuild)
        self.database.notice += f"; {len(found)} whole records were found in it and taken over"

    def _modernize(self, txn: Transaction) -> None:
        if self._form(txn) == store_format.FORM:
            return
        for domain, old in store_format.old_states(txn).items():
            if old.snapshot is not None:
                self.copies.put(txn, old.snapshot)
            store_format.set_old_aside(txn, domain, old.epoch)
        store_format.mark(txn)

    def _is_empty(self) -> bool:
        return self.database.read("looking at its form", store_format.form_of) == 0

    def _form(self, txn: Transaction) -> int:
        """The form of the store. Raises StoreError for one that only a later version of Gerald knows."""
        form = store_format.form_of(txn)
        if form > store_format.FORM:
            raise StoreError(
                f"{self.database.path} was written by a later version of Gerald (form {form}): it is not touched",
                "update Gerald",
            )
        return form

    def _bear_witness(self, **fields: object) -> None:
        self._manifest = msgspec.structs.replace(self._manifest, **fields)
        with contextlib.suppress(OSError):  # the database itself says so when the disk fails
            write_manifest(self.database.path, self._manifest)

    def _as_witnessed(self, domain: str, read: Read, refused: Collection[Version]) -> Read:
        """Whether it is as new as it was when it was last closed."""
        expected = self._manifest.versions.get(domain, Version())
        found = read.chain.version if read.chain is not None else Version()
        if refused or found >= expected:
            return read
        told = (
            f"{domain} was at version {expected.epoch}.{expected.n} when it was last closed, and only"
            f" {found.epoch}.{found.n} is there: the file was replaced by an older one, or damaged"
        )
        return Read(read.chain, (*read.damaged, told))

    def _chosen(
        self,
        domain: str,
        snapshots: Sequence[Snapshot],
        changes: Sequence[Record],
        damaged: tuple[str, ...],
        refused: Collection[Version],
    ) -> Read:
        chain, beyond = best(snapshots, changes, refused)
        if lost := self._lying.pop(domain, None):
            # What a damaged database does not lead to any more.
            saved = salvage.sorted_out(map(self._sealing.opened, lost))
            chain, beyond = best((*snapshots, *saved.snapshots), (*changes, *saved.changes), refused)
            if self._write_again(chain, snapshots, changes):
                damaged = (*damaged, f"{domain} was found only in parts of the file that nothing leads to")
        if beyond and not refused:
            damaged = (*damaged, f"{len(beyond)} changes of {domain} follow on nothing, and cannot be used")
            after = chain.version if chain is not None else Version()
            self.database.change("setting changes aside", lambda txn: journal.drop(txn, domain, after))
        if chain is None and (damaged or refused or domain in self._manifest.versions):
            chain = next((c for c in self._backups(domain) if c.version not in refused), None)
            if chain is not None:
                damaged = (*damaged, f"the copy of {domain} in a backup is used")
        return Read(chain, damaged)


def _reached(snapshots: Sequence[Snapshot], changes: Sequence[Record]) -> Version:
    """How far these lead: copies elsewhere that are no newer are not needed."""
    chain = best(snapshots, changes)[0]
    return chain.version if chain is not None else NONE


def _overtaken(
    path: Path, copies: Sequence[Snapshot], changes: Sequence[Record], in_files: Sequence[Snapshot]
) -> tuple[str, ...]:
    """The database is written before the files: whatever is newer in these, it once had."""
    there = (*(copy.version for copy in copies), *(change.version for change in changes[-1:]))
    newest = max(there, default=Version())
    if not in_files or in_files[0].version <= newest:
        return ()
    return (
        f"{path} is older than the copies in files beside it: it was replaced by an older one, or damaged",
    )


def _bury(txn: Transaction, tombstones: Mapping[str, float]) -> None:
    for hash_, at in tombstones.items():
        txn.put(f"grave/{hash_}", pack(Record(Kind.GRAVE, "", 1, Version(), at, hash_.encode())))


def _aside(txn: Transaction, domain: str, key: str) -> str:
    aside = f"corrupt/{domain}/{txn.stamp()}/{key.rpartition('/')[2]}"
    txn.put(aside, txn.get(key) or b"")
    txn.delete(key)
    return aside


def _tombstones(txn: Transaction) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for _, data in txn.items("grave/"):
        try:
            record = unpack(data)
        except Damaged:
            continue
        found[record.payload.decode("ascii", "replace")] = record.saved_at
    return found
