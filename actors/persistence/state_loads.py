"""Answers LoadState and SetStateAside: with the newest state, from memory or from the disk, in a new epoch."""

import contextlib
from collections.abc import Callable, Mapping

import msgspec

from actors.kernel.protocol.storage import (
    LoadState,
    SetStateAside,
    StateKilled,
    StateLoaded,
    StoredChange,
    Version,
)
from actors.persistence.backup.backups import Backups
from actors.persistence.disk_health import DiskHealth
from actors.persistence.domain_logs import DomainLogs
from actors.persistence.requests import Load
from actors.persistence.store.chain import Chain, best
from actors.persistence.store.encryption import KeyUnavailable
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store import Store

Clock = Callable[[], float]
KILLS = 2
"""Deaths of a stored state after which an older one is used; after one more a new one is begun."""


class StateLoads:
    """epochs: the newest opened one of each domain, on disk or in memory only. wall: epoch seconds."""

    def __init__(
        self, store: Store, logs: DomainLogs, health: DiskHealth, backups: Backups | None, wall: Clock
    ) -> None:
        self.epochs: dict[str, int] = {}
        self._killed: dict[str, tuple[Version, ...]] = {}
        self._store, self._logs, self._health = store, logs, health
        self._backups, self._wall = backups, wall

    def killed(self, message: StateKilled) -> None:
        """Note that an actor died of a state that it was given."""
        self._killed[message.domain] = (*self._killed.get(message.domain, ()), message.version)

    def lives(self, domain: str) -> None:
        """Note that an actor took its state, and works with it."""
        self._killed.pop(domain, None)

    def load(self, message: Load) -> StateLoaded:
        """The state of a domain; not held when it cannot be read."""
        domain, log = message.domain, self._logs.of(message.domain)
        refused = message.refused if isinstance(message, LoadState) else ()
        killed = self._killed.get(domain, ())
        chain, note = None, ""
        erased: Mapping[str, float] = {}
        try:
            if isinstance(message, SetStateAside):
                note = self._set_aside(domain)
            elif len(killed) > KILLS:
                note = self._set_aside(domain, killed)
            elif len(killed) == KILLS:
                note, refused = self._set_aside(domain, killed), (*refused, *killed)
                chain, _ = self._found(domain, refused)
            else:
                chain, note = self._found(domain, refused)
            opened = max(self.epochs.get(domain, 0), _epoch_of(chain))
            epoch = self._store.open_epoch(domain, opened)
            erased = self._store.read_tombstones()
        except StoreError as error:
            self._health.failed(error)
            if chain is None:
                with contextlib.suppress(StoreError):
                    chain = self._store.peek(domain)
            if chain is None or isinstance(message, SetStateAside) or len(killed) >= KILLS:
                if isinstance(error, KeyUnavailable):
                    self._health.unreadable(domain, error)
                return StateLoaded(domain, 0, held=False, note=str(error))
            epoch = max(self.epochs.get(domain, 0) + 1, _epoch_of(chain) + 1, int(self._wall()))
            note = f"not from the disk: {error}"
        else:
            self._health.readable(domain)
            if not self._logs.unwritten:
                self._health.works()
        if chain is not None and log.changes and not refused:
            # The changes that the disk has not taken yet follow on what is there.
            chain, _ = best((chain.snapshot,), (*chain.changes, *log.changes))
        self.epochs[domain] = epoch
        if note:
            # Of a state that was set aside it is still said when the new one is written.
            what = f"{domain} was set aside" if len(killed) >= KILLS else domain
            self._health.damaged(what, f"{self._store.database.path}: {note}")
        self._logs.loaded(domain, chain, damaged=bool(note or refused))
        return self._loaded(domain, chain, epoch, erased, note)

    def _found(self, domain: str, refused: tuple[Version, ...]) -> tuple[Chain | None, str]:
        """The newest state, and what was damaged. Raises StoreError."""
        chain = self._logs.newest(domain) if not refused else None
        if chain is not None:
            return chain, ""
        read = self._store.read(domain, refused=refused)
        return read.chain, "; ".join(read.damaged)

    def _set_aside(self, domain: str, killed: tuple[Version, ...] = ()) -> str:
        """Keep what is stored in a backup of its own; the text of a note on it. Raises StoreError. killed: the versions
        of which its actor died; none if it is too old."""
        self._logs.cache.forget(domain)
        chain = self._store.read(domain).chain
        if chain is None:
            return ""
        if self._backups is None:
            raise StoreError(f"{domain} cannot be set aside: no backups are made here", "")
        why = f"is stored in schema version {chain.snapshot.schema}, of an earlier version of Gerald"
        if killed:
            why = f"died {len(killed)} times in a row of its stored state, version {killed[0]}"
        return f"{domain} {why}: it was set aside as {self._backups.set_aside(domain, chain)}"

    def _loaded(
        self, domain: str, chain: Chain | None, epoch: int, erased: Mapping[str, float], note: str
    ) -> StateLoaded:
        if self._store.database.notice:
            self._health.damaged("", self._store.database.notice)
            self._store.database.notice = ""
        if chain is None:
            return StateLoaded(domain, epoch, erased=erased, note=note)
        snapshot, changes = chain.snapshot, tuple(StoredChange(c.schema, c.payload) for c in chain.changes)
        expired = self._store.backend(domain).has_expired(chain.saved_at, self._wall())
        older = any(at > snapshot.saved_at for at in erased.values())
        loaded = StateLoaded(domain, epoch, chain.version, snapshot.schema, snapshot.parts, changes, expired)
        return msgspec.structs.replace(loaded, erased=erased, note=note, older=older)


def _epoch_of(chain: Chain | None) -> int:
    return chain.version.epoch if chain is not None else 0
