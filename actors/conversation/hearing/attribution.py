"""Attribution: who speaks, who is near, who touched, and who must be forgotten. Pure."""

import msgspec

from actors.conversation import turns
from actors.conversation.state import ConversationState
from actors.kernel.actor import AskFailed, Reply
from actors.users.messages import Profile
from actors.vocabulary.values import UNKNOWN, Interaction, Person
from actors.world.messages import Present

ANSWER_WITHIN = 1.0  # seconds for which the world and the users are waited for; the turn goes on without them


def present(answer: Reply | AskFailed) -> Present:
    """The world's answer to WhoIsHere; empty without an answer."""
    if isinstance(answer, Reply) and isinstance(answer.message, Present):
        return answer.message
    return Present((), "")


def only(here: Present) -> Person:
    """The person who spoke or touched, if only one is here; else UNKNOWN."""
    return here.people[0] if len(here.people) == 1 else UNKNOWN


def profile(answer: Reply | AskFailed) -> Profile | None:
    """The users' answer to GetProfile; None without an answer."""
    known = answer.message if isinstance(answer, Reply) else None
    return known if isinstance(known, Profile) else None


def attributed(state: ConversationState, here: Present) -> ConversationState:
    """The active turn with its place and speaker: the only one here, if no speaker was given."""
    active = state.active
    person = active.person if active is not None and active.person.is_known else only(here)
    return turns.attribute(turns.surrounded(state, here.world_name, here.people, here.seen), person)


def acquainted(state: ConversationState, known: Profile) -> ConversationState:
    """What is known of the speaker."""
    user = known.user
    return turns.acquainted(state, user.preferences if user is not None else {}, newcomer=user is None)


def touch_attributed(state: ConversationState, felt: Interaction, touch: Interaction) -> ConversationState:
    """The last touch becomes the attributed `touch`, unless another than `felt` came since."""
    return msgspec.structs.replace(state, last_touch=touch) if state.last_touch == felt else state


def unattributed(state: ConversationState, people: tuple[Person, ...]) -> ConversationState:
    """The active turn becomes UNKNOWN's if it was theirs, so that it creates no record; else `state` itself."""
    active = state.active
    if active is None or active.person.user_id not in {person.user_id for person in people}:
        return state
    return msgspec.structs.replace(state, active=msgspec.structs.replace(active, person=UNKNOWN))
