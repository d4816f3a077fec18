"""Backs a home up and restores it while nothing runs in it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from actors.kernel.errors import StateError
from actors.kernel.protocol.storage import Version
from actors.persistence.backup.backups import BEFORE_RESTORE, Backups
from actors.persistence.backup.content import BackupContent, gathered, stored_domains
from actors.persistence.backup.restore import Omitted, left_in, move_aside, move_back, put_back
from actors.persistence.open_store import open_backups
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.encryption import StoreEncryption
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store import Store
from config.home import Home
from config.schema import Config

__all__ = ["RestoreResult", "Stored", "all_that_is_kept", "backups_of", "restore"]


class Stored(Protocol):
    """A home's store, opened while nothing runs."""

    @property
    def home(self) -> Home: ...
    @property
    def config(self) -> Config: ...
    @property
    def store(self) -> Store: ...
    @property
    def sealing(self) -> StoreEncryption: ...
    def in_files(self, domain: str) -> bool: ...
    def rewrite(self, domain: str, chain: Chain) -> Snapshot | None: ...


class RestoreResult(msgspec.Struct, frozen=True):
    """versions: under which each domain is kept now. before: where what was replaced is; none where nothing was."""

    versions: Mapping[str, Version]
    before: tuple[Path, ...] = ()


def backups_of(stored: Stored) -> Backups:
    """The home's backups."""
    return open_backups(stored.config.storage, stored.home.path, stored.sealing)


def all_that_is_kept(stored: Stored) -> BackupContent:
    """What is stored, after everything was done that a start would do to find it. Raises StoreError."""
    store = stored.store
    store.tombstones()  # opens the store, and takes over what an unusable one held
    for domain in stored_domains(store):
        store.read(domain, in_files=stored.in_files(domain))
    return gathered(store, lambda _: None, stored.in_files, {})


def restore(stored: Stored, content: BackupContent, domains: Iterable[str]) -> RestoreResult:
    """Put these domains of a backup in the place of what is stored, which is kept in a backup of its own; where it
    cannot be read, it is moved aside as it is. Raises StoreError; then what was stored still is, or is in that backup.
    """
    wanted = tuple(domains)
    try:
        present = all_that_is_kept(stored)
    except StoreError as error:
        if set(wanted) != content.chains.keys():
            raise StoreError(
                f"what is stored now cannot be read, so that nothing but all of it can be replaced: {error}",
                f"restore the whole backup, without --domain; or {error.remedy}",
            ) from error
        return _restored_anew(stored, content, wanted)
    kept: tuple[Path, ...] = ()
    if present.chains:
        kept = (backups_of(stored).make(present, kind=BEFORE_RESTORE).path,)
    return RestoreResult(_put_back(stored, content, wanted, Omitted(present.epochs)), kept)


def _restored_anew(stored: Stored, content: BackupContent, domains: tuple[str, ...]) -> RestoreResult:
    left = left_in(stored.store)
    moved = move_aside(stored.store)
    try:
        versions = _put_back(stored, content, domains, left)
    except (StoreError, StateError):
        move_back(stored.store, moved)
        raise
    return RestoreResult(versions, tuple(aside for _, aside in moved))


def _put_back(
    stored: Stored, content: BackupContent, domains: tuple[str, ...], left: Omitted
) -> Mapping[str, Version]:
    versions = put_back(stored.store, content, domains, stored.in_files, left, stored.rewrite)
    stored.store.close(versions)
    return versions
