"""Makes a store hold what a backup holds, under versions that nobody has seen before."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from actors.kernel.protocol import Version
from actors.persistence import salvage
from actors.persistence.backup_content import Content
from actors.persistence.chain import Chain
from actors.persistence.store import Batch, Store
from actors.persistence.witness import read_witness

__all__ = ["epochs_left_in", "put_back", "renumbered"]


def put_back(
    store: Store,
    content: Content,
    domains: Iterable[str],
    in_files: Callable[[str], bool],
    known: Mapping[str, int] | None = None,
) -> Mapping[str, Version]:
    """Write the state of each of these domains as the newest, and whom the backup knows to be forgotten; the versions
    under which they are kept now. known: epochs that the store does not know of any more. Raises StoreError.

    All of it is in the database at once, or nothing is.
    """
    chains = []
    for domain in domains:
        chain = content.chains[domain]
        known_epoch = (known or {}).get(domain, 0)
        above = max(chain.version.epoch, content.epochs.get(domain, 0), known_epoch)
        chains.append(renumbered(chain, store.open_epoch(domain, above)))
    snapshots = tuple(chain.snapshot for chain in chains)
    graves = dict(store.graves())
    for hash_, at in content.graves.items():
        graves[hash_] = max(at, graves.get(hash_, at))
    store.write(Batch(snapshots, tuple(change for chain in chains for change in chain.changes), graves))
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
