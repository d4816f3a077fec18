"""Forgetting a person: their words, the answers to them, and what others' words tell of them by name. Pure."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from actors.conversation.company.attention import Exchange
from actors.conversation.company.company import without as without_people
from actors.conversation.prompt.goals import with_goals
from actors.conversation.state import ActiveTurn, ConversationState
from actors.conversation.summary import Gist, Summary
from actors.conversation.utterance import Utterance
from actors.vocabulary.values import Interaction, Person, tombstone

SHORTEST_NAME = 3  # characters; a shorter one is found in anybody's words


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
    ids = {person.user_id for person in people}
    named = _named(people)
    turns = {
        said.turn
        for said in state.messages
        if said.role == "user" and said.person.user_id in ids and said.at <= at
    }
    active = state.active
    if active is not None and active.person.user_id in ids and active.started_at <= at:
        # its end keeps what was heard of the answer, and would keep it of nobody
        active = ActiveTurn(active.turn, "", listener=active.listener, started_at=active.started_at)
    after = msgspec.structs.replace(
        state,
        messages=tuple(
            said for said in state.messages if said.turn not in turns and not _tells(said, named, at)
        ),
        participants={i: one for i, one in state.participants.items() if i not in ids or one.since > at},
        summary=_summary(state.summary, ids, named, at),
        active=active,
        company=without_people(state.company, ids),
        exchange=Exchange() if state.exchange.person.user_id in ids else state.exchange,
        waiting=state.waiting.without(ids, at),
        surroundings=msgspec.structs.replace(
            state.surroundings,
            people=tuple(person for person in state.surroundings.people if person.user_id not in ids),
        ),
        last_touch=state.last_touch if not named.search(state.last_touch.person) else Interaction(),
    )
    # the topic may be of words of theirs that were void before anybody knew who said them
    if after == state and not state.current_topic:
        return state
    return with_goals(msgspec.structs.replace(after, current_topic="", user_preferences={}))


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


def _tells(said: Utterance, named: re.Pattern[str], at: float) -> bool:
    """Whether the bot's own words name one of them."""
    return said.role == "assistant" and said.at <= at and named.search(said.text) is not None


def _summary(summary: Summary, ids: set[str], named: re.Pattern[str], at: float) -> Summary:
    kept = {i: gist for i, gist in summary.people.items() if i not in ids or gist.since > at}
    return Summary({user_id: _unnamed(gist, named) for user_id, gist in kept.items()})


def _unnamed(gist: Gist, named: re.Pattern[str]) -> Gist:
    return msgspec.structs.replace(
        gist,
        facts=tuple(fact for fact in gist.facts if not named.search(fact.text)),
        topics=tuple(topic for topic in gist.topics if not named.search(topic)),
    )
