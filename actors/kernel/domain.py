"""The domain actor: one writer for one state, restored before it works and kept by persistence after each change."""

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.errors import InvalidUpdate
from actors.kernel.message import Message
from actors.kernel.protocol import (
    Committed,
    GetState,
    Health,
    LoadState,
    SaveState,
    StateChanged,
    StateIs,
    StateLoaded,
    Subscribe,
    Unsubscribe,
    Updated,
    UpdateRefused,
    UpdateState,
    Version,
)
from actors.kernel.update import atomic_update, changed, checked, decode_changes

__all__ = ["PERSISTENCE", "DomainActor", "atomic_update", "checked"]

PERSISTENCE = "persistence"
RETRY_AFTER = (1.0, 2.0, 5.0, 10.0, 30.0)

S = TypeVar("S", bound=msgspec.Struct)


class SaveDue(Message):
    """A domain's own reminder to hand its state to persistence."""


class DomainActor(Actor, Generic[S]):
    """Base of the state domains.

    domain: its name, in the store too. initial: the state before anything happened. schema: the stored form's version.
    save_delay: seconds within which changes are handed over as one; 0 hands over at once. Between handing over and
    `Committed` further changes gather, so that the disk sets the pace and nothing queues up.
    """

    deterministic = True
    starts_ready = False
    domain: ClassVar[str]
    schema: ClassVar[int] = 1
    save_delay: ClassVar[float] = 0.0
    load_within: ClassVar[float] = 10.0

    def __init__(self, initial: S) -> None:
        self.state: S = initial
        self.version = Version()
        self.committed = Version()
        self.subscribers: tuple[str, ...] = ()
        self._saving = False
        self._save_due = False
        self._failures = 0

    # -- what a domain may say of itself

    def validate(self, state: S) -> tuple[str, ...]:
        """Every reason why `state` must not be; none when it is sound. Pure."""
        return ()

    def restored(self) -> None:
        """Run once, when the state has been loaded."""

    # -- changing the state

    def become(self, state: S) -> None:
        """Make `state` the state: validate, bump the version, announce, hand to persistence.

        Raises InvalidUpdate with every reason; then nothing has changed. The same state again is no change.
        """
        fields = changed(self.state, state)
        if not fields:
            return
        reasons = self.validate(state)
        if reasons:
            raise InvalidUpdate(reasons)
        self.state = state
        self.version = Version(self.version.epoch, self.version.n + 1)
        for subscriber in self.subscribers:
            self.tell(subscriber, StateChanged(self.domain, self.version, fields))
        self._save_soon()

    def update(self, changes: Mapping[str, Any], expected: Version | None = None) -> None:
        """Change fields by name. Raises InvalidUpdate with every reason; then nothing has changed."""
        if expected is not None and expected != self.version:
            raise InvalidUpdate((f"the state is at version {self.version}, not {expected}",))
        self.become(checked(self.state, changes))

    # -- requests

    @handles
    def on_update(self, message: UpdateState) -> None:
        try:
            self.update(decode_changes(message.changes), message.expected)
        except InvalidUpdate as refusal:
            self.reply(UpdateRefused(refusal.reasons))
        else:
            self.reply(Updated(self.version))

    @handles
    def on_get(self, message: GetState) -> None:
        self.reply(self._whole())

    @handles
    def on_subscribe(self, message: Subscribe) -> None:
        address = message.address or self.sender()
        if address not in self.subscribers:
            self.subscribers = (*self.subscribers, address)
        self.reply(self._whole())

    @handles
    def on_unsubscribe(self, message: Unsubscribe) -> None:
        gone = message.address or self.sender()
        self.subscribers = tuple(address for address in self.subscribers if address != gone)

    def _whole(self) -> StateIs:
        return StateIs(self.domain, self.version, msgspec.json.encode(self.state))

    # -- persistence

    def on_start(self) -> None:
        self.ask(PERSISTENCE, LoadState(self.domain), then="on_loaded", within=self.load_within)

    def on_loaded(self, answer: Reply | AskFailed) -> None:
        if isinstance(answer, Reply) and isinstance(answer.message, StateLoaded):
            self._restore(answer.message)
        else:
            why = answer.reason if isinstance(answer, AskFailed) else type(answer.message).__name__
            self.health(
                Health.DEGRADED,
                f"the stored state could not be read ({why}); starting from the initial one, in memory only",
                "look at `supervisor status` for persistence, and at the free space of the disk",
            )
        self.restored()
        self.ready()

    def _restore(self, loaded: StateLoaded) -> None:
        self.version = Version(loaded.epoch, 0)
        if not loaded.payload:
            return
        try:
            state = msgspec.msgpack.decode(loaded.payload, type=type(self.state))
        except msgspec.DecodeError as error:
            self.health(
                Health.DEGRADED, f"the stored state does not fit ({error}); starting from the initial one"
            )
            return
        reasons = self.validate(state)
        if reasons:
            self.health(Health.DEGRADED, f"the stored state is invalid ({'; '.join(reasons)}); starting anew")
            return
        self.state = state

    def _save_soon(self) -> None:
        if self._saving or self._save_due:
            return
        if self.save_delay:
            self._save_due = True
            self.after(self.save_delay, SaveDue())
        else:
            self._save()

    @handles
    def on_save_due(self, message: SaveDue) -> None:
        self._save_due = False
        if not self._saving and self.version != self.committed:
            self._save()

    def _save(self) -> None:
        self._saving = True
        self.ask(PERSISTENCE, self._snapshot(), then="on_saved", within=self.load_within)

    def _snapshot(self) -> SaveState:
        return SaveState(self.domain, self.schema, self.version, msgspec.msgpack.encode(self.state))

    def on_saved(self, answer: Reply | AskFailed) -> None:
        self._saving = False
        if isinstance(answer, Reply) and isinstance(answer.message, Committed):
            self.committed = answer.message.version
            if self._failures:
                self._failures = 0
                self.health(Health.OK)
            if self.version != self.committed:
                self._save_soon()
            return
        why = answer.reason if isinstance(answer, AskFailed) else getattr(answer.message, "why", "refused")
        delay = RETRY_AFTER[min(self._failures, len(RETRY_AFTER) - 1)]
        self._failures += 1
        self._save_due = True
        self.after(delay, SaveDue())
        self.health(
            Health.DEGRADED,
            f"the state could not be written ({why}); going on in memory, trying again in {delay:g} s",
            "free some space or repair the disk; nothing is lost while the bot runs",
        )

    def on_stop(self) -> None:
        if self.version != self.committed and self.version.n:
            self.tell(PERSISTENCE, self._snapshot())
