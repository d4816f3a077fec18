"""Forgetting a person: their words, the answers to them, and what others' words tell of them by name. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Set

import msgspec

from actors.conversation.company.attention import Exchange
from actors.conversation.company.company import Evidence, speaker
from actors.conversation.company.company import without as without_people
from actors.conversation.company.naming import LONGEST as NAME_WORDS
from actors.conversation.company.naming import words_of
from actors.conversation.company.waiting import Question, Waiting
from actors.conversation.prompt.goals import with_goals
from actors.conversation.state import ActiveTurn, ConversationState
from actors.conversation.summary import Gist, Summary
from actors.conversation.utterance import Utterance
from actors.vocabulary.values import Interaction, Person, is_erased, person_named, tombstone

SHORTEST_NAME = 3  # characters; a shorter one is found in anybody's words
FORGOTTEN_SINCE = "it was said before somebody was forgotten"


def without(state: ConversationState, tombstones: Mapping[str, float]) -> ConversationState:
    """`state` without erased people's earlier words. tombstones: epoch seconds of each request by `tombstone(id)`."""
    if not tombstones:
        return state
    for person in {person.user_id: person for person in _people(state)}.values():
        at = tombstones.get(tombstone(person.user_id))
        if at is not None:
            state = dropped(state, (person,), at)
    return state


def dropped(state: ConversationState, people: tuple[Person, ...], at: float) -> ConversationState:
    """`state` without all that these said and were answered until `at` (epoch seconds), and what names them."""
    ids, named = {person.user_id for person in people}, _named(people)
    active = state.active
    if active is not None and ends_turn(state, people, at):
        # its end keeps what was heard of the answer, and would keep it of nobody
        active = ActiveTurn(
            active.turn,
            "",
            listener=active.listener,
            started_at=active.started_at,
            asked_at=active.asked_at,
        )
    after = msgspec.structs.replace(
        state,
        messages=_messages(state.messages, ids, named, at),
        participants={i: one for i, one in state.participants.items() if i not in ids or one.since > at},
        summary=_summary(state.summary, ids, named, at),
        active=active,
        company=without_people(state.company, ids),
        exchange=Exchange() if state.exchange.person.user_id in ids else state.exchange,
        waiting=waiting_without(state, people, at),
        surroundings=msgspec.structs.replace(
            state.surroundings,
            people=tuple(person for person in state.surroundings.people if person.user_id not in ids),
            located=tuple(one for one in state.surroundings.located if one.user_id not in ids),
            friends=tuple(one for one in state.surroundings.friends if one.person.user_id not in ids),
        ),
        last_touch=state.last_touch if not named.search(state.last_touch.person) else Interaction(),
        touch_guess="" if named.search(state.touch_guess) else state.touch_guess,
    )
    # the topic may be of words of theirs that were void before anybody knew who said them
    if after == state and not state.current_topic:
        return state
    return with_goals(msgspec.structs.replace(after, current_topic="", user_preferences={}))


def concerns(state: ConversationState, people: tuple[Person, ...], at: float) -> Callable[[Question], bool]:
    """Whether a question of `state` was asked until `at` (epoch seconds) by one of these, or names one of them."""
    ids, named = {person.user_id for person in people}, _named(people)

    def concerned(said: Question) -> bool:
        if said.at > at:
            return False
        evidence = Evidence(said.text, said.at, said.person, state.surroundings.people, said.voice)
        most_likely = speaker(state.company, evidence)  # of whom nobody was told yet who it is
        return most_likely.person.user_id in ids or named.search(said.text) is not None

    return concerned


def ends_turn(state: ConversationState, people: tuple[Person, ...], at: float) -> bool:
    """Whether the turn that is under way concerns these people, who are forgotten as of `at` (epoch seconds)."""
    active = state.active
    if active is None:
        return False
    guessed = active.asked_at <= at and active.guess.user_id in {one.user_id for one in people}
    return guessed or concerns(state, people, at)(_asked(active))


