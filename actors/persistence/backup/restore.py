"""Makes a store hold what a backup holds, under versions that nobody has seen before."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.backup.content import BackupContent
from actors.persistence.store import salvage
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.epochs import GAP
from actors.persistence.store.errors import StoreError, store_error
from actors.persistence.store.manifest import read_manifest
from actors.persistence.store.record import Kind
from actors.persistence.store.store import Batch, Store

__all__ = ["Omitted", "left_in", "move_aside", "move_back", "put_back", "renumbered"]

Moved = tuple[tuple[Path, Path], ...]
"""What was moved, and where to."""


class Omitted(msgspec.Struct, frozen=True):
    """What is known of a store that another takes the place of. epochs: the newest of each domain. graves: hashes of
    who is forgotten, and since when."""

    epochs: Mapping[str, int] = {}
    tombstones: Mapping[str, float] = {}


NOTHING_LEFT = Omitted()


def put_back(
    store: Store,
    content: BackupContent,
    domains: Iterable[str],
    in_files: Callable[[str], bool],
    left: Omitted = NOTHING_LEFT,
    rewrite: Callable[[str, Chain], Snapshot | None] = lambda domain, chain: None,
) -> Mapping[str, Version]:
    """Write the state of each of these domains as the newest, and whom the backup knows to be forgotten; the versions
    under which they are kept now. Raises StoreError. All states are in the database at once, or none is.

    left: what the store does not know of any more. rewrite: the state without those who are forgotten by then,
    so that their words do not come to the disk again; None where that is not known.
    """
    tombstones = dict(store.tombstones())
    for hash_, at in (*content.tombstones.items(), *left.tombstones.items()):
        tombstones[hash_] = max(at, tombstones.get(hash_, at))
    if tombstones:
        store.write(Batch(tombstones=tombstones))
    chains = []
    for domain in domains:
        chain = content.chains[domain]
        if tombstones and (rewritten := rewrite(domain, chain)) is not None:
            chain = Chain(rewritten)
        above = max(chain.version.epoch, content.epochs.get(domain, 0), left.epochs.get(domain, 0))
        chains.append(renumbered(chain, store.open_epoch(domain, above)))
    snapshots = tuple(chain.snapshot for chain in chains)
    store.write(Batch(snapshots, tuple(change for chain in chains for change in chain.changes)))
    if store.files is not None:
        for snapshot in snapshots:
            if in_files(snapshot.domain):
                store.files.save(snapshot)
    return {chain.snapshot.domain: chain.version for chain in chains}


def renumbered(chain: Chain, epoch: int) -> Chain:
    """The same state, counted from (epoch, 0) on. Changes stay changes: only the domain knows how to migrate them."""
    changes = tuple(
        msgspec.structs.replace(change, version=Version(epoch, n), base=Version(epoch, n - 1))
        for n, change in enumerate(chain.changes, 1)
    )
    return Chain(msgspec.structs.replace(chain.snapshot, version=Version(epoch, 0)), changes)


def left_in(store: Store) -> Omitted:
    """What can be known of a store that cannot be read: as its witness tells, the names of its files, and whatever is
    found in its database's file, also where that is encrypted."""
    path = store.database.path
    epochs = dict(read_manifest(path).epochs)
    tombstones: dict[str, float] = {}
    for domain, epoch in (store.files.epochs() if store.files is not None else {}).items():
        epochs[domain] = max(epochs.get(domain, 0), epoch)
    try:
        for record in salvage.records(path):
            if record.kind == Kind.GRAVE:
                hash_ = record.payload.decode("ascii", "replace")
                tombstones[hash_] = max(record.saved_at, tombstones.get(hash_, 0.0))
            else:
                epochs[record.domain] = max(epochs.get(record.domain, 0), record.version.epoch)
    except StoreError:
        # Not even its bytes can be had: far beyond whatever it may have counted since.
        epochs = {domain: epoch + GAP for domain, epoch in epochs.items()}
    return Omitted(epochs, tombstones)


def move_aside(store: Store) -> Moved:
    """Give a store that cannot be read other names, beside where it was. Raises StoreError; then it is where it was."""
    store.close()
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    moved: Moved = ()
    for path in (store.database.path, *((store.files.folder,) if store.files is not None else ())):
        aside = path.with_name(f"{path.name}.before-restore-{stamp}")
        try:
            os.rename(path, aside)
        except FileNotFoundError:
            continue
        except OSError as error:
            move_back(store, moved)
            raise store_error(path, "moving what cannot be read aside", error) from error
        moved = (*moved, (path, aside))
    return moved


def move_back(store: Store, moved: Moved) -> None:
    """Undo `move_aside`; what was begun in its place, and is not whole, gets yet another name."""
    store.close()
    for path, aside in moved:
        with contextlib.suppress(OSError):
            if path.exists():
                os.rename(path, path.with_name(f"{aside.name}.unfinished"))
            os.rename(aside, path)
