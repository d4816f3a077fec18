"""The state domain: one writer for one state, announced and kept with every change."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from actors.kernel.actor import handles
from actors.kernel.errors import InvalidUpdate, VersionConflict
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Undelivered
from actors.kernel.protocol.state import GetState, StateIs, Updated, UpdateRefused, UpdateState
from actors.kernel.protocol.storage import Version
from actors.kernel.protocol.subscription import StateChanged, Subscribe, Unsubscribe, UpToDate
from actors.kernel.state.document import Subscription
from actors.kernel.state.patch import Path, reached
from actors.kernel.state.state_loader import PersistentActor
from actors.kernel.state.state_writer import PERSISTENCE, RETRY_AFTER
from actors.kernel.state.update import atomic_update, changed, checked, decode_changes

__all__ = ["PERSISTENCE", "RETRY_AFTER", "DomainActor", "atomic_update", "checked"]

SUBSCRIPTIONS = 64
"""At most; beyond it the oldest ends."""

NEWS = 0.005
"""Seconds within which further changes are announced as one: nobody needs each step of a burst."""
UNTOLD = Version()
PROBE_EVERY = 1.0
"""Seconds after which a subscriber is asked for again whether it is still there."""

S = TypeVar("S", bound=msgspec.Struct)


class NewsDue(Message):
    """A domain's own reminder to announce what has changed meanwhile."""


class DomainActor(PersistentActor[S], Generic[S]):
    """Base of the state domains. Changes go through `become` or `update`, from outside through UpdateState."""

    def __init__(self, initial: S) -> None:
        super().__init__(initial)
        self._told: dict[Subscription, _Told] = {}
        self._news_is_due = False

    # -- changing the state

    def become(self, state: S, paths: Sequence[Path] | None = None) -> None:
        """Make `state` the state: validate, bump the version, announce, hand to persistence.

        paths: all places in which it can differ, such as (("users", "usr_1"),), for a state that is large; None to
        look everywhere. Raises InvalidUpdate with every reason; then nothing has changed. The same state again is no
        change.
        """
        fields = changed(self.state, state)
        if not fields:
            return
        reasons = self.validate(state, self.state)
        if reasons:
            raise InvalidUpdate(reasons)
        self._take_over(state, fields, None if paths is None else [("state", *path) for path in paths])

    def assume(self, state: S) -> None:
        """Become `state` without asking whether it is sound."""
        fields = changed(self.state, state)
        if fields:
            self._take_over(state, fields, None)

    def _take_over(self, state: S, fields: tuple[str, ...], paths: Sequence[Path] | None) -> None:
        before, self.state = self.state, state
        self._moved(paths)
        if self.subscriptions:
            self._note_news(before, fields)

    def _note_news(self, before: S, fields: tuple[str, ...]) -> None:
        """Announce the change at once, unless something was announced just now: then with what comes within NEWS."""
        if len(self._told) != len(self.subscriptions):
            # After a restart it is not known what they were told: they see that they may have missed something.
            self._told = {s: self._told.get(s) or _Told(s) for s in self.subscriptions}
        for told in self._told.values():
            if not told.places or self._is_concerned(told.places, before, fields):
                if not told.fields:
                    told.fields = fields
                elif told.fields != fields:
                    told.fields = tuple(dict.fromkeys((*told.fields, *fields)))
        if not self._news_is_due:
            self._tell_news()

    def update(self, changes: Mapping[str, Any], expected: Version | None = None) -> None:
        """Change fields by name, or places by path. Raises InvalidUpdate; then nothing has changed."""
        self._update(changes, (), expected)

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
        self._holds_back = message.durable
        try:
            self._update(decode_changes(message.changes), message.remove, message.expected)
        except InvalidUpdate as refusal:
            self.reply(UpdateRefused(refusal.reasons, isinstance(refusal, VersionConflict)))
            return
        finally:
            self._holds_back = False
        if message.durable and self.version > self.committed:
            self._waiting.append((self.version, self.asker()))
            self._save_for_all_who_wait()
        else:
            self.reply(Updated(self.version))

    @handles
    def on_get(self, message: GetState) -> None:
        self.reply(self._is(message.path))

    def _is(self, path: str) -> StateIs:
        found = reached(self.state, _places(path))
        return StateIs(self.domain, self.version, msgspec.json.encode(found), path)

    # -- subscriptions

    @handles
    def on_subscribe(self, message: Subscribe) -> None:
        wanted = Subscription(message.address or self.sender(), message.path)
        is_known = message.known == self.version
        if wanted not in self.subscriptions:
            self._end_subscriptions(self.subscriptions[: 1 - SUBSCRIPTIONS])
            self.subscriptions = (*self.subscriptions, wanted)
            self._moved([("subscriptions",)])
        self._told[wanted] = _Told(wanted, self.version, self.now())
        if is_known:
            self.reply(UpToDate(self.domain, self.version))
        else:
            self.reply(self._is(message.path))

    @handles
    def on_unsubscribe(self, message: Unsubscribe) -> None:
        gone = Subscription(message.address or self.sender(), message.path)
        self._end_subscriptions(tuple(s for s in self.subscriptions if s == gone))

    @handles
    def on_undelivered(self, message: Undelivered) -> None:
        """Whoever is gone for good is told no more; whoever is only slow, or being restarted, is."""
        if message.message_type == "StateChanged" and message.why in ("unknown", "stopped"):
            self._end_subscriptions(tuple(s for s in self.subscriptions if s.address == message.recipient))

    def _end_subscriptions(self, ended: tuple[Subscription, ...]) -> None:
        if ended:
            self.subscriptions = tuple(s for s in self.subscriptions if s not in ended)
            self._told = {s: version for s, version in self._told.items() if s not in ended}
            self._moved([("subscriptions",)])

    def _is_concerned(self, places: Path, before: S, fields: tuple[str, ...]) -> bool:
        return places[0] in fields and reached(before, places) != reached(self.state, places)

    def _tell_news(self) -> None:
        concerned = [told for told in self._told.values() if told.fields]
        self._news_is_due = bool(concerned)
        if not concerned:
            return
        now = self.now()
        for told in concerned:
            probe = now - told.probed_at >= PROBE_EVERY
            message = StateChanged(self.domain, self.version, told.fields, told.version, told.path)
            self.tell(told.address, message, notify=probe)
            told.version, told.fields = self.version, ()
            told.probed_at = now if probe else told.probed_at
        self.after(NEWS, NewsDue())

    @handles
    def on_news_due(self, message: NewsDue) -> None:
        self._tell_news()


class _Told:
    """What a subscriber was told last, which fields have changed since, and when it was last asked for whether it is
    still there."""

    __slots__ = ("address", "fields", "path", "places", "probed_at", "version")

    def __init__(self, subscription: Subscription, version: Version = UNTOLD, at: float = 0.0) -> None:
        self.address, self.path = subscription.address, subscription.path
        self.places = _places(subscription.path)
        self.version = version
        self.probed_at = at
        self.fields: tuple[str, ...] = ()


def _places(path: str) -> Path:
    return tuple(path.split("/")) if path else ()
