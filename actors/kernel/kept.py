"""An actor whose one state persistence keeps: loaded before it works, handed over change by change, whole when wanted.

What is handed over is the difference to what was handed over before; between handing over and the answer further
changes gather, so that the disk sets the pace and nothing queues up.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.document import (
    Document,
    Migration,
    Subscription,
    TooNew,
    Unfit,
    count_parts,
    encoded_part,
    restored,
)
from actors.kernel.message import Asker, Message
from actors.kernel.patch import Path, difference, pack
from actors.kernel.protocol import (
    Committed,
    Health,
    Kept,
    LoadState,
    SaveChange,
    SaveSnapshot,
    SnapshotWanted,
    StateLoaded,
    Version,
)

__all__ = ["PERSISTENCE", "RETRY_AFTER", "KeptActor"]

PERSISTENCE = "persistence"
RETRY_AFTER = (1.0, 2.0, 5.0, 10.0, 30.0)
LOAD_AGAIN = 5.0
TRIES = 10
"""Stored states that may turn out to be of no use before it begins anew."""

S = TypeVar("S", bound=msgspec.Struct)


class SaveDue(Message):
    """A domain's own reminder to hand what changed to persistence."""


class SnapshotDue(Message):
    """A domain's own reminder to encode the next part of its state."""


class LoadDue(Message):
    """A domain's own reminder to ask for its stored state once more."""


class _Snapshot(msgspec.Struct, frozen=True):
    """The whole state on its way to persistence: `part` is the next of `parts`."""

    document: Document[Any]
    version: Version
    parts: int
    part: int = 0


