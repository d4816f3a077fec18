"""The state domain: the one writer of a state, which is announced and stored with every change.

Its parts (StateLoader, StateWriter, Subscriptions) decide what to load, store and announce.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.errors import InvalidUpdate, PersistenceError, VersionConflict
from actors.kernel.protocol.lifecycle import Health, Undelivered
from actors.kernel.protocol.state import GetState, StateIs, Updated, UpdateRefused, UpdateState
from actors.kernel.protocol.storage import (
    PERSISTENCE,
    Committed,
    SnapshotWanted,
    StateKilled,
    StateLoaded,
    Version,
)
from actors.kernel.protocol.subscription import Subscribe, Unsubscribe, UpToDate
from actors.kernel.state.document import Document, Migration, Subscription
from actors.kernel.state.erasures import newest
from actors.kernel.state.patch import Path, reached
from actors.kernel.state.state_loader import LoadDue, StateLoader
from actors.kernel.state.state_writer import SaveDue, SnapshotDue, StateWriter
from actors.kernel.state.subscriptions import POISON, NewsDue, Subscriptions, places
from actors.kernel.state.update import changed, checked, decode_changes

log = logging.getLogger(__name__)
GONE, DIED = ("unknown", "stopped", "unhandled"), ("crashed", "hung")

S = TypeVar("S", bound=msgspec.Struct)


class DomainActor(Actor, Generic[S]):
    """Base of the state domains. Its state is changed by `become` or `update`, from outside by UpdateState.

    domain: its name, in the store too.
    initial: the state before anything happened.
    state, version: the current ones.
    erased: hashes of what was erased, and until when (epoch seconds), as far as it was told: older things may yet come.
    save_delay: seconds within which changes are handed to persistence as one; 0 hands over each at once.
    schema: the version of the stored form; migrations: lead to it from each earlier one.
    parted: a field whose mapping grows large, and is stored in parts.
    load_within: seconds that persistence has to answer.
    """

    deterministic = True
    starts_ready = False
    domain: ClassVar[str]
    schema: ClassVar[int] = 1
    migrations: ClassVar[Mapping[int, Migration]] = {}
    parted: ClassVar[str] = ""
    save_delay: ClassVar[float] = 0.0
    load_within: ClassVar[float] = 10.0

    former_attributes: ClassVar[Mapping[str, str]] = {
        **{f"_{name}": f"_writer.{name}" for name in vars(StateWriter())},
        "committed": "_writer.committed",
        "subscriptions": "_subscriptions.all",
        "_erased": "erased",
        "_initial": "initial",
        "_lives": "_loader.running",
        "_news_is_due": "_subscriptions.is_due",
        "_refused": "_loader.refused",
    }

    def __init__(self, initial: S) -> None:
        self.initial = initial
        self.state: S = initial
        self.version = Version()
        self.erased: Mapping[str, float] = {}
        self._loader: StateLoader[S] = StateLoader()
        self._writer: StateWriter[S] = StateWriter()
        self._subscriptions = Subscriptions()
        self._trouble = False

    @property
    def committed(self) -> Version:
        """The version that is on disk."""
        return self._writer.committed

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """Who is told of changes."""
        return self._subscriptions.all

    @property
    def document(self) -> Document[S]:
        """What is to be stored now."""
        return Document(self.state, self._subscriptions.all)

    # -- what a domain may override

    def validate(self, state: S, before: S) -> tuple[str, ...]:
        """Every reason why `state` is invalid; none when it is valid, as `before` is known to be. Pure."""
        return ()

    def restored(self) -> None:
        """Called once, when the state has been loaded, or could not be."""

    def expired(self, state: S) -> S:
        """What remains of a stored state that has expired. Pure."""
        return self.initial

    def forget(self, state: S, erased: Mapping[str, float]) -> S:
        """The stored state without what was `erased`: hashes, and when (epoch seconds). Pure."""
        return state

    def merged(self, stored: S, interim: S) -> S:
        """The state to go on with when the stored one can be read at last. interim: begun without it. Pure."""
        return stored

    # -- changing the state

    def become(self, state: S, paths: Sequence[Path] | None = None) -> None:
        """Validate `state`, make it the current one under a new version, announce it and hand it to persistence. The
        same state again changes nothing.

        paths: for a large state, all places in which it can differ, such as (("users", "usr_1"),); None compares all.
        Raises InvalidUpdate with every reason; then nothing has changed.
        """
        fields = changed(self.state, state)
        if not fields:
            return
        reasons = self.validate(state, self.state)
        if reasons:
            raise InvalidUpdate(reasons)
        self._take_over(state, fields, None if paths is None else [("state", *path) for path in paths])

    def update(self, changes: Mapping[str, Any], expected: Version | None = None) -> None:
        """Change fields by name, or places by path. Raises InvalidUpdate; then nothing has changed."""
        self._update(changes, (), expected)

    def erase(self) -> None:
        """Store a snapshot and remove everything older, which holds what had to be forgotten."""
        self._writer.erase(self)

    def _assume(self, state: S) -> None:
        """Become `state` without validation."""
        fields = changed(self.state, state)
        if fields:
            self._take_over(state, fields, None)

    def _take_over(self, state: S, fields: tuple[str, ...], paths: Sequence[Path] | None) -> None:
        before, self.state = self.state, state
        self._moved(paths)
        news = self._subscriptions
        if news.all:
            news.note(before, state, fields)
            # At once, unless something was announced just now: then together with what comes in the meantime.
            if not news.is_due:
                news.announce(self)

    def _moved(self, paths: Sequence[Path] | None) -> None:
        """Count a change of the state or of the subscriptions: at these paths only, None for anywhere."""
        self.version = Version(self.version.epoch, self.version.n + 1)
        self._writer.changed(self, paths)

    def _update(
        self, changes: Mapping[str, Any], remove: Sequence[str], expected: Version | None = None
    ) -> None:
        if expected is not None and expected != self.version:
            raise VersionConflict((f"the state is at version {self.version}, not {expected}",))
        paths = [tuple(path.split("/")) for path in (*changes, *remove)]
        self.become(checked(self.state, changes, remove), paths)

    # -- requests

    @handles
    def on_update(self, message: UpdateState) -> None:
        self._writer.holds_back = message.durable
        try:
            self._update(decode_changes(message.changes), message.remove, message.expected)
        except InvalidUpdate as refusal:
            self.reply(UpdateRefused(refusal.reasons, isinstance(refusal, VersionConflict)))
            return
        finally:
            self._writer.holds_back = False
        if message.durable and self.version > self.committed:
            self._writer.wait(self, self.asker())
        else:
            self.reply(Updated(self.version))

    @handles
    def on_get(self, message: GetState) -> None:
        self.reply(self._is(message.path))

    def _is(self, path: str) -> StateIs:
        found = reached(self.state, places(path))
        return StateIs(self.domain, self.version, msgspec.json.encode(found), path)

    # -- subscriptions

    @handles
    def on_subscribe(self, message: Subscribe) -> None:
        wanted = Subscription(message.address or self.sender(), message.path)
        is_known = message.known == self.version
        if wanted not in self.subscriptions:
            self._end_subscriptions(self._subscriptions.excess)
            self._subscriptions.all = (*self.subscriptions, wanted)
            self._moved([("subscriptions",)])
        self._subscriptions.know(wanted, self.version, self.now())
        self.reply(UpToDate(self.domain, self.version) if is_known else self._is(message.path))

    @handles
    def on_unsubscribe(self, message: Unsubscribe) -> None:
        gone = Subscription(message.address or self.sender(), message.path)
        self._end_subscriptions(tuple(s for s in self.subscriptions if s == gone))

    @handles
    def on_undelivered(self, message: Undelivered) -> None:
        """End the subscriptions of an actor that is gone for good, takes no such news, or dies of them again and again;
        not of one that is slow or being restarted."""
        if message.message_type != "StateChanged":
            return
        who = message.recipient
        if message.why in GONE:
            self._end_subscriptions(tuple(s for s in self.subscriptions if s.address == who))
        elif message.why in DIED and (poison := self._subscriptions.note_death(who)):
            self._end_subscriptions(poison)
            reason = (
                f"{who} died {POISON} times in a row of what it had subscribed to here: this was set aside"
            )
            log.warning("%s: %s", self.domain, reason)
            self.health(Health.DEGRADED, reason, f"see `supervisor dead-letters`; {who} may subscribe again")

    def _end_subscriptions(self, ended: tuple[Subscription, ...]) -> None:
        if ended:
            self._subscriptions.end(ended)
            self._moved([("subscriptions",)])

    @handles
    def on_news_due(self, message: NewsDue) -> None:
        self._subscriptions.announce(self)

    # -- loading

    def on_start(self) -> None:
        self._loader.load(self)

    @handles
    def on_load_due(self, message: LoadDue) -> None:
        self._loader.load(self)

    def on_loaded(self, answer: Reply | AskFailed) -> None:
        """Begin with what was loaded. Persistence hears of a stored state at which this raises anything."""
        try:
            self._take_loaded(answer)
        except Exception:
            loaded = answer.message if isinstance(answer, Reply) else None
            if isinstance(loaded, StateLoaded) and loaded.parts:
                self.tell(PERSISTENCE, StateKilled(self.domain, loaded.version))
            raise

    def _take_loaded(self, answer: Reply | AskFailed) -> None:
        begin = self._loader.loaded(self, answer)
        if begin is None:
            return
        self.erased = newest(begin.erased, self.erased)
        if begin.stored is not None:
            self.version = Version(begin.epoch, 0)
            self._writer.attach(self.version, begin.stored, begin.document if begin.exact else None)
            self._take_stored(begin.document, begin.state)
        if not self._loader.running:
            self._loader.running = True
            self.restored()
            self.ready()
        if begin.erases:
            self.erase()

    def _take_stored(self, document: Document[S] | None, state: S | None) -> None:
        running = self._loader.running
        if document is None or state is None:
            if running:
                self._moved(None)
                self._writer.move_waiting(self.version)
        elif running:
            self._merge(state, document.subscriptions)
        else:
            self.state, self._subscriptions.all = document.state, document.subscriptions
            self._assume(state)

    def _merge(self, stored: S, subscriptions: tuple[Subscription, ...]) -> None:
        """Merge the stored state, which could be read late, with the one that was begun without it."""
        self._subscriptions.all = tuple(dict.fromkeys((*subscriptions, *self.subscriptions)))
        state = self.merged(stored, self.state)
        self._assume(state)
        if self.version.n == 0:
            self._moved(None)
        if state is not stored:
            self._writer.move_waiting(self.version)
        else:
            self._writer.refuse_waiting(self, "the stored state could be read at last, and replaced this one")

    # -- saving

    @handles
    def on_save_due(self, message: SaveDue) -> None:
        self._writer.save_due(self)

    def on_saved(self, answer: Reply | AskFailed) -> None:
        self._writer.saved(self, answer)

    @handles
    def on_committed(self, message: Committed) -> None:
        self._writer.on_disk(self, message)

    @handles
    def on_snapshot_wanted(self, message: SnapshotWanted) -> None:
        self._writer.want_snapshot(self)

    @handles
    def on_snapshot_due(self, message: SnapshotDue) -> None:
        self._writer.send_part(self)

    def on_snapshot_saved(self, answer: Reply | AskFailed) -> None:
        self._writer.snapshot_saved(self, answer)

    def on_stop(self) -> None:
        """Hand over what is new. Raises PersistenceError when it is in memory only, and so is lost."""
        self._writer.stop(self)
        if self._writer.detached and self.version.n:
            why = "what is stored could not be read, and is kept as it is"
            raise PersistenceError(f"what happened since the start is not stored: {why}")

    # -- health

    def not_stored(self, reason: str, remedy: str) -> None:
        """Report that the state is not stored as it should be."""
        self._trouble = True
        self.health(Health.DEGRADED, reason, remedy)

    def stored_again(self) -> None:
        """Report that it is."""
        if self._trouble:
            self._trouble = False
            self.health(Health.OK)
