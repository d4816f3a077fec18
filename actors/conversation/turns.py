"""How a turn of conversation changes what is known of it: pure transitions, each within the state's bounds."""

from collections.abc import Mapping, Set

import msgspec

from actors.conversation.company import company
from actors.conversation.company.attention import Exchange
from actors.conversation.company.company import Filed
from actors.conversation.company.waiting import Question
from actors.conversation.prompt.goals import with_goals
from actors.conversation.state import (
    NEAR,
    PARTICIPANTS,
    PREFERENCES,
    ActiveTurn,
    ConversationState,
    Participant,
    Surroundings,
)
from actors.conversation.summary import condensed
from actors.conversation.utterance import LONGEST, Utterance, first_shown, window
from actors.vocabulary.values import UNKNOWN, Interaction, Person
from actors.vocabulary.words import tone_of, topic_of

PAUSE = 300.0  # seconds of silence after which talk counts as a new conversation

TOUCH_AGAIN = 10.0  # seconds within which the same touch again is the same touch

SEEN = 4
GAP = 1000  # added to the turn after a restart: an incarnation has fewer turns that were not saved yet


def begin(
    state: ConversationState,
    said: Question,
    at: float,
    *,
    voiced: bool = True,
    waited: bool = False,
    asked_at: float | None = None,
) -> ConversationState:
    """What was said becomes the next turn at `at` (epoch seconds). voiced: there is a voice to answer with. waited: for
    others' answers. asked_at: when it was said, if that is not `said.at`, because it goes on with something."""
    turn = state.turn + 1
    since = at - state.last_interaction_time
    goes_on = 0 <= since < PAUSE
    return msgspec.structs.replace(
        state,
        turn=turn,
        active=ActiveTurn(
            turn,
            said.text[:LONGEST],
            said.person,
            said.listener,
            at,
            voiced=voiced,
            voice=said.voice,
            addressed=said.addressed,
            waited=waited,
            language=said.language,
            likely=said.likely,
            asked_at=said.at if asked_at is None else asked_at,
        ),
        language=said.language or state.language,
        current_topic=topic_of(said.text) or (state.current_topic if goes_on else ""),
        emotional_tone=tone_of(said.text),
        last_interaction_time=at,
        conversation_duration=state.conversation_duration + since if goes_on else 0.0,
        participants=state.participants if goes_on else {},
    )


def resumed(state: ConversationState, at: float) -> ConversationState:
    """The state with which a run goes on at `at` (epoch seconds): its recognizer counts voices anew."""
    company = msgspec.structs.replace(state.company, known_voices={}, filed=(), resembling={})
    waiting = state.waiting.since(at)
    return msgspec.structs.replace(state, company=company, exchange=Exchange(), waiting=waiting)


def turn_after_restart(turn: int, epoch: int, incarnation: int, at: float) -> int:
    """A turn id above any issued before: the stages drop turns up to the last cancelled one. turn: the stored one.
    epoch: of the store, 0 if not known. at: epoch seconds."""
    # Where nobody knows the last one: the clock in seconds, since turns are rarer than that.
    known = turn if epoch else max(turn, int(at))
    # Each earlier incarnation may have counted turns, and this gap of its own, that it did not save before it died.
    return known + GAP * (incarnation - 1)


def attribute(
    state: ConversationState, person: Person, certainty: float = 1.0, guess: Person = UNKNOWN
) -> ConversationState:
    """It is known now who said it, and how surely: note the utterance under that name. guess: who most likely said it,
    where `person` is unknown."""
    active = state.active
    if active is None:
        return state
    said = Utterance(
        "user", active.text, person, active.turn, active.asked_at, active.language or active.likely
    )
    state = msgspec.structs.replace(
        state,
        active=msgspec.structs.replace(
            active, person=person, certainty=certainty, guess=UNKNOWN if person.is_known else guess
        ),
        participants=_joined(state.participants, person, active.asked_at, active.language),
        user_preferences={},
    )
    return with_goals(_noted(state, said))


