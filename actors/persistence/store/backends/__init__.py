"""Where whole copies of a domain's state are kept: in memory, in files, in the database. One file for each."""

from typing import Protocol

import msgspec

from actors.persistence.store.chain import Snapshot

__all__ = ["Found", "StorageBackend"]


class Found(msgspec.Struct, frozen=True):
    """The valid copies of a domain, newest first; and what was damaged, in words, which has been set aside."""

    snapshots: tuple[Snapshot, ...] = ()
    damaged: tuple[str, ...] = ()


class StorageBackend(Protocol):
    """Keeps the newest copies of each domain. Methods may wait for a disk, and raise StoreError when it fails.

    An older version never takes the place of a newer one, nor a damaged copy that of a valid one.
    """

    def save(self, snapshot: Snapshot) -> None:
        """Keep this copy, as durably as this backend can, on return."""
        ...

    def load(self, domain: str) -> Found:
        """What is kept of `domain`. Sets aside what is damaged."""
        ...

    def forget(self, domain: str) -> None:
        """Keep nothing of `domain` any more."""
        ...
