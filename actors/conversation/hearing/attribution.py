"""Attribution: who speaks, who is near, who touched, and who must be forgotten. Pure."""

from collections.abc import Iterator

import msgspec

from actors.conversation import turns
from actors.conversation.company import company
from actors.conversation.company.company import SURE, Candidate, Company, Evidence, Filed
from actors.conversation.company.in_sight import likely
from actors.conversation.company.waiting import Question
from actors.conversation.state import ConversationState, Surroundings
from actors.kernel.actor import AskFailed, Reply
from actors.users.messages import Profile
from actors.vocabulary.values import UNKNOWN, Interaction, Person, Resemblance
from actors.world.messages import Present

KEEP = 0.85  # the certainty from which on a voice is kept: who said their name has it
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


def evidence(said: Question, here: tuple[Person, ...]) -> Evidence:
    """What tells who said it."""
    return Evidence(said.text, said.at, said.person, here, said.voice)


def person_of(known: Company, said: Evidence) -> Person:
    """Who said it, if that is sure enough for their record; else UNKNOWN."""
    return _sure(company.speaker(known, said))


def attributed(state: ConversationState, here: Present) -> ConversationState:
    """The active turn with its place and whoever said it; what was filed under a wrong name before is put right."""
    located = tuple(Person(target, name) for target, name in here.located)
    place = (here.world_name, here.people, here.seen, here.seat, located, here.ways, here.world_id)
    around = Surroundings(*place, here.friends)
    state = turns.surrounded(state, around)
    active = state.active
    if active is None:
        return state
    said = Evidence(active.text, active.started_at, active.person, here.people, active.voice)
    found = company.speaker(state.company, said)
    guess = likely(state.company, said, here.opposite, found)
    state = _learned(state, said, found)
    return turns.attribute(state, _sure(found), guess.certainty, guess.person)


def resembling(state: ConversationState, voice: int, whose: tuple[Resemblance, ...]) -> ConversationState:
    """It is known whose kept voices this one sounds like."""
    known = company.resembling(state.company, voice, whose)
    return state if known is state.company else msgspec.structs.replace(state, company=known)


def owner_of_voice(state: ConversationState) -> Person:
    """Whose voice that of the active turn surely is; UNKNOWN where that is not sure enough to keep it."""
    active = state.active
    known = state.company.owner(active.voice) if active is not None and active.voice else None
    if active is None or known is None or known.person != active.person or known.certainty < KEEP:
        return UNKNOWN
    return known.person


def learned(state: ConversationState, said: Question, here: tuple[Person, ...]) -> ConversationState:
    """What was said beside the current turn, before those who are `here`, tells whose voice it is, or who is
    introduced."""
    told = evidence(msgspec.structs.replace(said, person=UNKNOWN), here)
    known = company.heard(state.company, told, company.speaker(state.company, told))
    return msgspec.structs.replace(state, company=known)


def moves(before: Company, after: Company) -> Iterator[tuple[Filed, Person]]:
    """What was filed in `before` and is of somebody else `after`: UNKNOWN where nobody knows of whom."""
    now = {one.turn: one.person for one in after.filed}
    for one in before.filed:
        person = now.get(one.turn, UNKNOWN)
        if person != one.person:
            yield one, person


def _learned(state: ConversationState, said: Evidence, found: Candidate) -> ConversationState:
    wrong = company.misfiled(state.company, said, found)
    known = company.heard(company.moved(state.company, wrong, _sure(found)), said, found)
    state = msgspec.structs.replace(state, company=known)
    return turns.refiled(state, {one.turn for one in wrong}, _sure(found)) if wrong else state


def _sure(found: Candidate) -> Person:
    return found.person if found.certainty >= SURE else UNKNOWN


def acquainted(state: ConversationState, known: Profile) -> ConversationState:
    """What is known of the speaker."""
    user = known.user
    return turns.acquainted(state, user.preferences if user is not None else {}, newcomer=user is None)


def touch_attributed(state: ConversationState, felt: Interaction, touch: Interaction) -> ConversationState:
    """The last touch becomes the attributed `touch`, unless another than `felt` came since."""
    return msgspec.structs.replace(state, last_touch=touch) if state.last_touch == felt else state


def touch_guessed(state: ConversationState, felt: Interaction, name: str) -> ConversationState:
    """Whoever is called `name` may have touched, unless another touch than `felt` came since."""
    return msgspec.structs.replace(state, touch_guess=name) if state.last_touch == felt else state


def unattributed(state: ConversationState) -> ConversationState:
    """The active turn becomes UNKNOWN's, so that it creates no record."""
    active = state.active
    if active is None:
        return state
    return msgspec.structs.replace(
        state, active=msgspec.structs.replace(active, person=UNKNOWN, guess=UNKNOWN)
    )
