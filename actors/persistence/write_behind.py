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
from actors.kernel.protocol import (
    Buried,
    Bury,
    Committed,
    Kept,
    LoadState,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    SnapshotWanted,
    StateLoaded,
    StoredChange,
    Version,
)
from actors.persistence.backup.backups import Backups
from actors.persistence.backup.content import Content, gathered
from actors.persistence.domain_log import Ledger, Refusal
from actors.persistence.internal import BackUpIfDue, CleanUp
from actors.persistence.maintenance import Upkeep
from actors.persistence.messages import BackupFailed, BackupMade, MakeBackup
from actors.persistence.store.backends.memory import MemoryBackend
from actors.persistence.store.chain import Chain, Snapshot, best
from actors.persistence.store.encryption import Undecryptable
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store import Batch, Store
from config.schema import Storage

__all__ = ["Clerk", "Job", "Outcome", "Request"]

log = logging.getLogger(__name__)

LONGEST_NAME = 60
NAME = re.compile(rf"[A-Za-z]\w{{0,{LONGEST_NAME - 1}}}", re.ASCII)

LARGEST_CACHED = 2**24
"""Bytes of a whole state beyond which it is not kept in memory."""

Save = SaveChange | SaveSnapshot


class Request(msgspec.Struct, frozen=True):
    """What an actor asked, and whom to answer; None: write all there is, or try whether the disk is well. cause: the
    asking message's id."""

    message: LoadState | Save | Bury | MakeBackup | BackUpIfDue | CleanUp | None
    asker: Asker
    cause: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """An answer, and whose it is; news that nobody asked for, when the asker has no id."""

    asker: Asker
    message: Message


Job = Callable[[], Outcome | None]


