"""Does what the domains ask of the store, a batch at a time, and keeps in memory what the disk would not take.

Never raises because of the disk: what went wrong is said in the answers, in `trouble` and in `damage`.
"""

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from actors.kernel.message import Asker, Message
from actors.kernel.protocol.storage import (
    Buffered,
    Committed,
    ErasureRecorded,
    LoadState,
    RecordErasure,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    SnapshotWanted,
    StateLoaded,
    StoredChange,
    Version,
)
from actors.persistence.backup.backups import Backups
from actors.persistence.backup.content import BackupContent, gathered
from actors.persistence.domain_log import DomainLog, Refusal
from actors.persistence.internal import BackUpIfDue, CleanUp
from actors.persistence.maintenance import Maintenance
from actors.persistence.messages import BackupFailed, BackupMade, MakeBackup
from actors.persistence.store.backends.memory import MemoryBackend
from actors.persistence.store.chain import Chain, Snapshot, best
from actors.persistence.store.encryption import Undecryptable
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store import Batch, Store
from config.schema import Storage

__all__ = ["Job", "StoreOutcome", "StoreRequest", "WriteBehind"]

log = logging.getLogger(__name__)

LONGEST_NAME = 60
NAME = re.compile(rf"[A-Za-z]\w{{0,{LONGEST_NAME - 1}}}", re.ASCII)

LARGEST_CACHED = 2**24
"""Bytes of a whole state beyond which it is not kept in memory."""

Save = SaveChange | SaveSnapshot


class StoreRequest(msgspec.Struct, frozen=True):
    """What an actor asked, and whom to answer; None: write all there is, or try whether the disk is well. cause: the
    asking message's id."""

    message: LoadState | Save | RecordErasure | MakeBackup | BackUpIfDue | CleanUp | None
    asker: Asker
    cause: str = ""


class StoreOutcome(msgspec.Struct, frozen=True):
    """An answer, and whose it is; news that nobody asked for, when the asker has no id."""

    asker: Asker
    message: Message


Job = Callable[[], StoreOutcome | None]


