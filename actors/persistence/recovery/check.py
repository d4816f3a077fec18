"""Checks a store without changing it: what is damaged, and what the owner can do about it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from actors.kernel.errors import StateError
from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import TooNew, TooOld
from actors.persistence.backup.backups import OUTDATED as OUTDATED_BACKUP
from actors.persistence.backup.backups import kept_in
from actors.persistence.recovery.inspect import as_of_now
from actors.persistence.recovery.quarantine import QuarantinedState, beside, leftovers
from actors.persistence.store import journal, salvage, store_format
from actors.persistence.store.chain import Chain, Snapshot, best
from actors.persistence.store.database import OUTDATED, UNSALVAGED, Database, Transaction, domains_in
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.errors import StoreError, store_error
from actors.persistence.store.manifest import DATA, Manifest, damage_of, is_older, read_manifest
from actors.persistence.store.probe import why_unsound
from actors.persistence.store.record import Damaged, Kind, Record, unpack
from actors.persistence.store.store import Store
from actors.persistence.store.tombstones import PREFIX

Fits = Callable[[str, Chain], StateError | None]

REPAIR = "supervisor state doctor --repair"
REWRITE = f"stop Gerald, and let `{REPAIR}` write the newest usable state"


class Damage(msgspec.Struct, frozen=True):
    """What is wrong, and what the owner can do about it."""

    what: str
    remedy: str = REWRITE


class DomainReport(msgspec.Struct, frozen=True):
    """What is stored of a domain. version: the newest usable one, None for none. changes: since its last snapshot.

    size: of both, in bytes. saved_at: epoch seconds. copies, files: intact snapshots in the database, and in files.
    """

    domain: str
    version: Version | None = None
    changes: int = 0
    size: int = 0
    saved_at: float = 0.0
    copies: int = 0
    files: int = 0
    damage: tuple[Damage, ...] = ()


class StoreReport(msgspec.Struct, frozen=True):
    """form: the store format, 0 for an empty store. tombstones: how many. damage: of the store as a whole.

    leftovers: what was damaged and set aside, and is not needed.
    outdated: what an earlier version of Gerald wrote, set aside unchanged and never removed.
    """

    path: str
    form: int = 0
    size: int = 0
    tombstones: int = 0
    domains: tuple[DomainReport, ...] = ()
    damage: tuple[Damage, ...] = ()
    leftovers: tuple[QuarantinedState, ...] = ()
    outdated: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def fine(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damage and not any(domain.damage for domain in self.domains)


class Case(msgspec.Struct, frozen=True):
    """What to check. domains: reported in any case. fits: why a chain is not a state of its domain, None when it is.

    used: another process has the store open. backups: their folder.
    """

    store: Store
    domains: Sequence[str]
    fits: Fits
    backups: Path
    encryption: StoreEncryption = PLAIN
    used: bool = False


class _Found(msgspec.Struct, frozen=True):
    """What was read of a domain, before it is assessed."""

    snapshots: tuple[Snapshot, ...] = ()
    changes: tuple[Record, ...] = ()
    damage: tuple[Damage, ...] = ()


class _Content(msgspec.Struct, frozen=True):
    form: int = 0
    tombstones: int = 0
    domains: Mapping[str, _Found] = {}
    damage: tuple[Damage, ...] = ()
    aside: Mapping[str, int] = {}


def examine(case: Case) -> StoreReport:
    """Check the store. Raises StoreError when it cannot be read."""
    path, files = case.store.database.path, case.store.files
    manifest = read_manifest(path)  # first: a process that has the store open may write a newer one
    with as_of_now(path, used=case.used) as place:
        content = _content(case, place)
    names = dict.fromkeys((*case.domains, *content.domains))
    reports = tuple(_assessed(case, name, content.domains.get(name, _Found()), manifest) for name in names)
    old = 0 < content.form < store_format.STORE_FORMAT
    note = f"it has the store format {content.form}, of an earlier version of Gerald: the next start sets it aside"
    outdated = (*beside(path, OUTDATED), *(old.path for old in kept_in(case.backups, OUTDATED_BACKUP)))
    return StoreReport(
        str(path),
        content.form,
        case.store.size(),
        content.tombstones,
        reports,
        (*content.damage, *_damage_beside(path)),
        leftovers(path, files.folder, content.aside),
        tuple(map(str, outdated)),
        (note,) if old else (),
    )


def _content(case: Case, place: Path) -> _Content:
    if not (place / DATA).exists():
        return _Content()
    try:
        why = why_unsound(place)
    except OSError as error:
        raise store_error(case.store.database.path, "checking it", error) from error
    if not why:
        return Database(place, 0).look("reading it", lambda txn: _read(case, txn))
    damage = Damage(f"{case.store.database.path} cannot be used: {why}")
    found = salvage.by_domain(place)
    tombstones = {record.payload for record in found.pop("", ()) if record.kind == Kind.TOMBSTONE}
    salvaged = {name: _salvaged(case, lost) for name, lost in found.items()}
    return _Content(store_format.STORE_FORMAT, len(tombstones), salvaged, (damage,))


def _salvaged(case: Case, lost: Sequence[Record]) -> _Found:
    try:
        saved = salvage.sorted_out(map(case.encryption.decrypted, lost))
    except StoreError as error:
        return _Found(damage=(Damage(str(error), error.remedy),))
    return _Found(saved.snapshots, saved.changes)


def _read(case: Case, txn: Transaction) -> _Content:
    form = store_format.format_of(txn)
    if form > store_format.STORE_FORMAT:
        later = Damage(f"it was written by a later version of Gerald (store format {form})", "update Gerald")
        return _Content(form, damage=(later,))
    names = sorted(domains_in(txn, "copy", "log", "epoch"))
    tombstones, damage = _tombstones(txn)
    aside: dict[str, int] = {}
    for key, data in txn.items("corrupt/"):
        name = "/".join(key.split("/")[:3])
        aside[name] = aside.get(name, 0) + len(data)
    return _Content(form, tombstones, {name: _found(case, txn, name) for name in names}, damage, aside)


def _found(case: Case, txn: Transaction, domain: str) -> _Found:
    snapshots: tuple[Snapshot, ...] = ()
    opened: tuple[Record, ...] = ()
    changes, broken = journal.changes(txn, domain)
    damage = [Damage(f"the change {key} is damaged") for key in broken]
    try:
        found = case.store.snapshots.get(txn, domain, touch=False)
        snapshots = found.snapshots
        damage += [Damage(what) for what in found.damaged]
        opened = tuple(map(case.encryption.decrypted, changes))
    except StoreError as error:
        damage.append(Damage(str(error), error.remedy))
    epoch = txn.get(f"epoch/{domain}")
    if epoch is None or _is_damaged(epoch, domain, Kind.EPOCH):
        damage.append(Damage(f"the number of its epoch is {'missing' if epoch is None else 'damaged'}"))
    return _Found(snapshots, opened, tuple(damage))


def _tombstones(txn: Transaction) -> tuple[int, tuple[Damage, ...]]:
    broken = [key for key, data in txn.items(PREFIX) if _is_damaged(data, "", Kind.TOMBSTONE)]
    remedy = f"`{REPAIR}` removes it; have that person forgotten again"
    damage = tuple(
        Damage(f"the tombstone {key} is damaged: whose it is cannot be told", remedy) for key in broken
    )
    return len(txn.keys(PREFIX)) - len(broken), damage


def _is_damaged(data: bytes, domain: str, kind: Kind) -> bool:
    try:
        return unpack(data, domain).kind != kind
    except Damaged:
        return True


def _assessed(case: Case, domain: str, found: _Found, manifest: Manifest) -> DomainReport:
    damage = list(found.damage)
    in_files: tuple[Snapshot, ...] = ()
    try:
        loaded = case.store.backend(domain).load_from_files(domain, touch=False)
        in_files, damage = loaded.snapshots, [*damage, *map(Damage, loaded.damaged)]
    except StoreError as error:
        damage.append(Damage(str(error), error.remedy))
    chain, unused = best((*found.snapshots, *in_files), found.changes)
    damage += _doubts(domain, chain, unused, manifest)
    held = (*(s.version for s in found.snapshots), *(c.version for c in found.changes))
    if not case.used and in_files and in_files[0].version > max(held, default=Version()):
        # While in use, it may have been written since the database was copied.
        damage.append(Damage("the database is older than the snapshots in files beside it"))
    if chain is None:
        return DomainReport(domain, damage=tuple(damage))
    if (why := case.fits(domain, chain)) is not None:
        damage.append(Damage(f"what is stored cannot be used: {why}", _REMEDIES.get(type(why), REWRITE)))
    size = chain.snapshot.size + sum(len(change.payload) for change in chain.changes)
    changes, copies, files = len(chain.changes), len(found.snapshots), len(in_files)
    return DomainReport(domain, chain.version, changes, size, chain.saved_at, copies, files, tuple(damage))


_REMEDIES: Mapping[type[StateError], str] = {
    TooNew: "update Gerald",
    TooOld: "the next start keeps it in a backup of its own, and begins a new state",
}


def _doubts(domain: str, chain: Chain | None, unused: Sequence[Record], manifest: Manifest) -> list[Damage]:
    """What is intact by itself, and inconsistent."""
    follow = f"{len(unused)} of its changes follow on nothing, and cannot be used" if unused else ""
    older = is_older(domain, chain.version if chain is not None else Version(), manifest)
    return [Damage(what) for what in (follow, older) if what]


def _damage_beside(path: Path) -> tuple[Damage, ...]:
    """What is wrong beside the database's own file."""
    unknown, remedy = damage_of(path), f"the next start recovers its records, and so does `{REPAIR}`"
    return (
        *((Damage(unknown),) if unknown else ()),
        *(
            Damage(f"{left} was moved away, and its records are not recovered yet", remedy)
            for left in sorted(beside(path, UNSALVAGED))
        ),
    )
