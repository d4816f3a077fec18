"""Does what the domains ask of the store, a batch at a time, and holds in memory what the disk does not take.

A failing disk raises nothing: it is reported in the answers and in `health`.
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from actors.kernel.message import Asker, Message
from actors.kernel.protocol.storage import (
    Buffered,
    Committed,
    ErasureRecorded,
    RecordErasure,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    SnapshotWanted,
    StateKilled,
    Version,
)
from actors.persistence.backup.backups import Backups
from actors.persistence.backup_service import BackupService
from actors.persistence.disk_health import DiskHealth
from actors.persistence.domain_log import DomainLog, Refusal
from actors.persistence.domain_logs import DomainLogs
from actors.persistence.internal import BackUpIfDue, CleanUp
from actors.persistence.kept_pictures import without_pictures
from actors.persistence.kept_voices import without_voices
from actors.persistence.maintenance import Maintenance
from actors.persistence.messages import MakeBackup
from actors.persistence.requests import Load, Save, StoreOutcome, StoreRequest
from actors.persistence.state_loads import StateLoads
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.errors import StoreError
from actors.persistence.store.snapshots.cache import SnapshotCache
from actors.persistence.store.store import Batch, Store
from config.schema import Storage

LONGEST_NAME = 60
NAME = re.compile(rf"[A-Za-z]\w{{0,{LONGEST_NAME - 1}}}", re.ASCII)


class WriteBehind:
    """The only user of its store. cache_ttl: seconds for which snapshots stay in memory after a read or write.

    voices: the folder of the kept voices, which are erased with their people. pictures: that of the kept pictures,
    all of which are erased with anybody."""

    def __init__(
        self,
        store: Store,
        storage: Storage | None = None,
        cache_ttl: float = 300.0,
        backups: Backups | None = None,
        monotonic: Callable[[], float] | None = None,
        wall: Callable[[], float] | None = None,
        voices: Path | None = None,
        pictures: Path | None = None,
    ) -> None:
        self.store = store
        self._voices = voices
        self._pictures = pictures
        self._monotonic, self._wall = monotonic or time.monotonic, wall or time.time
        self._storage = storage or Storage()
        self.health = DiskHealth()
        self.logs = DomainLogs(SnapshotCache(cache_ttl, self._monotonic))
        self._loads = StateLoads(store, self.logs, self.health, backups, self._wall)
        self.backup = BackupService(store, self.logs, self.health, self._loads, backups)
        self._maintenance = Maintenance(store)
        self._tombstones: dict[str, float] = {}
        self._withdrawn: frozenset[str] = frozenset()
        self._refused: dict[int, str] = {}
        self._flushed_at = self._monotonic()

    # -- the work

    def work(self, requests: Sequence[StoreRequest]) -> tuple[StoreOutcome, ...]:
        """`answer` every request, and `tidy`."""
        outcomes = self.answer(requests)
        self.tidy()
        return outcomes

    def answer(self, requests: Sequence[StoreRequest]) -> tuple[StoreOutcome, ...]:
        """Write everything in one transaction, then answer the loads. What nobody waits for is left to `tidy`."""
        self._notice_lost_database()
        self._withdrawn = frozenset()
        self._refused.clear()
        outcomes: list[StoreOutcome] = []
        accepted: list[tuple[StoreRequest, Save]] = []
        for request in requests:
            message = request.message
            if isinstance(message, SaveChange | SaveSnapshot):
                refusal = self._take(message, request.asker)
                if refusal is not None:
                    failed = SaveFailed(message.domain, message.version, refusal.why, refusal.snapshot)
                    outcomes.append(StoreOutcome(request.asker, failed))
                elif not isinstance(message, SaveSnapshot) or message.part + 1 == message.parts:
                    accepted.append((request, message))
            elif isinstance(message, RecordErasure):
                self._take_erasure(message)
            elif isinstance(message, StateKilled):
                self._loads.killed(message)
            elif isinstance(message, CleanUp):
                self.logs.sweep()
        everything = any(
            request.message is None or isinstance(request.message, Load | MakeBackup) for request in requests
        )
        self._flush(everything, check=any(request.message is None for request in requests))
        outcomes += [StoreOutcome(request.asker, self._saved(message)) for request, message in accepted]
        outcomes += self._notifications()
        for request in requests:
            outcomes += self._answered(request)
        return tuple(outcomes)

    def _answered(self, request: StoreRequest) -> Iterable[StoreOutcome]:
        """The answer to a request that saves nothing."""
        message = request.message
        if isinstance(message, Load):
            yield StoreOutcome(request.asker, self._loads.load(message))
            if self.logs.of(message.domain).asked and request.asker.address:
                # After damage the disk should soon have a snapshot that depends on nothing there.
                yield StoreOutcome(Asker(request.asker.address, ""), SnapshotWanted(message.domain))
        elif isinstance(message, RecordErasure):
            yield StoreOutcome(request.asker, self._erased(message))
        elif isinstance(message, MakeBackup):
            yield from self.backup.make(request, message)
        elif isinstance(message, BackUpIfDue) and self.backup.is_due:
            self._flush(everything=True, check=False)
            self.backup.make_due(request.cause)

    @property
    def is_untidy(self) -> bool:
        """Whether `tidy` may have something to do."""
        return self._maintenance.is_due

    def tidy(self, *, busy: bool = False) -> None:
        """Write snapshots into files, and compact the database. busy: requests wait for the disk."""
        if not self._maintenance.is_due:
            return
        live = sum(
            log.snapshot_bytes * self.store.backend(log.domain).keep + log.journal_bytes for log in self.logs
        )
        before = self._maintenance.trouble
        self._maintenance.work(live, lambda domain: self.logs.of(domain).written, busy=busy)
        if self._maintenance.trouble is not None:
            self.health.failed(self._maintenance.trouble)
        elif before is not None and self.health.trouble is before:
            self.health.works()

    def due_in(self) -> float | None:
        """Seconds until something should be written that is in memory only; None when nothing is."""
        if self.health.trouble is not None or not any(log.is_due for log in self.logs):
            return None
        return max(0.0, self._flushed_at + self._storage.snapshot_interval - self._monotonic())

    def close(self) -> None:
        """Close the store; what is not written stays in memory."""
        self.store.close(self.logs.written)

    # -- saving

    def _take_erasure(self, message: RecordErasure) -> None:
        """Note it, unless a kept voice or picture cannot be removed: what was not done is not said to be."""
        why = without_voices(self._voices, message.hashes) if self._voices is not None else ""
        why = why or (without_pictures(self._pictures) if self._pictures is not None else "")
        if why:
            self._refused[id(message)] = why
        else:
            self._tombstones |= dict.fromkeys(message.hashes, message.at)

    def _take(self, message: Save, asker: Asker) -> Refusal | None:
        name = message.domain
        if not NAME.fullmatch(name):
            return Refusal(f"a domain's name is a word of at most {LONGEST_NAME} letters, not {name[:100]!r}")
        self._loads.lives(name)
        log = self.logs.of(name)
        log.keeper = asker.address or log.keeper
        now = self._wall()
        if isinstance(message, SaveChange):
            return log.add(message, now)
        taken = log.take(message, now)
        if not isinstance(taken, Snapshot):
            return taken
        if message.purge_older:
            log.forget(taken.version)
            self.logs.cache.forget(name)
            self._maintenance.purge_older[name] = taken.version
        log.replace(taken)
        self.logs.cache.save(taken)
        self._maintenance.save_to_files(taken)
        return None

    def _saved(self, message: Save) -> Message:
        log = self.logs.of(message.domain)
        if message.version <= log.written:
            return Committed(message.domain, message.version)
        log.owed[log.keeper] = max(message.version, log.owed.get(log.keeper, Version()))
        trouble = self.health.trouble
        return Buffered(message.domain, message.version, str(trouble) if trouble is not None else "")

    def _notifications(self) -> Iterable[StoreOutcome]:
        """Committed for what is on disk now, and requests for snapshots."""
        for log in self.logs:
            for address, version in tuple(log.owed.items()):
                if version <= log.written:
                    del log.owed[address]
                    yield StoreOutcome(Asker(address, ""), Committed(log.domain, version))
            if log.keeper and not log.asked and log.wants_snapshot(self._storage.snapshot_changes):
                log.asked = True
                yield StoreOutcome(Asker(log.keeper, ""), SnapshotWanted(log.domain))

    def _flush(self, everything: bool, check: bool) -> None:
        """Write what is due."""
        now = self._monotonic()
        everything = everything or now - self._flushed_at >= self._storage.snapshot_interval
        due = [log for log in self.logs if log.is_due and (everything or self._writes_at_once(log))]
        batch = Batch(
            tuple(log.snapshot for log in due if log.snapshot is not None),
            tuple(change for log in due for change in log.changes),
            self._tombstones,
        )
        try:
            if due or self._tombstones:
                self.store.write(batch)
            elif check:
                self.store.check()
        except StoreError as error:
            self.health.failed(error)
            # Who asked is told that nothing was changed: nothing may come of it later.
            self._withdrawn, self._tombstones = frozenset(self._tombstones), {}
            return
        self._tombstones = {}
        for log in due:
            log.wrote()
        if everything:
            self._flushed_at = now
        self.health.rewritten(snapshot.domain for snapshot in batch.snapshots)
        if due or check:
            self.health.works(self._maintenance.trouble)
        if batch.snapshots:
            self._maintenance.grew()
        if self._maintenance.purge_older:
            self.tidy(busy=True)  # an erasure is acknowledged when nothing of it is left

    def _writes_at_once(self, log: DomainLog) -> bool:
        return log.domain in self._maintenance.purge_older or self.store.backend(log.domain).writes_at_once

    def _notice_lost_database(self) -> None:
        """Write everything in memory again if the database was removed while in use."""
        if not self.store.database.vanished:
            return
        path = self.store.database.path
        self.health.damaged("", f"{path} was removed while in use; its states are written again")
        self.store.close()
        self.logs.database_lost()

    def _erased(self, message: RecordErasure) -> Message:
        if self._withdrawn.intersection(message.hashes):
            return SaveFailed(message.domain, Version(), str(self.health.trouble))
        if why := self._refused.get(id(message)):
            return SaveFailed(message.domain, Version(), why)
        return ErasureRecorded(message.domain, message.hashes)