class WriteBehind:
    """The store's one user. trouble: why the disk does not work, None when it does. damage: by domain, what was found
    broken and set aside, until the domain's state is written whole again. backups: None where none can be made. aside:
    does what takes long elsewhere, and delivers what comes of it.

    cache_ttl: seconds that whole states stay in memory after they were read or written. monotonic, wall: the clocks.
    """

    def __init__(
        self,
        store: Store,
        storage: Storage | None = None,
        cache_ttl: float = 300.0,
        backups: Backups | None = None,
        monotonic: Callable[[], float] | None = None,
        wall: Callable[[], float] | None = None,
    ) -> None:
        self.store = store
        self._monotonic = monotonic or time.monotonic
        self._wall = wall or time.time
        self.backups = backups
        self.aside: Callable[[Job, str], None] = lambda job, cause: None
        self.trouble: StoreError | None = None
        self.damage: Mapping[str, str] = {}
        self.cache_ttl = cache_ttl
        self._storage = storage or Storage()
        # 0 means no cache; for the backend it would mean for ever.
        self._cache = MemoryBackend(lambda _: max(self.cache_ttl, 1e-6), self._monotonic)
        self._domain_logs: dict[str, DomainLog] = {}
        self._tombstones: dict[str, float] = {}
        self._upkeep = Maintenance(store)
        self._epochs: dict[str, int] = {}
        self._unread: dict[str, Undecryptable] = {}
        self._logged = ""
        self._flushed_at = self._monotonic()

    # -- the work

    def work(self, requests: Sequence[StoreRequest]) -> tuple[StoreOutcome, ...]:
        """`answer` every request, and `tidy`."""
        outcomes = self.answer(requests)
        self.tidy()
        return outcomes

    def answer(self, requests: Sequence[StoreRequest]) -> tuple[StoreOutcome, ...]:
        """The answer to every request: all that is to be written in one transaction, then the loads. What nobody has to
        wait for is left to `tidy`."""
        self._mind_the_file()
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
                self._tombstones |= dict.fromkeys(message.hashes, message.at)
            elif isinstance(message, CleanUp):
                self.sweep()
        everything = any(
            request.message is None or isinstance(request.message, LoadState | MakeBackup)
            for request in requests
        )
        self._flush(everything, check=any(request.message is None for request in requests))
        outcomes += [StoreOutcome(request.asker, self._saved(message)) for request, message in accepted]
        outcomes += self._settle(accepted)
        for request in requests:
            if isinstance(request.message, LoadState):
                outcomes.append(StoreOutcome(request.asker, self._load(request.message)))
                outcomes += self._mend(request)
            elif isinstance(request.message, RecordErasure):
                outcomes.append(StoreOutcome(request.asker, self._erased(request.message)))
            elif isinstance(request.message, MakeBackup):
                outcomes += self._back_up(request, request.message)
            elif isinstance(request.message, BackUpIfDue):
                self._back_up_if_due(request.cause)
        return tuple(outcomes)

    @property
    def is_untidy(self) -> bool:
        """Whether there may be something for `tidy` to do."""
        return self._upkeep.is_due

    def tidy(self, *, busy: bool = False) -> None:
        """Write copies into files, and the database anew when it has holes. busy: others wait for the disk."""
        if not self._upkeep.is_due:
            return
        live = sum(
            domain_log.whole_bytes * self._storage.domains.of(domain).keep + domain_log.journal_bytes
            for domain, domain_log in self._domain_logs.items()
        )
        before = self._upkeep.trouble
        self._upkeep.work(live, lambda domain: self._domain_log(domain).written, busy=busy)
        if self._upkeep.trouble is not None:
            self._stumble(self._upkeep.trouble)
        elif before is not None and self.trouble is before:
            self.trouble = self._still_unread

    def due_in(self) -> float | None:
        """Seconds until something that is in memory only should be written; None when nothing is."""
        if self.trouble is not None or not any(
            domain_log.is_due for domain_log in self._domain_logs.values()
        ):
            return None
        return max(0.0, self._flushed_at + self._storage.snapshot_interval - self._monotonic())

    def sweep(self) -> None:
        """Let go of what has been in memory for too long, and is on disk."""
        for domain in self._cache.sweep():
            domain_log = self._domain_logs.get(domain)
            if domain_log is not None and not domain_log.is_due:
                domain_log.recent.clear()

    def close(self) -> None:
        """Close the store; what is not written stays here."""
        written = {
            domain: domain_log.written
            for domain, domain_log in self._domain_logs.items()
            if domain_log.written.epoch
        }
        self.store.close(written)

    @property
    def unwritten(self) -> tuple[str, ...]:
        """The domains whose newest state is in memory only."""
        return tuple(domain for domain, domain_log in self._domain_logs.items() if domain_log.is_due)

    # -- saving

    def _take(self, message: Save, asker: Asker) -> Refusal | None:
        name = message.domain
        if not NAME.fullmatch(name):
            return Refusal(f"a domain's name is a word of at most {LONGEST_NAME} letters, not {name[:100]!r}")
        domain_log = self._domain_log(name)
        domain_log.keeper = asker.address or domain_log.keeper
        now = self._wall()
        if isinstance(message, SaveChange):
            return domain_log.add(message, now)
        taken = domain_log.take(message, now)
        if not isinstance(taken, Snapshot):
            return taken
        if message.purge_older:
            domain_log.forget(taken.version)
            self._cache.forget(name)
            self._upkeep.purge_older[name] = taken.version
        domain_log.replace(taken)
        self._remember(taken)
        if self._storage.domains.of(name).backend == "file":
            self._upkeep.copy(taken)
        return None

    def _saved(self, message: Save) -> Message:
        domain_log = self._domain_log(message.domain)
        if message.version <= domain_log.written:
            return Committed(message.domain, message.version)
        domain_log.owed[domain_log.keeper] = max(
            message.version, domain_log.owed.get(domain_log.keeper, Version())
        )
        return Buffered(
            message.domain, message.version, str(self.trouble) if self.trouble is not None else ""
        )

    def _settle(self, accepted: Iterable[tuple[StoreRequest, Save]]) -> Iterable[StoreOutcome]:
        """Tell who is still waiting for what is on disk now, and whose state should be written whole."""
        for domain_log in self._domain_logs.values():
            if domain_log.owed:
                for address, version in tuple(domain_log.owed.items()):
                    if version <= domain_log.written:
                        del domain_log.owed[address]
                        yield StoreOutcome(Asker(address, ""), Committed(domain_log.domain, version))
            if (
                domain_log.keeper
                and not domain_log.asked
                and domain_log.wants_whole(self._storage.snapshot_changes)
            ):
                domain_log.asked = True
                yield StoreOutcome(Asker(domain_log.keeper, ""), SnapshotWanted(domain_log.domain))

    def _flush(self, everything: bool, check: bool) -> None:
        """Write what is due."""
        now = self._monotonic()
        everything = everything or now - self._flushed_at >= self._storage.snapshot_interval
        due = [
            domain_log
            for domain_log in self._domain_logs.values()
            if domain_log.is_due and (everything or self._at_once(domain_log))
        ]
        batch = Batch(
            tuple(domain_log.snapshot for domain_log in due if domain_log.snapshot is not None),
            tuple(change for domain_log in due for change in domain_log.changes),
            self._tombstones,
        )
        try:
            if due or self._tombstones:
                self.store.write(batch)
            elif check:
                self.store.check()
        except StoreError as error:
            self._stumble(error)
            return
        self._tombstones = {}
        for domain_log in due:
            domain_log.wrote()
        if everything:
            self._flushed_at = now
        whole = {snapshot.domain for snapshot in batch.snapshots}
        if whole & self.damage.keys():
            self.damage = {
                domain: what for domain, what in self.damage.items() if domain and domain not in whole
            }
        if due or check:
            self.trouble = self._upkeep.trouble or self._still_unread
        if batch.snapshots:
            self._upkeep.grew()
        if self._upkeep.purge_older:
            self.tidy(busy=True)  # that it is forgotten is said when nothing of it is left

    def _at_once(self, domain_log: DomainLog) -> bool:
        return (
            domain_log.domain in self._upkeep.purge_older
            or self._storage.domains.of(domain_log.domain).backend != "memory"
        )

    def _mind_the_file(self) -> None:
        """A database that was removed under us is begun anew, with all that is known here."""
        if not self.store.database.vanished:
            return
        self._report("", f"{self.store.database.path} was removed while in use; its states are written anew")
        self.store.close()
        for domain_log in self._domain_logs.values():
            chain = self._recall(domain_log)
            if chain is None:
                domain_log.newest = None  # the next change is refused, and the whole state handed over
            else:
                domain_log.snapshot, domain_log.changes = chain.snapshot, list(chain.changes)
                domain_log.written = Version()

    def _erased(self, message: RecordErasure) -> Message:
        if self._tombstones:
            return SaveFailed(message.domain, Version(), str(self.trouble))
        return ErasureRecorded(message.domain, message.hashes)

    # -- loading

    def _load(self, message: LoadState) -> StateLoaded:
        domain, refused = message.domain, message.refused
        domain_log = self._domain_log(domain)
        chain = self._recall(domain_log) if not refused else None
        note = ""
        try:
            if chain is None:
                read = self.store.read(domain, in_files=self._in_files(domain), refused=refused)
                chain, note = read.chain, "; ".join(read.damaged)
            epoch = self.store.open_epoch(domain, max(self._epochs.get(domain, 0), self._epoch_of(chain)))
            erased = {**self.store.tombstones(), **self._tombstones}
        except StoreError as error:
            self._stumble(error)
            chain = chain or self._peek(domain)
            if chain is None:
                if isinstance(error, Undecryptable):
                    self._unread[domain] = error
                return StateLoaded(domain, 0, held=False, note=str(error))
            epoch = max(self._epochs.get(domain, 0) + 1, self._epoch_of(chain) + 1, int(self._wall()))
            erased, note = dict(self._tombstones), f"not from the disk: {error}"
        else:
            self._unread.pop(domain, None)
            if not self.unwritten:
                self.trouble = self._still_unread
        if chain is not None and domain_log.changes and not refused:
            # The changes that the disk has not taken yet follow on what is there.
            chain, _ = best((chain.snapshot,), (*chain.changes, *domain_log.changes))
            assert chain is not None
        self._epochs[domain] = epoch
        if note:
            self._report(domain, f"{self.store.database.path}: {note}")
        self._adopt(domain_log, chain, damaged=bool(note or refused))
        return self._loaded(domain, chain, epoch, erased, note)

    def _mend(self, request: StoreRequest) -> Iterable[StoreOutcome]:
        """After damage: what is whole now should soon stand whole on the disk, and depend on nothing there."""
        message = request.message
        if (
            isinstance(message, LoadState)
            and self._domain_log(message.domain).asked
            and request.asker.address
        ):
            yield StoreOutcome(Asker(request.asker.address, ""), SnapshotWanted(message.domain))

    def _adopt(self, domain_log: DomainLog, chain: Chain | None, damaged: bool) -> None:
        if domain_log.is_due:
            return  # it is in memory, and newer than the disk
        domain_log.loaded(chain)
        if chain is not None:
            self._remember(chain.snapshot)
        if damaged:
            domain_log.newest, domain_log.asked = None, chain is not None

    def _remember(self, snapshot: Snapshot) -> None:
        """Keep it in memory for a while, unless it is so large that it had better be read again."""
        if snapshot.size <= LARGEST_CACHED:
            self._cache.save(snapshot)
        else:
            self._cache.forget(snapshot.domain)

    def _loaded(
        self, domain: str, chain: Chain | None, epoch: int, erased: Mapping[str, float], note: str
    ) -> StateLoaded:
        if self.store.database.notice:
            self._report("", self.store.database.notice)
            self.store.database.notice = ""
        if chain is None:
            return StateLoaded(domain, epoch, erased=erased, note=note)
        policy = self._storage.domains.of(domain)
        age = self._wall() - chain.saved_at
        return StateLoaded(
            domain,
            epoch,
            chain.version,
            chain.snapshot.schema,
            chain.snapshot.parts,
            tuple(StoredChange(change.schema, change.payload) for change in chain.changes),
            expired=policy.backend == "memory" and 0.0 < policy.ttl < age,
            erased=erased,
            note=note,
        )

    @property
    def _still_unread(self) -> StoreError | None:
        """A disk that is well does not help whoever cannot decrypt what is on it."""
        return next(iter(self._unread.values()), None)

    def _peek(self, domain: str) -> Chain | None:
        """What can be read while nothing can be written."""
        try:
            return self.store.peek(domain, in_files=self._in_files(domain))
        except StoreError:
            return None

    def _recall(self, domain_log: DomainLog) -> Chain | None:
        """The newest state, if it is whole in memory."""
        found = (
            (domain_log.snapshot,)
            if domain_log.snapshot is not None
            else self._cache.load(domain_log.domain).snapshots
        )
        if not found or domain_log.newest is None:
            return None
        chain, _ = best(found, domain_log.recent)
        return chain if chain is not None and chain.version == domain_log.newest else None

    def _in_files(self, domain: str) -> bool:
        return self._storage.domains.of(domain).backend == "file"

    def _epoch_of(self, chain: Chain | None) -> int:
        return chain.version.epoch if chain is not None else 0

    def _domain_log(self, domain: str) -> DomainLog:
        if domain not in self._domain_logs:
            self._domain_logs[domain] = DomainLog(domain)
        return self._domain_logs[domain]

    # -- backups

    def _back_up(self, request: StoreRequest, message: MakeBackup) -> Iterable[StoreOutcome]:
        """What is there now is looked up now; the file is written aside, so that no state has to wait for it."""
        if self.backups is None:
            return (StoreOutcome(request.asker, BackupFailed("no backups are made here", "")),)
        try:
            content = self._content()
        except StoreError as error:
            return (StoreOutcome(request.asker, BackupFailed(str(error), error.remedy)),)
        backups = self.backups
        self.aside(lambda: StoreOutcome(request.asker, _backed_up(backups, content, message)), request.cause)
        return ()

    def _back_up_if_due(self, cause: str) -> None:
        if self.backups is None or not self.backups.is_due():
            return
        self._flush(everything=True, check=False)
        try:
            content = self._content()
        except StoreError as error:
            self.backups.failed(error)
            return
        self.backups.at_work = True
        backups = self.backups
        self.aside(lambda: backups.make_due(content), cause)

    def _content(self) -> BackupContent:
        """All there is. Raises StoreError when the disk does not have all of it: a backup must not lack anything."""
        if self.trouble is not None:
            raise self.trouble
        if lost := self.unwritten:
            raise StoreError(
                f"{self.store.database.path}: not written yet: {', '.join(lost)}",
                "look at `supervisor status`",
            )
        return gathered(self.store, self._known, self._in_files, self._epochs)

    def _known(self, domain: str) -> Chain | None:
        return self._recall(self._domain_logs[domain]) if domain in self._domain_logs else None

    # -- reporting

    def _stumble(self, error: StoreError) -> None:
        if self._logged != str(error):
            self._logged = str(error)
            log.warning("%s; going on in memory", error)
        self.trouble = error

    def _report(self, domain: str, what: str) -> None:
        log.warning("%s", what)
        # Replaced whole: another thread reads it.
        self.damage = {**self.damage, domain: what}


def _backed_up(backups: Backups, content: BackupContent, message: MakeBackup) -> Message:
    try:
        made = backups.make(content, Path(message.to) if message.to else None, encrypt=message.encrypt)
    except StoreError as error:
        return BackupFailed(str(error), error.remedy)
    return BackupMade(str(made.path), made.size, tuple(made.content.chains), made.header.sealed)
