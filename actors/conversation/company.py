"""The conversation's company: who speaks, who is near, what the body feels, and whom to forget. Pure."""

import msgspec

from actors.conversation import turns
from actors.conversation.state import ConversationState
from actors.kernel.actor import AskFailed, Reply
from actors.users.messages import Profile
from actors.vocabulary.values import UNKNOWN, Interaction, Person
from actors.world.messages import Present


def present(answer: Reply | AskFailed) -> Present:
    """Who is here, as the world answered; nobody, and nowhere, without an answer."""
    if isinstance(answer, Reply) and isinstance(answer.message, Present):
        return answer.message
    return Present((), "")


def only(here: Present) -> Person:
    """The only one who is here; with several, or none, nobody can tell who spoke, or touched."""
    return here.people[0] if len(here.people) == 1 else UNKNOWN


def profile(answer: Reply | AskFailed) -> Profile | None:
    """What the users know of somebody; None without an answer."""
    known = answer.message if isinstance(answer, Reply) else None
    return known if isinstance(known, Profile) else None


def attributed(state: ConversationState, here: Present) -> ConversationState:
    """Where the active turn takes place, and who speaks in it: the only one who is here, where nobody said so."""
    active = state.active
    person = active.person if active is not None and active.person.is_known else only(here)
    return turns.attribute(turns.surrounded(state, here.world_name, here.people, here.seen), person)


def acquainted(state: ConversationState, known: Profile) -> ConversationState:
    """What is known of whoever speaks."""
    user = known.user
    return turns.acquainted(state, user.preferences if user is not None else {}, newcomer=user is None)


def touch_attributed(state: ConversationState, felt: Interaction, touch: Interaction) -> ConversationState:
    """It is known now whose `touch` it was that was `felt`, unless another one has been felt since."""
    return msgspec.structs.replace(state, last_touch=touch) if state.last_touch == felt else state


def unattributed(state: ConversationState, people: tuple[Person, ...]) -> ConversationState:
    """The active turn is nobody's, if it was theirs: it makes no new acquaintance; else `state` itself."""
    active = state.active
    if active is None or active.person.user_id not in {person.user_id for person in people}:
        return state
    return msgspec.structs.replace(state, active=msgspec.structs.replace(active, person=UNKNOWN))
