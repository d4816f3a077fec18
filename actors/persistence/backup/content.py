"""The content of a backup: the newest chain of each domain, the tombstones, and the opened epochs."""

import contextlib
from collections.abc import Callable, Mapping
from itertools import takewhile

import msgspec

from actors.kernel.state import patch
from actors.persistence.store.chain import Chain
from actors.persistence.store.database import Transaction, domains_in
from actors.persistence.store.epochs import stored_epoch
from actors.persistence.store.record import Damaged
from actors.persistence.store.store import Store

_decoder = msgspec.msgpack.Decoder()


class BackupContent(msgspec.Struct, frozen=True):
    """chains: by domain. tombstones: by hash, when (epoch seconds). epochs: the newest one of each domain."""

    chains: Mapping[str, Chain]
    tombstones: Mapping[str, float]
    epochs: Mapping[str, int]


def collect_content(
    store: Store, known: Callable[[str], Chain | None], epochs: Mapping[str, int]
) -> BackupContent:
    """Everything that is stored. known: a domain's chain in memory, None for none. epochs: opened in memory only.
    Raises StoreError."""
    tombstones = store.read_tombstones()
    opened = store.database.read("reading the epochs", _epochs)
    chains = {
        domain: chain
        for domain in stored_domains(store)
        if (chain := known(domain) or store.peek(domain)) is not None
    }
    newest = {name: max(opened.get(name, 0), epochs.get(name, 0)) for name in sorted({*opened, *epochs})}
    return BackupContent(chains, tombstones, newest)


def stored_domains(store: Store) -> tuple[str, ...]:
    """The names of all domains in the database or in files, sorted. Raises StoreError."""
    found = store.database.read("looking for domains", lambda txn: domains_in(txn, "copy", "log", "epoch"))
    # A missing folder holds none; one that cannot be read fails where its snapshots are read.
    with contextlib.suppress(OSError):
        found |= {path.name for path in store.files.folder.iterdir() if path.is_dir()}
    return tuple(sorted(found))


def try_changes(chain: Chain) -> None:
    """Check that the state can be read and its changes applied; raises Damaged.

    Changes in a later schema version cannot be tried: only the domain knows its migrations.
    """
    snapshot, why = chain.snapshot, ""
    steps = [c.payload for c in takewhile(lambda c: c.schema == snapshot.schema, chain.changes)]
    for field in _where_parts_may_belong(snapshot.parts):
        try:
            document = _document(snapshot.parts, field)
            for step in steps:
                patch.apply(document, step)
            return
        except patch.PatchError as error:
            why = str(error)
    raise Damaged(f"a change of {snapshot.domain} does not apply to its state: {why}")


def _where_parts_may_belong(parts: tuple[bytes, ...]) -> tuple[str, ...]:
    """The fields whose entries may be in the parts after the first: those empty in it."""
    if len(parts) == 1:
        return ("",)
    state = _map(_map(parts[0]).get("state"))
    found = tuple(name for name, value in state.items() if value == {})
    if not found:
        raise Damaged("a state has several parts, and no field for them")
    return found


def _document(parts: tuple[bytes, ...], field: str) -> dict[str, object]:
    document = _map(parts[0])
    state = _map(document.get("state"))
    if field:
        state[field] = {key: value for part in parts[1:] for key, value in _map(part).items()}
    return document


def _map(value: object) -> dict[str, object]:
    """A map, or MessagePack of one. Raises Damaged."""
    if isinstance(value, bytes):
        try:
            value = _decoder.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Damaged(f"a state cannot be read: {error}") from None
    if not isinstance(value, dict):
        raise Damaged("a state is not a map")
    return value


def _epochs(txn: Transaction) -> dict[str, int]:
    return {name: stored_epoch(txn, name) for name in domains_in(txn, "epoch")}