class Clerk:
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
        self._ledgers: dict[str, Ledger] = {}
        self._graves: dict[str, float] = {}
        self._upkeep = Upkeep(store)
        self._epochs: dict[str, int] = {}
        self._unread: dict[str, Undecryptable] = {}
        self._logged = ""
        self._flushed_at = self._monotonic()

    # -- the work

    def work(self, requests: Sequence[Request]) -> tuple[Outcome, ...]:
        """`answer` every request, and `tidy`."""
        outcomes = self.answer(requests)
        self.tidy()
        return outcomes

    def answer(self, requests: Sequence[Request]) -> tuple[Outcome, ...]:
        """The answer to every request: all that is to be written in one transaction, then the loads. What nobody has to
        wait for is left to `tidy`."""
        self._mind_the_file()
        outcomes: list[Outcome] = []
        accepted: list[tuple[Request, Save]] = []
        for request in requests:
            message = request.message
            if isinstance(message, SaveChange | SaveSnapshot):
                refusal = self._take(message, request.asker)
                if refusal is not None:
                    failed = SaveFailed(message.domain, message.version, refusal.why, refusal.snapshot)
                    outcomes.append(Outcome(request.asker, failed))
                elif not isinstance(message, SaveSnapshot) or message.part + 1 == message.parts:
                    accepted.append((request, message))
            elif isinstance(message, Bury):
                self._graves |= dict.fromkeys(message.hashes, message.at)
            elif isinstance(message, CleanUp):
                self.sweep()
        everything = any(
            request.message is None or isinstance(request.message, LoadState | MakeBackup)
            for request in requests
        )
        self._flush(everything, check=any(request.message is None for request in requests))
        outcomes += [Outcome(request.asker, self._saved(message)) for request, message in accepted]
        outcomes += self._settle(accepted)
        for request in requests:
            if isinstance(request.message, LoadState):
                outcomes.append(Outcome(request.asker, self._load(request.message)))
                outcomes += self._mend(request)
            elif isinstance(request.message, Bury):
                outcomes.append(Outcome(request.asker, self._buried(request.message)))
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
            ledger.whole_bytes * self._storage.domains.of(domain).keep + ledger.journal_bytes
            for domain, ledger in self._ledgers.items()
        )
        before = self._upkeep.trouble
        self._upkeep.work(live, lambda domain: self._ledger(domain).written, busy=busy)
        if self._upkeep.trouble is not None:
            self._stumble(self._upkeep.trouble)
        elif before is not None and self.trouble is before:
            self.trouble = self._still_unread

    def due_in(self) -> float | None:
        """Seconds until something that is in memory only should be written; None when nothing is."""
        if self.trouble is not None or not any(ledger.is_due for ledger in self._ledgers.values()):
            return None
        return max(0.0, self._flushed_at + self._storage.snapshot_interval - self._monotonic())

    def sweep(self) -> None:
        """Let go of what has been in memory for too long, and is on disk."""
        for domain in self._cache.sweep():
            ledger = self._ledgers.get(domain)
            if ledger is not None and not ledger.is_due:
                ledger.recent.clear()

    def close(self) -> None:
        """Close the store; what is not written stays here."""
        written = {domain: ledger.written for domain, ledger in self._ledgers.items() if ledger.written.epoch}
        self.store.close(written)

    @property
    def unwritten(self) -> tuple[str, ...]:
        """The domains whose newest state is in memory only."""
        return tuple(domain for domain, ledger in self._ledgers.items() if ledger.is_due)

    # -- saving

    def _take(self, message: Save, asker: Asker) -> Refusal | None:
        name = message.domain
        if not NAME.fullmatch(name):
            return Refusal(f"a domain's name is a word of at most {LONGEST_NAME} letters, not {name[:100]!r}")
        ledger = self._ledger(name)
        ledger.keeper = asker.address or ledger.keeper
        now = self._wall()
        if isinstance(message, SaveChange):
            return ledger.add(message, now)
        taken = ledger.take(message, now)
        if not isinstance(taken, Snapshot):
            return taken
        if message.alone:
            ledger.forget(taken.version)
            self._cache.forget(name)
            self._upkeep.alone[name] = taken.version
        ledger.replace(taken)
        self._remember(taken)
        if self._storage.domains.of(name).backend == "file":
            self._upkeep.copy(taken)
        return None

    def _saved(self, message: Save) -> Message:
        ledger = self._ledger(message.domain)
        if message.version <= ledger.written:
            return Committed(message.domain, message.version)
        ledger.owed[ledger.keeper] = max(message.version, ledger.owed.get(ledger.keeper, Version()))
        return Kept(message.domain, message.version, str(self.trouble) if self.trouble is not None else "")

    def _settle(self, accepted: Iterable[tuple[Request, Save]]) -> Iterable[Outcome]:
        """Tell who is still waiting for what is on disk now, and whose state should be written whole."""
        for ledger in self._ledgers.values():
            if ledger.owed:
                for address, version in tuple(ledger.owed.items()):
                    if version <= ledger.written:
                        del ledger.owed[address]
                        yield Outcome(Asker(address, ""), Committed(ledger.domain, version))
            if ledger.keeper and not ledger.asked and ledger.wants_whole(self._storage.snapshot_changes):
                ledger.asked = True
                yield Outcome(Asker(ledger.keeper, ""), SnapshotWanted(ledger.domain))

    def _flush(self, everything: bool, check: bool) -> None:
        """Write what is due."""
        now = self._monotonic()
        everything = everything or now - self._flushed_at >= self._storage.snapshot_interval
        due = [
            ledger
            for ledger in self._ledgers.values()
            if ledger.is_due and (everything or self._at_once(ledger))
        ]
        batch = Batch(
            tuple(ledger.snapshot for ledger in due if ledger.snapshot is not None),
            tuple(change for ledger in due for change in ledger.changes),
            self._graves,
        )
        try:
            if due or self._graves:
                self.store.write(batch)
            elif check:
                self.store.check()
        except StoreError as error:
            self._stumble(error)
            return
        self._graves = {}
        for ledger in due:
            ledger.wrote()
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
        if self._upkeep.alone:
            self.tidy(busy=True)  # that it is forgotten is said when nothing of it is left

    def _at_once(self, ledger: Ledger) -> bool:
        return (
            ledger.domain in self._upkeep.alone or self._storage.domains.of(ledger.domain).backend != "memory"
        )

    def _mind_the_file(self) -> None:
        """A database that was removed under us is begun anew, with all that is known here."""
        if not self.store.database.vanished:
            return
        self._report("", f"{self.store.database.path} was removed while in use; its states are written anew")
        self.store.close()
        for ledger in self._ledgers.values():
            chain = self._recall(ledger)
            if chain is None:
                ledger.newest = None  # the next change is refused, and the whole state handed over
            else:
                ledger.snapshot, ledger.changes = chain.snapshot, list(chain.changes)
                ledger.written = Version()

    def _buried(self, message: Bury) -> Message:
        if self._graves:
            return SaveFailed(message.domain, Version(), str(self.trouble))
        return Buried(message.domain, message.hashes)

    # -- loading

    def _load(self, message: LoadState) -> StateLoaded:
        domain, refused = message.domain, message.refused
        ledger = self._ledger(domain)
        chain = self._recall(ledger) if not refused else None
        note = ""
        try:
            if chain is None:
                read = self.store.read(domain, in_files=self._in_files(domain), refused=refused)
                chain, note = read.chain, "; ".join(read.damaged)
            epoch = self.store.open_epoch(domain, max(self._epochs.get(domain, 0), self._epoch_of(chain)))
            buried = {**self.store.graves(), **self._graves}
        except StoreError as error:
            self._stumble(error)
            chain = chain or self._peek(domain)
            if chain is None:
                if isinstance(error, Undecryptable):
                    self._unread[domain] = error
                return StateLoaded(domain, 0, held=False, note=str(error))
            epoch = max(self._epochs.get(domain, 0) + 1, self._epoch_of(chain) + 1, int(self._wall()))
            buried, note = dict(self._graves), f"not from the disk: {error}"
        else:
            self._unread.pop(domain, None)
            if not self.unwritten:
                self.trouble = self._still_unread
        if chain is not None and ledger.changes and not refused:
            # The changes that the disk has not taken yet follow on what is there.
            chain, _ = best((chain.snapshot,), (*chain.changes, *ledger.changes))
            assert chain is not None
        self._epochs[domain] = epoch
        if note:
            self._report(domain, f"{self.store.database.path}: {note}")
        self._adopt(ledger, chain, damaged=bool(note or refused))
        return self._loaded(domain, chain, epoch, buried, note)

    def _mend(self, request: Request) -> Iterable[Outcome]:
        """After damage: what is whole now should soon stand whole on the disk, and depend on nothing there."""
        message = request.message
        if isinstance(message, LoadState) and self._ledger(message.domain).asked and request.asker.address:
            yield Outcome(Asker(request.asker.address, ""), SnapshotWanted(message.domain))

    def _adopt(self, ledger: Ledger, chain: Chain | None, damaged: bool) -> None:
        if ledger.is_due:
            return  # it is in memory, and newer than the disk
        ledger.loaded(chain)
        if chain is not None:
            self._remember(chain.snapshot)
        if damaged:
            ledger.newest, ledger.asked = None, chain is not None

    def _remember(self, snapshot: Snapshot) -> None:
        """Keep it in memory for a while, unless it is so large that it had better be read again."""
        if snapshot.size <= LARGEST_CACHED:
            self._cache.save(snapshot)
        else:
            self._cache.forget(snapshot.domain)

    def _loaded(
        self, domain: str, chain: Chain | None, epoch: int, buried: Mapping[str, float], note: str
    ) -> StateLoaded:
        if self.store.database.notice:
            self._report("", self.store.database.notice)
            self.store.database.notice = ""
        if chain is None:
            return StateLoaded(domain, epoch, buried=buried, note=note)
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
            buried=buried,
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

    def _recall(self, ledger: Ledger) -> Chain | None:
        """The newest state, if it is whole in memory."""
        found = (
            (ledger.snapshot,) if ledger.snapshot is not None else self._cache.load(ledger.domain).snapshots
        )
        if not found or ledger.newest is None:
            return None
        chain, _ = best(found, ledger.recent)
        return chain if chain is not None and chain.version == ledger.newest else None

    def _in_files(self, domain: str) -> bool:
        return self._storage.domains.of(domain).backend == "file"

    def _epoch_of(self, chain: Chain | None) -> int:
        return chain.version.epoch if chain is not None else 0

    def _ledger(self, domain: str) -> Ledger:
        if domain not in self._ledgers:
            self._ledgers[domain] = Ledger(domain)
        return self._ledgers[domain]

    # -- backups

    def _back_up(self, request: Request, message: MakeBackup) -> Iterable[Outcome]:
        """What is there now is looked up now; the file is written aside, so that no state has to wait for it."""
        if self.backups is None:
            return (Outcome(request.asker, BackupFailed("no backups are made here", "")),)
        try:
            content = self._content()
        except StoreError as error:
            return (Outcome(request.asker, BackupFailed(str(error), error.remedy)),)
        backups = self.backups
        self.aside(lambda: Outcome(request.asker, _backed_up(backups, content, message)), request.cause)
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

    def _content(self) -> Content:
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
        return self._recall(self._ledgers[domain]) if domain in self._ledgers else None

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


def _backed_up(backups: Backups, content: Content, message: MakeBackup) -> Message:
    try:
        made = backups.make(content, Path(message.to) if message.to else None, encrypt=message.encrypt)
    except StoreError as error:
        return BackupFailed(str(error), error.remedy)
    return BackupMade(str(made.path), made.size, tuple(made.content.chains), made.header.sealed)
