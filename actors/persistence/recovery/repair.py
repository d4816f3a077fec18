"""Mends a damaged store: of each domain the newest state that can be had is written whole, under a new epoch.

It is read as a start would read it: an older copy, one in a file, what lies in a broken database, or a backup.
"""

from collections.abc import Callable, Sequence

import msgspec

from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import TooNew, Unfit
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.database import Transaction
from actors.persistence.store.record import Damaged, Kind, unpack
from actors.persistence.store.store import Batch, Store

__all__ = ["Mended", "Rewrite", "repair"]

TRIES = 10

Rewrite = Callable[[str, Chain], Snapshot | None]
"""A chain's state as a whole copy in today's form; None for a domain that nobody knows. Raises TooNew, or Unfit."""


class Mended(msgspec.Struct, frozen=True):
    """What became of a domain. found: the version that could be had, None for none: it begins anew. version: under
    which that is stored now; None when it was left as it is. lost: what was unusable, in words."""

    domain: str
    found: Version | None = None
    version: Version | None = None
    lost: tuple[str, ...] = ()


def repair(
    store: Store, domains: Sequence[str], in_files: Callable[[str], bool], rewrite: Rewrite
) -> tuple[Mended, ...]:
    """Mend these domains and the graves, and close the store. Nobody may use it meanwhile. Raises StoreError."""
    mended = tuple(_mended(store, domain, in_files(domain), rewrite) for domain in domains)
    store.tombstones()  # opens it, also where there is no domain to mend
    store.database.change("dropping damaged graves", _drop_graves)
    store.bury_again()
    store.close({m.domain: m.version or m.found or Version() for m in mended})
    return mended


def _mended(store: Store, domain: str, in_files: bool, rewrite: Rewrite) -> Mended:
    refused: list[Version] = []
    lost: list[str] = []
    while len(refused) < TRIES:
        read = store.read(domain, in_files=in_files, refused=refused)
        lost += read.damaged
        if read.chain is None:
            break
        found = read.chain.version
        try:
            copy = rewrite(domain, read.chain)
        except TooNew as error:
            return Mended(domain, found, None, (*lost, f"left as it is: {error}"))
        except Unfit as error:
            refused.append(found)
            lost.append(f"version {found.epoch}.{found.n} is of no use: {error}")
            continue
        if copy is None:
            return Mended(domain, found, None, tuple(lost))
        return Mended(domain, found, _written(store, copy, in_files), tuple(lost))
    store.open_epoch(domain, 0)
    return Mended(domain, None, None, tuple(lost))


def _written(store: Store, copy: Snapshot, in_files: bool) -> Version:
    """Write `copy` under a new epoch, in files too where the domain has any."""
    version = Version(store.open_epoch(copy.domain, copy.version.epoch), 1)
    whole = msgspec.structs.replace(copy, version=version)
    store.write(Batch((whole,)))
    if in_files and store.files is not None:
        store.files.save(whole)
    return version


def _drop_graves(txn: Transaction) -> None:
    for key in txn.keys("grave/"):
        try:
            if unpack(txn.get(key) or b"", "").kind == Kind.GRAVE:
                continue
        except Damaged:
            pass
        txn.delete(key)