class KeptActor(Actor, Generic[S]):
    """domain: its name, in the store too. initial: the state before anything happened. save_delay: seconds within
    which changes are handed over as one; 0 hands over at once. schema: the stored form, which `migrations` reach from
    each before it. parted: a field whose mapping grows large, and is stored in parts.
    """

    deterministic = True
    starts_ready = False
    domain: ClassVar[str]
    schema: ClassVar[int] = 1
    migrations: ClassVar[Mapping[int, Migration]] = {}
    parted: ClassVar[str] = ""
    save_delay: ClassVar[float] = 0.0
    load_within: ClassVar[float] = 10.0

    def __init__(self, initial: S) -> None:
        self.state: S = initial
        self.version = Version()
        self.committed = Version()
        self.subscriptions: tuple[Subscription, ...] = ()
        self._initial = initial
        self._base: Document[S] | None = (
            None  # what was handed over last; None: nothing that could be built on
        )
        self._base_version = Version()
        self._paths: list[Path] | None = []  # where alone the state differs from that; None: anywhere
        self._snapshot: _Snapshot | None = None
        self._whole_version = Version()  # the newest that was handed over whole
        self._wanted = self._busy = self._due = False
        self._detached = True  # nothing may be handed over: what is stored is not known, or not ours to touch
        self._refused: tuple[Version, ...] = ()
        self._failures = 0
        self._trouble = self._lives = False
        self._waiting: tuple[tuple[Version, Asker], ...] = ()

    # -- what a domain may say of itself

    def validate(self, state: S, before: S) -> tuple[str, ...]:
        """Every reason why `state` must not be; none when it is sound. `before` is known to be sound. Pure."""
        return ()

    def restored(self) -> None:
        """Run once, when the state has been loaded, or could not be."""

    def expired(self, state: S) -> S:
        """What is left of a stored state that is older than it may become."""
        return self._initial

    def forget(self, state: S, buried: Mapping[str, float]) -> S:
        """The stored state without what was to be forgotten: by hash, and since when (epoch seconds)."""
        return state

    def merged(self, stored: S, interim: S) -> S:
        """The state when the stored one could be read at last, and the interim one had begun from nothing."""
        return stored

    # -- loading

    def on_start(self) -> None:
        self._load()

    def _load(self) -> None:
        self.ask(
            PERSISTENCE, LoadState(self.domain, self._refused), then="on_loaded", within=self.load_within
        )

    def on_loaded(self, answer: Reply | AskFailed) -> None:
        if isinstance(answer, Reply) and isinstance(answer.message, StateLoaded):
            if answer.message.held:
                self._restore(answer.message)
                return
            why = answer.message.note
        else:
            why = answer.reason if isinstance(answer, AskFailed) else type(answer.message).__name__
        self.after(LOAD_AGAIN, LoadDue())
        self._complain(
            f"the stored state could not be read ({why}); going on in memory, trying again",
            "look at `supervisor status` for persistence, and at the free space of the disk",
        )
        self._live()

    @handles
    def on_load_due(self, message: LoadDue) -> None:
        self._load()

    def _restore(self, loaded: StateLoaded) -> None:
        if not loaded.parts:
            self._begin_life(Version(loaded.epoch, 0), None, loaded)
            return
        try:
            document = restored(
                Document(self._initial),
                loaded.parts,
                ((change.schema, change.patch) for change in loaded.changes),
                parted=self.parted,
                schema=loaded.schema,
                now=self.schema,
                migrations=self.migrations,
            )
            if faults := self.validate(document.state, self._initial):
                raise Unfit(f"it is invalid: {'; '.join(faults[:3])}")
        except TooNew as error:
            self._complain(f"the stored state is not touched: {error}; in memory only", "update Gerald")
            self._live()
        except Unfit as error:
            self._refuse(loaded, str(error))
        else:
            self._begin_life(Version(loaded.epoch, 0), document, loaded)

    def _refuse(self, loaded: StateLoaded, why: str) -> None:
        """What is stored is whole, and yet no state: ask for what was before it."""
        self._complain(
            f"the stored state of version {loaded.version.epoch}.{loaded.version.n} is of no use ({why})",
            "an older one is used; see `supervisor state doctor`",
        )
        self._refused = (*self._refused, loaded.version)
        if len(self._refused) < TRIES:
            self._load()
        else:
            self._begin_life(Version(loaded.epoch, 0), None, loaded)

    def _begin_life(self, version: Version, document: Document[S] | None, loaded: StateLoaded) -> None:
        interim, waited = self.state, self._lives
        self.version = self.committed = version
        self._detached = False
        self._base, self._base_version, self._paths = document, loaded.version, []
        if document is not None:
            state = self.expired(document.state) if loaded.expired else document.state
            if loaded.buried:
                state = self.forget(state, loaded.buried)
            if waited:
                state = self.merged(state, interim)
            self.state, self.subscriptions = document.state, document.subscriptions
            self.assume(state)
        elif waited:
            self._save_soon()
        if not self._refused:
            self._recover()
        self._live()

    def _live(self) -> None:
        if not self._lives:
            self._lives = True
            self.restored()
            self.ready()

    def assume(self, state: S) -> None:
        """Make a sound `state` the state, whatever it was."""
        raise NotImplementedError

    # -- handing over

    def _moved(self, paths: Sequence[Path] | None) -> None:
        """The state, or who subscribed, has changed: at these paths only, None for anywhere."""
        self.version = Version(self.version.epoch, self.version.n + 1)
        if paths is None:
            self._paths = None
        elif self._paths is not None:
            self._paths += paths
        self._save_soon()

    def _save_soon(self) -> None:
        if self._busy or self._due or self._detached:
            return
        if self.save_delay:
            self._due = True
            self.after(self.save_delay, SaveDue())
        else:
            self._save()

    @handles
    def on_save_due(self, message: SaveDue) -> None:
        self._due = False
        if not self._busy and not self._detached:
            self._save()

    def _save(self) -> None:
        if self._base is None:
            self._begin_snapshot()
        elif self.version != self._base_version and (self.version.n or self._wanted):
            self._busy = True
            self.ask(PERSISTENCE, self._next_change(self._base), then="on_saved", within=self.load_within)
        elif self._wanted and self._snapshot is None:
            self._begin_snapshot()

    def _document(self) -> Document[S]:
        return Document(self.state, self.subscriptions)

    def _next_change(self, base: Document[S]) -> SaveChange:
        document = self._document()
        steps = difference(base, document, self._paths)
        change = SaveChange(self.domain, self.schema, self._base_version, self.version, pack(steps))
        self._base, self._base_version, self._paths = document, self.version, []
        return change

    def on_saved(self, answer: Reply | AskFailed) -> None:
        self._busy = False
        self._answered(answer)

    def _answered(self, answer: Reply | AskFailed) -> None:
        message = answer.message if isinstance(answer, Reply) else None
        if isinstance(message, Committed):
            self.on_committed(message)
        elif isinstance(message, Kept):
            if message.why:
                self._complain(
                    f"the state is in memory only ({message.why})",
                    "free some space or repair the disk; it is written when that works again",
                )
        else:
            self._not_kept(answer)
            return
        if self._wanted:
            self._save()
        elif self.version != self._base_version and self.version.n:
            self._save_soon()

    def _not_kept(self, answer: Reply | AskFailed) -> None:
        """It was not kept, or nobody knows: only the whole state is sure to fit."""
        self._base = None
        if isinstance(answer, Reply) and getattr(answer.message, "snapshot", False):
            self._save()
            return
        why = answer.reason if isinstance(answer, AskFailed) else getattr(answer.message, "why", "refused")
        delay = RETRY_AFTER[min(self._failures, len(RETRY_AFTER) - 1)]
        self._failures += 1
        self._due = True
        self.after(delay, SaveDue())
        self._complain(
            f"the state could not be handed over ({why}); going on in memory, trying again in {delay:g} s",
            "free some space or repair the disk; nothing is lost while the bot runs",
        )

    @handles
    def on_committed(self, message: Committed) -> None:
        if not self.committed < message.version <= self.version:
            return
        self.committed = message.version
        self._failures = 0
        self._recover()
        if self._waiting:
            for version, asker in self._waiting:
                if version <= message.version:
                    self.reply(Committed(self.domain, version), asker)
            self._waiting = tuple(waiting for waiting in self._waiting if waiting[0] > message.version)

    # -- the whole state, part by part

    @handles
    def on_snapshot_wanted(self, message: SnapshotWanted) -> None:
        self._wanted = True
        if not self._busy and not self._detached:
            self._save()

    def _begin_snapshot(self) -> None:
        self._wanted = False
        document = self._document()
        if self._base is None:
            # Changes can follow when this is known to be kept.
            self._busy = True
            self._base, self._base_version, self._paths = document, self.version, []
        self._snapshot = _Snapshot(document, self.version, count_parts(self.state, self.parted))
        self._send_part()

    @handles
    def on_snapshot_due(self, message: SnapshotDue) -> None:
        if self._snapshot is not None:
            self._send_part()

    def _send_part(self) -> None:
        """One part in one handler: others are heard in between."""
        whole = self._snapshot
        assert whole is not None
        part = self._part(whole)
        if whole.part + 1 == whole.parts:
            self.ask(
                PERSISTENCE, part, then="on_snapshot_saved", context=whole.version, within=self.load_within
            )
            return
        self.tell(PERSISTENCE, part)
        self._snapshot = msgspec.structs.replace(whole, part=whole.part + 1)
        self.after(0.0, SnapshotDue())

    def _part(self, whole: _Snapshot) -> SaveSnapshot:
        payload = encoded_part(whole.document, self.parted, whole.part)
        return SaveSnapshot(self.domain, self.schema, whole.version, whole.part, whole.parts, payload)

    def on_snapshot_saved(self, answer: Reply | AskFailed) -> None:
        whole, self._snapshot = self._snapshot, None
        if whole is not None and isinstance(answer, Reply) and isinstance(answer.message, Committed | Kept):
            self._whole_version = whole.version
        if whole is not None and self._base is whole.document:
            self._busy = False
        self._answered(answer)

    # -- the end

    def on_stop(self) -> None:
        if self._detached or self.version in (self._whole_version, Version(self.version.epoch, 0)):
            return
        if self._base is not None and not self._first_on_its_way() and self.version != self._base_version:
            self.tell(PERSISTENCE, self._next_change(self._base))
        # Whole as well: the next start then has no changes to go through.
        whole = _Snapshot(self._document(), self.version, count_parts(self.state, self.parted))
        for part in range(whole.parts):
            self.tell(PERSISTENCE, self._part(msgspec.structs.replace(whole, part=part)))

    def _first_on_its_way(self) -> bool:
        """Whether what changes build on is itself not handed over whole yet."""
        return self._snapshot is not None and self._base is self._snapshot.document

    # -- health

    def _complain(self, reason: str, remedy: str) -> None:
        self._trouble = True
        self.health(Health.DEGRADED, reason, remedy)

    def _recover(self) -> None:
        if self._trouble:
            self._trouble = False
            self.health(Health.OK)
