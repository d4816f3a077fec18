"""The conversation's company: who speaks, who is near, what the body feels, and whom to forget."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import msgspec

from actors.avatar.messages import Touched
from actors.conversation import turns
from actors.conversation.forget import dropped, without
from actors.conversation.state import ConversationState, faults
from actors.kernel.actor import AskFailed, Reply, handles
from actors.kernel.state.domain import DomainActor
from actors.users.messages import GetProfile, InteractionHappened, PersonForgotten, Profile
from actors.vocabulary.values import UNKNOWN, Interaction, Person
from actors.world.messages import Present, WhoIsHere

__all__ = ["Company"]

ANSWER_WITHIN = 1.0
"""Seconds for which the world and the users are waited for; the turn goes on without them."""


class Company(DomainActor[ConversationState], ABC):
    """The part of the conversation's actor that deals with people; what is said is its heir's."""

    domain = "conversation"
    schema = 2

    def __init__(self, speaking_style: str) -> None:
        super().__init__(ConversationState(speaking_style=speaking_style))

    def validate(self, state: ConversationState, before: ConversationState) -> tuple[str, ...]:
        """Everything is within its bounds."""
        return faults(state)

    def forget(self, state: ConversationState, erased: Mapping[str, float]) -> ConversationState:
        """`state` without the words of those whom it was asked to forget."""
        return without(state, erased)

    def expired(self, state: ConversationState) -> ConversationState:
        """A conversation that was over long ago; but turn ids only ever increase, at every stage."""
        return ConversationState(
            speaking_style=self.state.speaking_style, turn=state.turn, active=state.active
        )

    def merged(self, stored: ConversationState, interim: ConversationState) -> ConversationState:
        """What was said before, and the turn that is under way now."""
        return msgspec.structs.replace(stored, turn=max(stored.turn, interim.turn), active=interim.active)

    @abstractmethod
    def attributed(self, turn: int) -> None:
        """It is known, as far as it can be, who speaks in `turn`."""

    @abstractmethod
    def acquainted(self, turn: int, profile: Profile | None) -> None:
        """It is known, as far as it can be, what is to be known of them: time to think."""

    @abstractmethod
    def void(self, reason: str) -> None:
        """End the turn that is under way, if one is."""

    # -- a turn begins

    def look_around(self, turn: int) -> None:
        """Find out where this is, and who speaks in `turn`."""
        self.ask("world", WhoIsHere(), then="on_present", context=turn, within=ANSWER_WITHIN)

    def on_present(self, answer: Reply | AskFailed) -> None:
        """Who spoke, where nobody said so? The only one who is here; with several, or none, nobody can tell."""
        active = self.state.active
        if active is None or active.turn != answer.context:
            return
        here = _present(answer)
        state = turns.surrounded(self.state, here.world_name, here.people, here.seen)
        person = active.person if active.person.is_known else _only(here)
        self.become(turns.attribute(state, person))
        self.attributed(active.turn)
        if person.is_known:
            self.ask("users", GetProfile(person), "on_profile", active.turn, ANSWER_WITHIN)
        else:
            self.acquainted(active.turn, None)

    def on_profile(self, answer: Reply | AskFailed) -> None:
        """What is known of whoever speaks; without an answer the turn goes on as with a stranger."""
        active = self.state.active
        if active is None or active.turn != answer.context:
            return
        profile = answer.message if isinstance(answer, Reply) else None
        if not isinstance(profile, Profile):
            self.acquainted(active.turn, None)
            return
        preferences = profile.user.preferences if profile.user is not None else {}
        self.become(turns.acquainted(self.state, preferences, newcomer=profile.user is None))
        self.acquainted(active.turn, profile)

    # -- a touch

    @handles
    def on_touched(self, message: Touched) -> None:
        """It is noted for the next turn, and in the history of whoever it must have been."""
        after = turns.touched(self.state, message.interaction)
        if after is not self.state:
            self.become(after)
            self.ask("world", WhoIsHere(), "on_touch_present", message.interaction, ANSWER_WITHIN)

    def on_touch_present(self, answer: Reply | AskFailed) -> None:
        """Who touched? The only one who is here."""
        person = _only(_present(answer))
        felt: Interaction = answer.context
        if not person.is_known:
            return
        touch = msgspec.structs.replace(felt, person=person.name)
        if self.state.last_touch == felt:
            self.become(msgspec.structs.replace(self.state, last_touch=touch))
        self.tell("users", InteractionHappened(person, touch))

    # -- somebody is to be forgotten

    @handles
    def on_forgotten(self, message: PersonForgotten) -> None:
        """A turn of theirs ends, unattributed, so that it makes no new acquaintance of them."""
        active = self.state.active
        ids = {person.user_id for person in message.people}
        after = dropped(self.state, message.people, message.at)
        if active is not None and active.person.user_id in ids:
            unattributed = msgspec.structs.replace(active, person=UNKNOWN)
            self.become(msgspec.structs.replace(self.state, active=unattributed))
            self.void("whoever spoke is to be forgotten")
            after = dropped(self.state, message.people, self.wall())
        self.become(after)
        self.erase()


def _present(answer: Reply | AskFailed) -> Present:
    if isinstance(answer, Reply) and isinstance(answer.message, Present):
        return answer.message
    return Present((), "")


def _only(here: Present) -> Person:
    return here.people[0] if len(here.people) == 1 else UNKNOWN