def acquainted(state: ConversationState, preferences: Mapping[str, str], newcomer: bool) -> ConversationState:
    """The users' actor answered: what the speaker prefers, and whether they are new."""
    active = state.active
    if active is None:
        return state
    participants = state.participants
    one = participants.get(active.person.user_id)
    if one is not None and newcomer:
        participants = {**participants, one.person.user_id: msgspec.structs.replace(one, newcomer=True)}
    newest = dict(tuple(preferences.items())[-PREFERENCES:])
    return with_goals(msgspec.structs.replace(state, user_preferences=newest, participants=participants))


def add_sentence(state: ConversationState, text: str) -> ConversationState:
    """The reply has grown by a sentence."""
    active = state.active
    if active is None:
        return state
    return msgspec.structs.replace(state, active=msgspec.structs.replace(active, said=(*active.said, text)))


def add_aside(state: ConversationState, text: str) -> ConversationState:
    """The bot says something that is no part of the reply, such as an apology."""
    active = state.active
    if active is None:
        return state
    asides = (*active.asides, len(active.said))
    return add_sentence(
        msgspec.structs.replace(state, active=msgspec.structs.replace(active, asides=asides)), text
    )


def end(state: ConversationState, name: str, at: float) -> ConversationState:
    """The turn is over: keep what was really heard of the reply, under the bot's name."""
    active = state.active
    if active is None:
        return state
    since = max(0.0, at - state.last_interaction_time)
    state = msgspec.structs.replace(
        state,
        active=None,
        last_interaction_time=at,
        conversation_duration=state.conversation_duration + since,
    )
    if active.kept:
        heard = active.kept[:LONGEST]
        state = _noted(state, Utterance("assistant", heard, Person("self", name), active.turn, at))
        one = state.participants.get(active.person.user_id)
        if one is not None:
            answered = msgspec.structs.replace(one, answered=True)
            state = msgspec.structs.replace(
                state, participants={**state.participants, one.person.user_id: answered}
            )
        state = exchanged(state, active, at, active.kept)
    return with_goals(state)


def exchanged(state: ConversationState, active: ActiveTurn, at: float, reply: str = "") -> ConversationState:
    """The bot answers whoever said `active`, or has answered them with `reply`."""
    asks = reply.rstrip().endswith("?")
    here, known = state.surroundings.people, state.company
    return msgspec.structs.replace(
        state,
        exchange=Exchange(active.person, active.voice, at, asks),
        company=company.answered(known, reply, active.person, here, at) if reply else known,
    )


def filed(state: ConversationState, active: ActiveTurn, at: float) -> ConversationState:
    """The turn, which is over at `at` (epoch seconds), went to the record of the person who said it."""
    entry = Filed(active.turn, active.person, active.voice, active.asked_at, at)
    known = company.filed(state.company, entry)
    return msgspec.structs.replace(state, company=known)


def refiled(state: ConversationState, turns: Set[int], person: Person) -> ConversationState:
    """What was said in these turns was said by `person`."""
    return msgspec.structs.replace(
        state,
        messages=tuple(
            msgspec.structs.replace(one, person=person) if one.turn in turns and one.role == "user" else one
            for one in state.messages
        ),
    )


def overheard(state: ConversationState, said: Question, person: Person) -> ConversationState:
    """It was said, but not to the bot, which answers somebody else just now."""
    turn = state.turn + 1
    noted = Utterance("user", said.text[:LONGEST], person, turn, said.at, said.language or said.likely)
    participants = _joined(state.participants, person, said.at, said.language)
    return with_goals(_noted(msgspec.structs.replace(state, turn=turn, participants=participants), noted))


def unknown_speaker(state: ConversationState) -> ConversationState:
    """Nobody knows who said the current turn, nor what: its words are dropped, and so is what they told."""
    active = state.active
    if active is None:
        return state
    state = unsaid(state, active.turn)
    participants = {id: one for id, one in state.participants.items() if one.utterances}
    return msgspec.structs.replace(
        state,
        active=msgspec.structs.replace(active, person=UNKNOWN, voice=0, guess=UNKNOWN),
        participants=participants,
        current_topic="",
        emotional_tone="neutral",
    )


