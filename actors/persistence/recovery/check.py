"""Examines a store: what of each domain is fine, what is damaged, and what can be done about it. Changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.recovery.inspect import as_of_now, look
from actors.persistence.recovery.quarantine import QuarantinedState, leftovers
from actors.persistence.store import journal, salvage, store_format
from actors.persistence.store.chain import Chain, Snapshot, best
from actors.persistence.store.database import UNSALVAGED, Transaction
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.errors import StoreError, store_error
from actors.persistence.store.manifest import DATA, Manifest, is_damaged, read_manifest
from actors.persistence.store.probe import why_unsound
from actors.persistence.store.record import Damaged, Kind, Record, unpack
from actors.persistence.store.store import Store

__all__ = ["Case", "Damage", "DomainReport", "StoreReport", "examine"]

Fits = Callable[[str, Chain], str]

REPAIR = "supervisor state doctor --repair"


class Damage(msgspec.Struct, frozen=True):
    """What is wrong, and what its owner can do about it."""

    what: str
    remedy: str = f"stop Gerald, and let `{REPAIR}` write the newest state that can be had"


class DomainReport(msgspec.Struct, frozen=True):
    """What is stored of a domain. version: the newest that can be had, None for none. changes: since its last whole
    copy. size: bytes of both. saved_at: epoch seconds. copies, files: whole ones, in the database and beside it."""

    domain: str
    version: Version | None = None
    changes: int = 0
    size: int = 0
    saved_at: float = 0.0
    copies: int = 0
    files: int = 0
    damage: tuple[Damage, ...] = ()


class StoreReport(msgspec.Struct, frozen=True):
    """A store. form: 0 for an empty one. graves: how many are remembered as forgotten. damage: of the store as a whole.
    leftovers: what was damaged and set aside; it is in nobody's way."""

    path: str
    form: int = 0
    size: int = 0
    tombstones: int = 0
    domains: tuple[DomainReport, ...] = ()
    damage: tuple[Damage, ...] = ()
    leftovers: tuple[QuarantinedState, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def fine(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damage and not any(domain.damage for domain in self.domains)


class Case(msgspec.Struct, frozen=True):
    """What is to be examined. domains: that are told of in any case. in_files: whether one has copies in files, too.
    fits: why what is stored of a domain is no state of it; "" when it is. used: another process has the store open."""

    store: Store
    domains: Sequence[str]
    in_files: Callable[[str], bool]
    fits: Fits
    sealing: StoreEncryption = PLAIN
    used: bool = False


class _Found(msgspec.Struct, frozen=True):
    """What was read of a domain, before it is judged."""

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
    """Examine the store, which is not opened for it. Raises StoreError when it cannot be looked at."""
    path, files = case.store.database.path, case.store.files
    manifest = read_manifest(path)  # first: whoever has the store open may write a newer one meanwhile
    with as_of_now(path, used=case.used) as place:
        content = _content(case, place)
    names = dict.fromkeys((*case.domains, *content.domains))
    reports = tuple(_judged(case, name, content.domains.get(name, _Found()), manifest) for name in names)
    notes = ("it has the form of an earlier version; the next start brings it up to date",)
    return StoreReport(
        str(path),
        content.form,
        _size(path / DATA),
        content.tombstones,
        reports,
        (*content.damage, *_beside(path)),
        leftovers(path, files.folder if files is not None else None, content.aside),
        notes if content.form == 1 else (),
    )


def _content(case: Case, place: Path) -> _Content:
    if not (place / DATA).exists():
        return _Content()
    try:
        why = why_unsound(place)
    except OSError as error:
        raise store_error(case.store.database.path, "examining it", error) from error
    if not why:
        return look(place, lambda txn: _read(case, txn))
    damage = Damage(f"{case.store.database.path} cannot be used: {why}")
    found = salvage.by_domain(place)
    tombstones = {record.payload for record in found.pop("", ()) if record.kind == Kind.GRAVE}
    return _Content(
        store_format.FORM,
        len(tombstones),
        {name: _salvaged(case, lost) for name, lost in found.items()},
        (damage,),
    )


def _salvaged(case: Case, lost: Sequence[Record]) -> _Found:
    try:
        saved = salvage.sorted_out(map(case.sealing.opened, lost))
    except StoreError as error:
        return _Found(damage=(Damage(str(error), error.remedy),))
    return _Found(saved.snapshots, saved.changes)


def _read(case: Case, txn: Transaction) -> _Content:
    form = store_format.form_of(txn)
    if form > store_format.FORM:
        later = Damage(f"it was written by a later version of Gerald (form {form})", "update Gerald")
        return _Content(form, damage=(later,))
    keys = [key.split("/") for key in txn.keys("")]
    names = dict.fromkeys(
        key[1] for key in keys if key[0] in ("copy", "log", "epoch") and len(key) > 1 and key[1]
    )
    tombstones, damage = _tombstones(txn)
    aside: dict[str, int] = {}
    for key, data in txn.items("corrupt/"):
        name = "/".join(key.split("/")[:3])
        aside[name] = aside.get(name, 0) + len(data)
    return _Content(form, tombstones, {name: _found(case, txn, name) for name in names}, damage, aside)


def _found(case: Case, txn: Transaction, domain: str) -> _Found:
    damage: list[Damage] = []
    snapshots: tuple[Snapshot, ...] = ()
    opened: tuple[Record, ...] = ()
    changes, broken = journal.changes(txn, domain)
    damage += [Damage(f"the change {key} is damaged") for key in broken]
    try:
        copies = case.store.copies.get(txn, domain, touch=False)
        snapshots = copies.snapshots
        damage += [Damage(what) for what in copies.damaged]
        opened = tuple(map(case.sealing.opened, changes))
    except StoreError as error:
        damage.append(Damage(str(error), error.remedy))
    epoch = txn.get(f"epoch/{domain}")
    if epoch is None or _is_damaged(epoch, domain, Kind.EPOCH):
        damage.append(Damage(f"the number of its epoch is {'missing' if epoch is None else 'damaged'}"))
    return _Found(snapshots, opened, tuple(damage))


def _tombstones(txn: Transaction) -> tuple[int, tuple[Damage, ...]]:
    broken = [key for key, data in txn.items("grave/") if _is_damaged(data, "", Kind.GRAVE)]
    remedy = f"`{REPAIR}` drops it; have that person forgotten again"
    damage = tuple(Damage(f"{key}: who is to stay forgotten by it is lost", remedy) for key in broken)
    return len(txn.keys("grave/")) - len(broken), damage


def _is_damaged(data: bytes, domain: str, kind: Kind) -> bool:
    try:
        return unpack(data, domain).kind != kind
    except Damaged:
        return True


def _judged(case: Case, domain: str, found: _Found, manifest: Manifest) -> DomainReport:
    damage = list(found.damage)
    copies: tuple[Snapshot, ...] = ()
    if case.in_files(domain) and case.store.files is not None:
        try:
            files = case.store.files.load(domain, touch=False)
            copies, damage = files.snapshots, [*damage, *map(Damage, files.damaged)]
        except StoreError as error:
            damage.append(Damage(str(error), error.remedy))
    chain, beyond = best((*found.snapshots, *copies), found.changes)
    damage += _doubts(domain, chain, beyond, manifest)
    held = (*(s.version for s in found.snapshots), *(c.version for c in found.changes))
    if not case.used and copies and copies[0].version > max(held, default=Version()):
        # In use it may have come there since the copy was made.
        damage.append(Damage("the database is older than the copies in files beside it"))
    if chain is None:
        return DomainReport(domain, damage=tuple(damage))
    if why := case.fits(domain, chain):
        damage.append(Damage(f"what is stored is of no use: {why}"))
    size = chain.snapshot.size + sum(len(change.payload) for change in chain.changes)
    return DomainReport(
        domain,
        chain.version,
        len(chain.changes),
        size,
        chain.saved_at,
        len(found.snapshots),
        len(copies),
        tuple(damage),
    )


def _doubts(domain: str, chain: Chain | None, beyond: Sequence[Record], manifest: Manifest) -> list[Damage]:
    """What is whole by itself, and yet does not agree."""
    doubts = []
    if beyond:
        doubts.append(Damage(f"{len(beyond)} of its changes follow on nothing, and cannot be used"))
    there = chain.version if chain is not None else Version()
    expected = manifest.versions.get(domain, Version())
    if there < expected:
        doubts.append(
            Damage(
                f"it was at version {expected.epoch}.{expected.n} when it was last closed, and only"
                f" {there.epoch}.{there.n} is there"
            )
        )
    return doubts


def _beside(path: Path) -> tuple[Damage, ...]:
    """What is wrong beside the database's own file."""
    damage = []
    if is_damaged(path):
        damage.append(
            Damage(f"{path}: its witness is damaged: should the database lack something, nobody could tell")
        )
    for left in sorted(path.parent.glob(f"{path.name}{UNSALVAGED}*")):
        remedy = f"the next start takes over what it holds, and so does `{REPAIR}`"
        damage.append(Damage(f"{left} was moved away, and not taken over yet", remedy))
    return tuple(damage)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
