"""Writes the content of a backup into a store, under new versions."""

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
from actors.persistence.store.tombstones import hash_in, merged

Moved = tuple[tuple[Path, Path], ...]
"""Paths before and after the move."""


class Omitted(msgspec.Struct, frozen=True):
    """What is known of a replaced store. epochs: the newest one of each domain. tombstones: by hash, when."""

    epochs: Mapping[str, int] = {}
    tombstones: Mapping[str, float] = {}


NOTHING_LEFT = Omitted()


def write_content(
    store: Store,
    content: BackupContent,
    domains: Iterable[str],
    left: Omitted = NOTHING_LEFT,
    rewrite: Callable[[str, Chain], Snapshot | None] = lambda domain, chain: None,
) -> Mapping[str, Version]:
    """Write all tombstones, and the states of these domains, in one transaction, as their newest; the new versions.
    Raises StoreError.

    left: what only the replaced store knew. rewrite: the state without the people whom the tombstones name, so that
    their words do not reach the disk; None for an unknown domain.
    """
    tombstones = merged(store.read_tombstones(), content.tombstones, left.tombstones)
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
    store.write_everywhere(Batch(snapshots, tuple(change for chain in chains for change in chain.changes)))
    return {chain.snapshot.domain: chain.version for chain in chains}


def renumbered(chain: Chain, epoch: int) -> Chain:
    """The same state with versions from (epoch, 0) on. Changes stay changes: only the domain can migrate them."""
    changes = tuple(
        msgspec.structs.replace(change, version=Version(epoch, n), base=Version(epoch, n - 1))
        for n, change in enumerate(chain.changes, 1)
    )
    return Chain(msgspec.structs.replace(chain.snapshot, version=Version(epoch, 0)), changes)


def omitted_from(store: Store) -> Omitted:
    """What can be known of an unreadable store: from its manifest, its files' names, and the intact records."""
    path = store.database.path
    epochs = dict(read_manifest(path).epochs)
    tombstones: dict[str, float] = {}
    for domain, epoch in store.files.epochs().items():
        epochs[domain] = max(epochs.get(domain, 0), epoch)
    try:
        for record in salvage.records(path):
            if record.kind == Kind.TOMBSTONE:
                tombstones = merged(tombstones, {hash_in(record): record.saved_at})
            else:
                epochs[record.domain] = max(epochs.get(record.domain, 0), record.version.epoch)
    except StoreError:
        # Not even its bytes can be read: far above any epoch that it may have opened since.
        epochs = {domain: epoch + GAP for domain, epoch in epochs.items()}
    return Omitted(epochs, tombstones)


def move_aside(store: Store) -> Moved:
    """Rename an unreadable store. Raises StoreError; then it is where it was."""
    store.close()
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    moved: Moved = ()
    for path in (store.database.path, store.files.folder):
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
    """Undo `move_aside`, and rename the unfinished store in its place."""
    store.close()
    for path, aside in moved:
        with contextlib.suppress(OSError):
            if path.exists():
                os.rename(path, path.with_name(f"{aside.name}.unfinished"))
            os.rename(aside, path)
