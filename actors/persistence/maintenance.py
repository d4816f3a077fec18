"""What follows a write: snapshots in files, the purge of what is older than an erasure, and compaction."""

import contextlib
from collections.abc import Callable, Iterator

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store import Store

__all__ = ["Maintenance"]

GROWN, SPARE = 1.5, 2**25
"""The database is compacted when its file exceeds GROWN times its live bytes, plus SPARE. (While a snapshot is written
there is one more than are kept: 1.5 times as much for two.)"""
URGENT = 2
"""Beyond this many times that limit it is compacted even while others wait."""


class Maintenance:
    """Never raises because of the disk. trouble: why something failed, which is tried again; None when everything was
    done. purge_older: by domain, the version before which nothing may be kept."""

    def __init__(self, store: Store) -> None:
        self.trouble: StoreError | None = None
        self.purge_older: dict[str, Version] = {}
        self._store = store
        self._for_files: dict[str, Snapshot] = {}
        self._may_have_grown = False

    @property
    def is_due(self) -> bool:
        """Whether there may be anything to do."""
        return bool(self._for_files or self.purge_older or self._may_have_grown)

    def save_to_files(self, snapshot: Snapshot) -> None:
        """Have this snapshot written into a file, too, where its backend keeps any."""
        self._for_files[snapshot.domain] = snapshot

    def grew(self) -> None:
        """Snapshots were written into the database."""
        self._may_have_grown = True

    def work(self, live: int, written: Callable[[str], Version], *, busy: bool) -> None:
        """Do what is due. live: bytes of what is kept in the database. written: the version of a domain on disk. busy:
        others wait for the disk, so that what takes long is put off unless it is urgent."""
        self.trouble = None
        self._write_files()
        self._purge_older(written)
        self._compact(live, busy)

    def _write_files(self) -> None:
        for domain, snapshot in tuple(self._for_files.items()):
            with self._trying():
                self._store.backend(domain).save_to_files(snapshot)
                del self._for_files[domain]

    def _purge_older(self, written: Callable[[str], Version]) -> None:
        for domain, version in tuple(self.purge_older.items()):
            if written(domain) >= version and domain not in self._for_files:
                with self._trying():
                    self._store.keep_only(domain, version)
                    del self.purge_older[domain]

    def _compact(self, live: int, busy: bool) -> None:
        """Large values leave holes in the file that the next ones do not fit into."""
        if not self._may_have_grown:
            return
        limit = (URGENT if busy else 1) * (GROWN * live + SPARE)
        with self._trying():
            if self._store.size() > limit:
                self._store.database.compact()
            self._may_have_grown = busy

    @contextlib.contextmanager
    def _trying(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            self.trouble = error
