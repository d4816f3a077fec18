"""The rolling summary of what has left the window: extracted by rules, person by person, and so always the same.

It quotes people: it is data, not an instruction."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from actors.conversation.utterance import Utterance
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person
from actors.vocabulary.words import asks, plain, sentences_of, topic_of, without_name

PEOPLE = 12  # people in the summary; beyond it the one silent for longest is dropped

FACTS = 6
TOPICS = 5
LONGEST_FACT = 120
SUMMARY = 2000  # characters of all facts and topics together; beyond it the oldest fact goes

_STATES = re.compile(
    r"\b(?:i am|i'm|i was|i have|i've|i had|i live|i come from|i work|i study|i play|i can|i can't|i need|i want|i will"
    r"|i'll"
    r"|i (?:\w+ly )?(?:like|love|hate|prefer|enjoy|think|know|remember|went|saw|made|got)|i don't"
    r"|my \w+(?: \w+)? (?:is|are|was|has|have|likes?|lives?)|we are|we're|we have|remember that|don't forget)\b",
    re.I,
)


@durable("conversation.Fact")
class Fact(msgspec.Struct, frozen=True):
    """A sentence somebody said of themselves, and when (epoch seconds)."""

    text: str
    at: float


@durable("conversation.Gist")
class Gist(msgspec.Struct, frozen=True):
    """What stays of one person's part. since, until: epoch seconds of the first and last utterance; newest last."""

    person: Person
    since: float
    until: float
    utterances: int = 0
    facts: tuple[Fact, ...] = ()
    topics: tuple[str, ...] = ()


@durable("conversation.Summary")
class Summary(msgspec.Struct, frozen=True):
    """By user id; all unknown people share one gist."""

    people: Mapping[str, Gist] = {}


def condensed(summary: Summary, fallen: Iterable[Utterance]) -> Summary:
    """`summary` with what `fallen` leaves. The bot's own words leave nothing: they were answers to these."""
    people = dict(summary.people)
    for said in fallen:
        if said.role == "user":
            known = people.pop(said.person.user_id, Gist(said.person, said.at, said.at))
            people[said.person.user_id] = _with(known, said)
    while len(people) > PEOPLE:
        del people[min(people, key=lambda user_id: people[user_id].until)]
    summary = Summary(people)
    while size(summary) > SUMMARY:
        summary = _shortened(summary)
    return summary if summary.people else Summary()


def facts_in(text: str) -> tuple[str, ...]:
    """The sentences of `text` that state something of who says it, each short and on one line."""
    said = (sentence for sentence in sentences_of(text.replace("’", "'")) if not asks(sentence))
    return tuple(plain(sentence, LONGEST_FACT) for sentence in said if _STATES.search(sentence))


def lines(summary: Summary, longest: int, bot: str = "") -> tuple[str, ...]:
    """`summary` to be read, a line for each person, who spoke last first, in at most `longest` characters.

    bot: the bot's name, which is no topic."""
    found = []
    for gist in sorted(summary.people.values(), key=lambda gist: gist.until, reverse=True):
        line = _line(gist, bot)
        longest -= len(line)
        if line and longest >= 0:
            found.append(line)
    return tuple(found)


def size(summary: Summary) -> int:
    """Characters of the facts and topics."""
    return sum(
        sum(len(fact.text) for fact in gist.facts) + sum(map(len, gist.topics))
        for gist in summary.people.values()
    )


def summary_faults(summary: Summary) -> tuple[str, ...]:
    """What is invalid in `summary`."""
    found = (
        [f"summary: {len(summary.people)} people, at most {PEOPLE}"] if len(summary.people) > PEOPLE else []
    )
    if size(summary) > SUMMARY:
        found.append(f"summary: {size(summary)} characters, at most {SUMMARY}")
    for user_id, gist in summary.people.items():
        if gist.person.user_id != user_id:
            found.append(f"summary.{user_id}: the gist is of {gist.person.user_id}")
        if len(gist.facts) > FACTS or len(gist.topics) > TOPICS:
            found.append(f"summary.{user_id}: more than {FACTS} facts or {TOPICS} topics")
    return tuple(found)


def _line(gist: Gist, bot: str) -> str:
    """The gist as a sentence; "" without facts and topics."""
    about = [topic for said in gist.topics if (topic := without_name(said, bot))]
    topics = (f"talked about {', '.join(about)}",) if about else ()
    facts = ("said: " + " ".join(f"“{fact.text}”" for fact in gist.facts),) if gist.facts else ()
    name = plain(gist.person.name, 40) if gist.person.is_known else "somebody"
    return f"{name} {' and '.join((*topics, *facts))}" if topics or facts else ""


def _with(gist: Gist, said: Utterance) -> Gist:
    topic = topic_of(said.text)
    facts = dict.fromkeys(facts_in(said.text), said.at)
    kept = tuple(fact for fact in gist.facts if fact.text not in facts)
    topics = (*(known for known in gist.topics if known != topic), topic) if topic else gist.topics
    return Gist(
        said.person,
        min(gist.since, said.at),
        max(gist.until, said.at),
        gist.utterances + 1,
        (*kept, *(Fact(text, at) for text, at in facts.items()))[-FACTS:],
        topics[-TOPICS:],
    )


def _shortened(summary: Summary) -> Summary:
    """Without the oldest fact; where there is none, without the topics of who was silent for the longest time."""
    people = dict(summary.people)
    with_facts = [gist for gist in people.values() if gist.facts]
    if with_facts:
        gist = min(with_facts, key=lambda gist: gist.facts[0].at)
        shorter = msgspec.structs.replace(gist, facts=gist.facts[1:])
    else:
        gist = min((gist for gist in people.values() if gist.topics), key=lambda gist: gist.until)
        shorter = msgspec.structs.replace(gist, topics=gist.topics[1:])
    people[gist.person.user_id] = shorter
    return Summary(people)
