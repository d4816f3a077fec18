"""Backs a home up and restores it while nothing runs in it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from actors.kernel.errors import StateError
from actors.kernel.protocol.storage import Version
from actors.persistence.backup.backups import BEFORE_RESTORE
from actors.persistence.backup.content import BackupContent, collect_content, stored_domains
from actors.persistence.backup.restore import Omitted, move_aside, move_back, omitted_from, write_content
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store import Store
from supervisor.offline.store import OfflineStore

__all__ = ["RestoreResult", "restore", "stored_content"]


class RestoreResult(msgspec.Struct, frozen=True):
    """versions: of each restored domain now. before: where the replaced states are; empty when there were none."""

    versions: Mapping[str, Version]
    before: tuple[Path, ...] = ()


def stored_content(store: Store) -> BackupContent:
    """Everything that is stored, recovered as a start would recover it. Raises StoreError."""
    store.ready()
    for domain in stored_domains(store):
        store.read(domain)
    return collect_content(store, lambda _: None, {})


def restore(stored: OfflineStore, content: BackupContent, domains: Iterable[str]) -> RestoreResult:
    """Replace the stored states of these domains by those of a backup. What is replaced is kept in a backup of its own;
    if it cannot be read, it is moved aside as it is. Raises StoreError; then it is still stored, or in that backup.
    """
    wanted = tuple(domains)
    try:
        present = stored_content(stored.store)
    except StoreError as error:
        if set(wanted) != content.chains.keys():
            raise StoreError(
                f"what is stored now cannot be read, so that it can only be replaced as a whole: {error}",
                f"restore the whole backup, without --domain; or {error.remedy}",
            ) from error
        return _restored_over_unreadable(stored, content, wanted)
    kept: tuple[Path, ...] = ()
    if present.chains:
        kept = (stored.backups.make(present, kind=BEFORE_RESTORE).path,)
    return RestoreResult(_write(stored, content, wanted, Omitted(present.epochs)), kept)


def _restored_over_unreadable(
    stored: OfflineStore, content: BackupContent, domains: tuple[str, ...]
) -> RestoreResult:
    left = omitted_from(stored.store)
    moved = move_aside(stored.store)
    try:
        versions = _write(stored, content, domains, left)
    except (StoreError, StateError):
        move_back(stored.store, moved)
        raise
    return RestoreResult(versions, tuple(aside for _, aside in moved))


def _write(
    stored: OfflineStore, content: BackupContent, domains: tuple[str, ...], left: Omitted
) -> Mapping[str, Version]:
    versions = write_content(stored.store, content, domains, left, stored.rewrite)
    stored.store.close(versions)
    return versions
