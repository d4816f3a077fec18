"""What follows on a write: copies in files, nothing older of what was to be forgotten, and a database without holes."""

import contextlib
from collections.abc import Callable, Iterator

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store import Store

__all__ = ["Maintenance"]

GROWN, SPARE = 1.5, 2**25
"""A database may be so many times as large as what is kept in it, and have so many bytes more. While a copy is written
there are one more than are kept, which of two makes half as much again."""
URGENT = 2
"""Beyond so many times that it is written anew even while others wait."""


class Maintenance:
    """Nothing here raises because of the disk. trouble: why something could not be done, which is tried again; None
    when all was done. alone: by domain, the version before which nothing may be kept."""

    def __init__(self, store: Store) -> None:
        self.trouble: StoreError | None = None
        self.purge_older: dict[str, Version] = {}
        self._store = store
        self._copies: dict[str, Snapshot] = {}
        self._may_have_grown = False

    @property
    def is_due(self) -> bool:
        """Whether there may be anything to do."""
        return bool(self._copies or self.purge_older or self._may_have_grown)

    def copy(self, snapshot: Snapshot) -> None:
        """Have this copy written into a file, too."""
        self._copies[snapshot.domain] = snapshot

    def grew(self) -> None:
        """Whole copies were written into the database."""
        self._may_have_grown = True

    def work(self, live: int, written: Callable[[str], Version], *, busy: bool) -> None:
        """Do what is due. live: bytes of what is kept in the database. written: to which version a domain is on disk.
        busy: others wait for the disk, so that what takes long is put off unless it is urgent."""
        self.trouble = None
        self._write_copies()
        self._forget_older(written)
        self._keep_small(live, busy)

    def _write_copies(self) -> None:
        for domain, snapshot in tuple(self._copies.items()):
            with self._trying():
                if self._store.files is not None:
                    self._store.files.save(snapshot)
                del self._copies[domain]

    def _forget_older(self, written: Callable[[str], Version]) -> None:
        for domain, version in tuple(self.purge_older.items()):
            if written(domain) >= version and domain not in self._copies:
                with self._trying():
                    self._store.keep_only(domain, version)
                    del self.purge_older[domain]

    def _keep_small(self, live: int, busy: bool) -> None:
        """Large values leave holes in the database that the next ones do not fit into: it is written anew when it has
        grown far beyond what is in it."""
        if not self._may_have_grown:
            return
        limit = (URGENT if busy else 1) * (GROWN * live + SPARE)
        with self._trying():
            if self._store.size() > limit:
                self._store.compact()
            self._may_have_grown = busy

    @contextlib.contextmanager
    def _trying(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            self.trouble = error
