"""Makes a store hold what a backup holds, under versions that nobody has seen before."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol import Version
from actors.persistence import salvage
from actors.persistence.backup_content import Content
from actors.persistence.chain import Chain, Snapshot
from actors.persistence.store import Batch, Store
from actors.persistence.trouble import store_error
from actors.persistence.witness import read_witness

__all__ = ["epochs_left_in", "move_aside", "move_back", "put_back", "renumbered"]

Moved = tuple[tuple[Path, Path], ...]
"""What was moved, and where to."""


def put_back(
    store: Store,
    content: Content,
    domains: Iterable[str],
    in_files: Callable[[str], bool],
    known: Mapping[str, int] | None = None,
    rewrite: Callable[[str, Chain], Snapshot | None] = lambda domain, chain: None,
) -> Mapping[str, Version]:
    """Write the state of each of these domains as the newest, and whom the backup knows to be forgotten; the versions
    under which they are kept now. Raises StoreError. All states are in the database at once, or none is.

    known: epochs that the store does not know of any more. rewrite: the state without those who are forgotten by then,
    so that their words do not come to the disk again; None where that is not known.
    """
    graves = dict(store.graves())
    for hash_, at in content.graves.items():
        graves[hash_] = max(at, graves.get(hash_, at))
    if graves:
        store.write(Batch(graves=graves))
    chains = []
    for domain in domains:
        chain = content.chains[domain]
        if graves and (rewritten := rewrite(domain, chain)) is not None:
            chain = Chain(rewritten)
        known_epoch = (known or {}).get(domain, 0)
        above = max(chain.version.epoch, content.epochs.get(domain, 0), known_epoch)
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


def epochs_left_in(store: Store) -> Mapping[str, int]:
    """The newest epoch of each domain in a store that cannot be read: as its witness tells, and whatever is found in
    its file. Raises StoreError."""
    path = store.database.path
    found = dict(read_witness(path).epochs)
    for record in salvage.records(path):
        if record.domain:
            found[record.domain] = max(found.get(record.domain, 0), record.version.epoch)
    return found


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