def waiting_without(state: ConversationState, people: tuple[Person, ...], at: float) -> Waiting:
    """What waits and does not concern these people, who are forgotten as of `at` (epoch seconds)."""
    concerned = concerns(state, people, at)
    return Waiting(tuple(one for one in state.waiting.questions if not concerned(one)))


def is_late(text: str, person: Person, at: float, erased: Mapping[str, float]) -> bool:
    """Whether `text`, which `person` said at `at` (epoch seconds), went with somebody who was erased since."""
    return is_erased(person.user_id, at, erased) or _names_erased(text, at, erased)


def lapsed(state: ConversationState, turns: Set[int], erased: Mapping[str, float]) -> ConversationState:
    """`state` without those of these turns that turned out to be of somebody who was erased since."""
    gone = {
        said.turn
        for said in state.messages
        if said.turn in turns and said.role == "user" and is_erased(said.person.user_id, said.at, erased)
    }
    messages = tuple(said for said in state.messages if said.turn not in gone)
    return msgspec.structs.replace(state, messages=messages) if gone else state


def unnamed(state: ConversationState, over: ActiveTurn, erased: Mapping[str, float]) -> ConversationState:
    """`state` without the reply to the turn that is over, if it names somebody who was erased since it was asked."""
    if not _names_erased(over.kept, over.asked_at, erased):
        return state
    return msgspec.structs.replace(
        state,
        messages=tuple(said for said in state.messages if said.turn != over.turn or said.role != "assistant"),
    )


def _asked(active: ActiveTurn) -> Question:
    return msgspec.structs.replace(active.question, at=active.asked_at)


def _names_erased(text: str, at: float, erased: Mapping[str, float]) -> bool:
    """Of the erased only hashes are known, so each word that may be a name is hashed, and each run of some."""
    if at > max(erased.values(), default=-1.0):
        return False
    words = [re.sub(r"['’]s$", "", word) for word in words_of(text)]
    runs = {" ".join(words[i : i + n]) for n in range(1, NAME_WORDS + 1) for i in range(len(words))}
    return any(is_erased(person_named(run).user_id, at, erased) for run in runs if len(run) >= SHORTEST_NAME)


def _messages(
    messages: tuple[Utterance, ...], ids: set[str], named: re.Pattern[str], at: float
) -> tuple[Utterance, ...]:
    asked = [said for said in messages if said.role == "user" and said.at <= at]
    before = {said.turn for said in asked}
    gone = {said.turn for said in asked if said.person.user_id in ids or named.search(said.text)}
    return tuple(
        said
        for said in messages
        if said.turn not in gone
        # the bot's own words: of what was asked before, they may come of it
        and not (
            (said.at <= at or said.turn in before) and said.role == "assistant" and named.search(said.text)
        )
    )


def _people(value: object) -> Iterator[Person]:
    """Everybody who stands anywhere in `value`: whoever has said nothing yet may wait, or have been introduced."""
    match value:
        case Person():
            yield value
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from _people(getattr(value, name))
        case Mapping():
            for inner in value.values():
                yield from _people(inner)
        case tuple():
            for inner in value:
                yield from _people(inner)


def _named(people: tuple[Person, ...]) -> re.Pattern[str]:
    names = [re.escape(person.name) for person in people if len(person.name) >= SHORTEST_NAME]
    return re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)" if names else r"(?!)", re.I)


def _summary(summary: Summary, ids: set[str], named: re.Pattern[str], at: float) -> Summary:
    kept = {i: gist for i, gist in summary.people.items() if i not in ids or gist.since > at}
    return Summary({user_id: _unnamed(gist, named) for user_id, gist in kept.items()})


def _unnamed(gist: Gist, named: re.Pattern[str]) -> Gist:
    return msgspec.structs.replace(
        gist,
        facts=tuple(fact for fact in gist.facts if not named.search(fact.text)),
        topics=tuple(topic for topic in gist.topics if not named.search(topic)),
    )