def withdraw(state: ConversationState, name: str, at: float) -> ConversationState:
    """The turn came too early, and nothing of its reply counts. What was said stays until it is said in whole."""
    active = state.active
    if active is None:
        return state
    unheard = msgspec.structs.replace(active, said=(), played=0, part="", voiced=True)
    return end(msgspec.structs.replace(state, active=unheard), name, at)


def unsaid(state: ConversationState, turn: int) -> ConversationState:
    """Without what was said in `turn`, because it is about to be said again in whole."""
    said = next((one for one in state.messages if one.turn == turn and one.role == "user"), None)
    if said is None:
        return state
    messages = tuple(one for one in state.messages if one is not said)
    one = state.participants.get(said.person.user_id)
    participants = dict(state.participants)
    if one is not None:
        less = max(0, one.utterances - 1)
        participants[said.person.user_id] = msgspec.structs.replace(one, utterances=less)
    return msgspec.structs.replace(state, messages=messages, participants=participants)


def excuse(state: ConversationState, at: float, voiced: bool) -> ConversationState:
    """A turn of the bot's own, to say that it did not understand; nothing was said that could be kept."""
    turn = state.turn + 1
    return msgspec.structs.replace(
        state, turn=turn, active=ActiveTurn(turn, "", started_at=at, voiced=voiced, asked_at=at)
    )


def unasked(
    state: ConversationState, person: Person, at: float, voiced: bool, listener: str = ""
) -> ConversationState:
    """A turn of the bot's own, to say something to `person` that nobody asked for."""
    turn, goes_on = state.turn + 1, 0 <= at - state.last_interaction_time < PAUSE
    begun = ActiveTurn(turn, "", person, listener, started_at=at, voiced=voiced, certainty=1.0, asked_at=at)
    return msgspec.structs.replace(
        state,
        turn=turn,
        active=begun,
        last_interaction_time=at,
        conversation_duration=state.conversation_duration if goes_on else 0.0,
        participants=state.participants if goes_on else {},
    )


def surrounded(state: ConversationState, here: Surroundings) -> ConversationState:
    """The world answered where this is; of what is near and seen some is kept."""
    near = msgspec.structs.replace(
        here,
        people=here.people[:NEAR],
        seen=here.seen[:SEEN],
        located=here.located[:NEAR],
        friends=here.friends[:NEAR],
    )
    return msgspec.structs.replace(state, surroundings=near)


def touched(state: ConversationState, touch: Interaction) -> ConversationState:
    """The body felt a touch; `state` itself when it is the same touch as the last one."""
    last = state.last_touch
    if last.detail == touch.detail and 0.0 <= touch.at - last.at < TOUCH_AGAIN:
        return state
    return msgspec.structs.replace(state, last_touch=touch, touch_guess="")


def continued(stored: ConversationState, interim: ConversationState) -> ConversationState:
    """The stored conversation, and what was said while it was not known."""
    known = frozenset(stored.messages)
    for said in interim.messages:
        if said not in known:
            stored = _noted(stored, said)
    return msgspec.structs.replace(stored, turn=max(stored.turn, interim.turn), active=interim.active)


def _joined(
    participants: Mapping[str, Participant], person: Person, at: float, language: str
) -> Mapping[str, Participant]:
    known = participants.get(person.user_id, Participant(person, at, at))
    now = msgspec.structs.replace(
        known,
        person=person,
        until=at,
        utterances=known.utterances + 1,
        language=language or known.language,
    )
    joined = {**participants, person.user_id: now}
    if len(joined) > PARTICIPANTS:
        others = (user_id for user_id in joined if user_id != person.user_id)
        del joined[min(others, key=lambda user_id: joined[user_id].until)]
    return joined


def _noted(state: ConversationState, said: Utterance) -> ConversationState:
    fallen, kept = window((*state.messages, said))
    summary = condensed(state.summary, fallen) if fallen else state.summary
    shown_from = first_shown(kept, state.shown_from)
    return msgspec.structs.replace(state, messages=kept, summary=summary, shown_from=shown_from)
