"""An actor whose one state persistence keeps: loaded before it works, and handed over as `handover` says."""

from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

import msgspec

from actors.kernel.actor import AskFailed, Reply, handles
from actors.kernel.message import Message
from actors.kernel.protocol.state import UpdateRefused
from actors.kernel.protocol.storage import LoadState, SetStateAside, StateLoaded, Version
from actors.kernel.state.document import (
    Document,
    Migration,
    Restored,
    Subscription,
    TooNew,
    TooOld,
    Unfit,
    restored,
)
from actors.kernel.state.state_writer import PERSISTENCE, StateWriter

__all__ = ["PersistentActor"]

LOAD_AGAIN = 5.0
SEE_DOCTOR = "see `supervisor state doctor`"
TRIES = 10
"""Stored states that may turn out to be of no use before it begins anew."""

S = TypeVar("S", bound=msgspec.Struct)


class LoadDue(Message):
    """A domain's own reminder to ask for its stored state once more."""


class PersistentActor(StateWriter[S], Generic[S]):
    """initial: the state before anything happened. migrations: by schema version, what makes the
    next one of it."""

    deterministic = True
    starts_ready = False
    migrations: ClassVar[Mapping[int, Migration]] = {}

    def __init__(self, initial: S) -> None:
        super().__init__(initial)
        self._initial = initial
        self._refused: tuple[Version, ...] = ()
        self._lives = False

    # -- what a domain may say of itself

    def validate(self, state: S, before: S) -> tuple[str, ...]:
        """Every reason why `state` must not be; none when it is sound. `before` is known to be sound. Pure."""
        return ()

    def restored(self) -> None:
        """Run once, when the state has been loaded, or could not be."""

    def expired(self, state: S) -> S:
        """What is left of a stored state that is older than it may become."""
        return self._initial

    def forget(self, state: S, erased: Mapping[str, float]) -> S:
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
            self._begin_life(None, loaded)
            return
        try:
            found = restored(
                Document(self._initial),
                loaded.parts,
                ((change.schema, change.patch) for change in loaded.changes),
                parted=self.parted,
                schema=loaded.schema,
                now=self.schema,
                migrations=self.migrations,
            )
            if faults := self.validate(found.document.state, self._initial):
                raise Unfit(f"it is invalid: {'; '.join(faults[:3])}")
        except TooNew as error:
            self._complain(f"the stored state is not touched: {error}; in memory only", "update Gerald")
            self._live()
        except TooOld as error:
            self._complain(f"the stored state is set aside, and a new one begun: {error}", SEE_DOCTOR)
            self.ask(PERSISTENCE, SetStateAside(self.domain), then="on_loaded", within=self.load_within)
        except Unfit as error:
            self._refuse(loaded, str(error))
        else:
            self._begin_life(found, loaded)

    def _refuse(self, loaded: StateLoaded, why: str) -> None:
        """What is stored is whole, and yet no state: ask for what was before it."""
        self._complain(
            f"the stored state of version {loaded.version} is of no use ({why})",
            f"an older one is used; {SEE_DOCTOR}",
        )
        self._refused = (*self._refused, loaded.version)
        if len(self._refused) < TRIES:
            self._load()
        else:
            self._begin_life(None, loaded)

    def _begin_life(self, found: Restored[S] | None, loaded: StateLoaded) -> None:
        self.version = self.committed = Version(loaded.epoch, 0)
        self._detached = False
        self._base_version, self._paths = loaded.version, []
        forgot = False
        if not self._refused:
            self._recover()
        if found is None:
            if self._lives:
                self._moved(None)
                self._wait_anew()
        else:
            self._base = found.document if found.exact else None
            kept = self.expired(found.document.state) if loaded.expired else found.document.state
            state = self.forget(kept, loaded.erased) if loaded.erased else kept
            forgot = state is not kept
            if self._lives:
                self._merge(state, found.document.subscriptions)
            else:
                self.state, self.subscriptions = found.document.state, found.document.subscriptions
                self.assume(state)
        self._live()
        if forgot:
            self.erase()  # what was stored still held it

    def _merge(self, stored: S, subscriptions: tuple[Subscription, ...]) -> None:
        """The stored state has come after all, to one that has been at work."""
        self.subscriptions = tuple(dict.fromkeys((*subscriptions, *self.subscriptions)))
        state = self.merged(stored, self.state)
        self.assume(state)
        if self.version.n == 0:
            self._moved(None)
        if state is not stored:
            self._wait_anew()
            return
        waiting, self._waiting = self._waiting, []
        for _, asker in waiting:
            self.reply(
                UpdateRefused(("the stored state could be read at last, and took this one's place",)), asker
            )

    def _wait_anew(self) -> None:
        """Whoever waits for what was changed before the versions counted."""
        self._waiting = [(self.version, asker) for _, asker in self._waiting]

    def _live(self) -> None:
        if not self._lives:
            self._lives = True
            self.restored()
            self.ready()

    def assume(self, state: S) -> None:
        """Make a sound `state` the state, whatever it was."""
        raise NotImplementedError
