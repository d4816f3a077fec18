"""The users' actor: owns the records of the people the bot has met."""

from collections.abc import Mapping

from actors.kernel.actor import handles
from actors.kernel.domain import DomainActor
from actors.users.acquaintance import Change, Path, faded, interacted, preferred, profile_of
from actors.users.forget import chosen
from actors.users.messages import (
    FindPerson,
    ForgetPerson,
    Forgotten,
    GetProfile,
    InteractionHappened,
    NotForgotten,
    PeopleFound,
    PersonForgotten,
    PreferenceStated,
    Profile,
)
from actors.users.migrations import MIGRATIONS
from actors.users.state import UsersState, faults, faults_at, find, without
from actors.vocabulary.values import tombstone

__all__ = ["Users"]

CONVERSATION = "conversation"
MOST_FOUND = 8


class Users(DomainActor[UsersState]):
    """Answers who somebody is, notes what happened with them, and forgets them when asked to."""

    domain = "users"
    schema = 2
    migrations = MIGRATIONS

    def __init__(self) -> None:
        super().__init__(UsersState())
        self._touched: tuple[Path, ...] | None = None

    def validate(self, state: UsersState) -> tuple[str, ...]:
        """Records stand under their own id, and everything is within its bounds; of a change, what it touched."""
        return faults(state, self.state) if self._touched is None else faults_at(state, self._touched)

    def forget(self, state: UsersState, buried: Mapping[str, float]) -> UsersState:
        """`state` without those whom it was asked to forget."""
        return without(state, buried)

    @handles
    def on_get_profile(self, message: GetProfile) -> None:
        user = profile_of(self.state, message.person)
        self.reply(Profile(message.person, user, faded(user, self.wall()) if user is not None else 0.0))

    @handles
    def on_find(self, message: FindPerson) -> None:
        self.reply(PeopleFound(find(self.state, message.name_or_id)[:MOST_FOUND]))

    @handles
    def on_interaction(self, message: InteractionHappened) -> None:
        self._take(interacted(self.state, message.person, message.interaction))

    @handles
    def on_preference(self, message: PreferenceStated) -> None:
        self._take(preferred(self.state, message.person, message.key, message.value, self.wall()))

    @handles
    def on_forget(self, message: ForgetPerson) -> None:
        selection = chosen(self.state, message.name_or_id)
        if selection.why_not:
            self.reply(NotForgotten(selection.why_not))
            return
        now = self.wall()
        self.become(self.forget(self.state, {tombstone(p.user_id): now for p in selection.aliases}))
        self.tell(CONVERSATION, PersonForgotten(selection.aliases, now))
        self.reply(Forgotten(selection.people))

    def _take(self, change: Change) -> None:
        self._touched = change.paths
        try:
            self.become(change.state)
        finally:
            self._touched = None
