"""How a domain is kept, as `storage.domains.NAME.backend` says: one object for each, chosen here and nowhere else.

Every domain is in the database. The backends differ in when a change gets there, in whether snapshots are kept in files
besides, and in whether a stored state expires.
"""

from collections.abc import Callable
from functools import cache
from typing import ClassVar

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.snapshots import NONE, FoundSnapshots
from actors.persistence.store.snapshots.in_files import FileSnapshots
from config.schema import Storage, StoragePolicy

__all__ = ["DatabaseBackend", "FileBackend", "MemoryBackend", "StorageBackend", "backends_of"]


class StorageBackend:
    """The durability policy of one domain. keep: how many of its snapshots are kept.

    writes_at_once: a change is answered by Committed, since it is on disk by then; else by Buffered, and it is written
    within `storage.snapshot_interval`.
    """

    writes_at_once: ClassVar[bool] = True

    def __init__(self, policy: StoragePolicy, files: FileSnapshots) -> None:
        self.keep = policy.keep
        self._policy = policy
        self._files = files

    def save_to_files(self, snapshot: Snapshot) -> None:
        """Write the snapshot into a file, too, where this backend keeps any. Raises StoreError."""

    def load_from_files(
        self, domain: str, *, touch: bool = True, newer_than: Version = NONE
    ) -> FoundSnapshots:
        """The snapshots in files (FileSnapshots.load); none where this backend keeps none. Raises StoreError."""
        return FoundSnapshots()

    def has_expired(self, saved_at: float, now: float) -> bool:
        """Whether a state that was saved then is too old to go on with. Both: epoch seconds."""
        return False


class DatabaseBackend(StorageBackend):
    """`database`: every change is on disk before it is acknowledged."""


class FileBackend(StorageBackend):
    """`file`: as `database`, and each snapshot is written into a file as well, which may stand in for a lost one."""

    def save_to_files(self, snapshot: Snapshot) -> None:
        self._files.save(snapshot, self.keep)

    def load_from_files(
        self, domain: str, *, touch: bool = True, newer_than: Version = NONE
    ) -> FoundSnapshots:
        return self._files.load(domain, touch=touch, newer_than=newer_than)


class MemoryBackend(StorageBackend):
    """`memory`: changes are acknowledged in memory, and what is older than `ttl` seconds when it is loaded expires."""

    writes_at_once = False

    def has_expired(self, saved_at: float, now: float) -> bool:
        return 0.0 < self._policy.ttl < now - saved_at


_BACKENDS = {"memory": MemoryBackend, "file": FileBackend, "database": DatabaseBackend}


def backends_of(storage: Storage, files: FileSnapshots) -> Callable[[str], StorageBackend]:
    """What finds the backend of a domain by its name."""

    @cache
    def backend(domain: str) -> StorageBackend:
        policy = storage.domains.of(domain)
        return _BACKENDS[policy.backend](policy, files)

    return backend
