"""Backs up and restores a home in which no instance runs."""

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


class RestoreResult(msgspec.Struct, frozen=True):
    """versions: of the restored domains. before: the files with the replaced states, if there were any."""

    versions: Mapping[str, Version]
    before: tuple[Path, ...] = ()


def stored_content(store: Store) -> BackupContent:
    """Everything that is stored, recovered as by a start. Raises StoreError."""
    store.ready()
    for domain in stored_domains(store):
        store.read(domain)
    return collect_content(store, lambda _: None, {})


def restore(stored: OfflineStore, content: BackupContent, domains: Iterable[str]) -> RestoreResult:
    """Replace the stored states of these domains by those of a backup. The replaced states are kept in another backup;
    a store that cannot be read is moved aside. Raises StoreError; then the old states are still stored, or in that
    backup.
    """
    wanted = tuple(domains)
    try:
        present = stored_content(stored.store)
    except StoreError as error:
        if set(wanted) != content.chains.keys():
            raise StoreError(
                f"what is stored now cannot be read, so that only a whole backup can replace it: {error}",
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
