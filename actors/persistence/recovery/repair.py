"""Repairs a damaged store: writes the newest usable state of each domain, wherever it is found, as a snapshot in a new
epoch."""

from collections.abc import Callable, Sequence

import msgspec

from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import TooNew, TooOld, Unfit
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.database import Transaction
from actors.persistence.store.record import Damaged, Kind, unpack
from actors.persistence.store.store import Batch, Store
from actors.persistence.store.tombstones import PREFIX

TRIES = 10

Rewrite = Callable[[str, Chain], Snapshot | None]
"""A chain's state as a snapshot in today's schema version; None for an unknown domain. Raises TooNew, TooOld, Unfit."""


class Mended(msgspec.Struct, frozen=True):
    """The outcome for a domain. found: the usable version, None for none. version: that of the new snapshot, None when
    nothing was written. lost: a text for each thing that was unusable."""

    domain: str
    found: Version | None = None
    version: Version | None = None
    lost: tuple[str, ...] = ()


def repair(store: Store, domains: Sequence[str], rewrite: Rewrite) -> tuple[Mended, ...]:
    """Repair these domains and the tombstones while nothing uses the store, and close it. Raises StoreError."""
    mended = tuple(_mended(store, domain, rewrite) for domain in domains)
    store.ready()  # also where there is no domain to repair
    store.database.change("removing damaged tombstones", _drop_damaged_tombstones)
    store.tombstones.restore_missing()
    store.close({m.domain: m.version or m.found or Version() for m in mended})
    return mended


def _mended(store: Store, domain: str, rewrite: Rewrite) -> Mended:
    refused: list[Version] = []
    lost: list[str] = []
    while len(refused) < TRIES:
        read = store.read(domain, refused=refused)
        lost += read.damaged
        if read.chain is None:
            break
        found = read.chain.version
        try:
            snapshot = rewrite(domain, read.chain)
        except (TooNew, TooOld) as error:
            return Mended(domain, found, None, (*lost, f"left as it is: {error}"))
        except Unfit as error:
            refused.append(found)
            lost.append(f"version {found} cannot be used: {error}")
            continue
        if snapshot is None:
            return Mended(domain, found, None, tuple(lost))
        version = Version(store.open_epoch(domain, snapshot.version.epoch), 1)
        store.write_everywhere(Batch((msgspec.structs.replace(snapshot, version=version),)))
        return Mended(domain, found, version, tuple(lost))
    store.open_epoch(domain, 0)
    return Mended(domain, None, None, tuple(lost))


def _drop_damaged_tombstones(txn: Transaction) -> None:
    for key in txn.keys(PREFIX):
        try:
            if unpack(txn.get(key) or b"", "").kind == Kind.TOMBSTONE:
                continue
        except Damaged:
            pass
        txn.delete(key)
