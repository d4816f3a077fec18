"""The backend of each domain, as `storage.domains.NAME.backend` says.

Every domain is in the database. The backends differ in when a change is written there, in whether snapshots are also
kept in files, and in whether a stored state expires.
"""

from collections.abc import Callable
from functools import cache
from typing import ClassVar

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.snapshots import NONE, FoundSnapshots
from actors.persistence.store.snapshots.in_files import FileSnapshots
from config.schema import Storage, StoragePolicy


class StorageBackend:
    """The durability of one domain. keep: how many of its snapshots are kept.

    writes_at_once: a change is on disk before it is answered, by Committed; else it is answered by Buffered and
    written within `storage.snapshot_interval`.
    """

    writes_at_once: ClassVar[bool] = True

    def __init__(self, policy: StoragePolicy, files: FileSnapshots) -> None:
        self.keep = policy.keep
        self._policy = policy
        self._files = files

    def save_to_files(self, snapshot: Snapshot) -> None:
        """Also write the snapshot into a file, if this backend keeps any. Raises StoreError."""

    def load_from_files(
        self, domain: str, *, touch: bool = True, newer_than: Version = NONE
    ) -> FoundSnapshots:
        """The snapshots in files (FileSnapshots.load), if this backend keeps any. Raises StoreError."""
        return FoundSnapshots()

    def has_expired(self, saved_at: float, now: float) -> bool:
        """Whether a state saved at `saved_at` (epoch seconds) is too old to be used."""
        return False


class DatabaseBackend(StorageBackend):
    """`database`: every change is on disk before it is answered."""


class FileBackend(StorageBackend):
    """`file`: as `database`, and each snapshot is also written into a file, in case the database loses it."""

    def save_to_files(self, snapshot: Snapshot) -> None:
        self._files.save(snapshot, self.keep)

    def load_from_files(
        self, domain: str, *, touch: bool = True, newer_than: Version = NONE
    ) -> FoundSnapshots:
        return self._files.load(domain, touch=touch, newer_than=newer_than)


class MemoryBackend(StorageBackend):
    """`memory`: changes are answered from memory, and a state older than `ttl` seconds expires when it is loaded."""

    writes_at_once = False

    def has_expired(self, saved_at: float, now: float) -> bool:
        return 0.0 < self._policy.ttl < now - saved_at


_BACKENDS = {"memory": MemoryBackend, "file": FileBackend, "database": DatabaseBackend}


def backends_of(storage: Storage, files: FileSnapshots) -> Callable[[str], StorageBackend]:
    """A function that returns the backend of a domain."""

    @cache
    def backend(domain: str) -> StorageBackend:
        policy = storage.domains.of(domain)
        return _BACKENDS[policy.backend](policy, files)

    return backend
