"""What follows a write: snapshots in files, the purge of what is older than an erasure, and compaction."""

import contextlib
from collections.abc import Callable, Iterator

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store import Store

GROWN, SPARE = 1.5, 2**25
"""The database is compacted when its file exceeds GROWN times its live bytes, plus SPARE (bytes)."""
URGENT = 2
"""Beyond this many times that limit it is compacted even while requests wait."""


class Maintenance:
    """trouble: why something failed, which is tried again; None when all is done. purge_older: by domain, the version
    before which nothing may be kept."""

    def __init__(self, store: Store) -> None:
        self.trouble: StoreError | None = None
        self.purge_older: dict[str, Version] = {}
        self._store = store
        self._for_files: dict[str, Snapshot] = {}
        self._may_have_grown = False

    @property
    def is_due(self) -> bool:
        """Whether there may be something to do."""
        return bool(self._for_files or self.purge_older or self._may_have_grown)

    def save_to_files(self, snapshot: Snapshot) -> None:
        """Also write this snapshot into a file, where its backend keeps any."""
        self._for_files[snapshot.domain] = snapshot

    def grew(self) -> None:
        """Note that snapshots were written into the database."""
        self._may_have_grown = True

    def work(self, live: int, written: Callable[[str], Version], *, busy: bool) -> None:
        """Do what is due. live: bytes kept in the database. written: the version of a domain on disk. busy: requests
        wait for the disk, so that only an urgent compaction is done."""
        self.trouble = None
        for domain, snapshot in tuple(self._for_files.items()):
            with self._trying():
                self._store.backend(domain).save_to_files(snapshot)
                del self._for_files[domain]
        for domain, version in tuple(self.purge_older.items()):
            if written(domain) >= version and domain not in self._for_files:
                with self._trying():
                    self._store.keep_only(domain, version)
                    del self.purge_older[domain]
        if self._may_have_grown:  # large values leave holes that the next ones do not fit into
            with self._trying():
                if self._store.size() > (URGENT if busy else 1) * (GROWN * live + SPARE):
                    self._store.database.compact()
                self._may_have_grown = busy

    @contextlib.contextmanager
    def _trying(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            self.trouble = error
