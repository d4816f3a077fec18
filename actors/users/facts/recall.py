"""Which of the known facts matter to what somebody says: the few that stand in the prompt. Pure."""

import re
from collections.abc import Iterable

import msgspec

from actors.users.facts.days import day_name
from actors.users.facts.fact import DAY, Fact, Recalled, is_past, worth
from actors.users.facts.ranking import scores
from actors.users.facts.sharing import Share, may_hear, may_tell
from actors.users.facts.terms import terms_of, terms_of_question
from actors.vocabulary.words import asks

RECALLED = 6  # facts in a prompt
CHARACTERS = 520  # of all of them together
UNASKED = 3  # facts that are told though no word asks for them
WEAK = 0.12  # of the best score: what fits less is left out

NAMED = 1.6  # how much more a fact counts that is about somebody who is named
OTHERS = 0.6  # how much less one that is told of somebody else than who speaks, where nobody is named

_ASKS_BACK = re.compile(
    r"\b(?:do you (?:still )?(?:know|remember|recall)|did i (?:ever )?(?:tell|say|mention)|what did (?:i|he|she|we) (?:tell|say|promise)"
    r"|have i told|remind me|(?:what|where|when|who|which|how)\b.*\b(?:my|i|mine|our|we)\b|am i|do i|did i|have i|is my|are my"
    r"|did we|have we)\b"
)


_OF_ONESELF = re.compile(r"\b(?:i|me|my|mine|myself|we|us|our)\b")


class Question(msgspec.Struct, frozen=True):
    """What was said, by whom (a user id), before whom (user ids), and who is named in it (user ids)."""

    text: str
    asker: str
    here: frozenset[str]
    named: frozenset[str]
    at: float
    share: Share = "present_then"


def recalled(question: Question, facts: Iterable[Fact]) -> tuple[Recalled, ...]:
    """The facts that matter, the best first, each as it is told."""
    known = tuple(
        fact for fact in facts if may_tell(fact, question.asker, question.share) and _meant(question, fact)
    )
    fitting = _fitting(question, known)
    chosen = dict.fromkeys((*fitting, *_unasked(question, known)))
    found, left = [], CHARACTERS
    for fact in tuple(chosen)[:RECALLED]:
        if len(fact.text) <= left:
            left -= len(fact.text)
            found.append(told(fact, question.at, fits=fact in fitting))
    return tuple(found)


def asks_back(text: str, names_somebody: bool = False) -> bool:
    """Whether `text` asks for something that only memory can know. names_somebody: it names a person."""
    return _ASKS_BACK.search(text.casefold()) is not None or (names_somebody and asks(text))


def told(fact: Fact, now: float, *, fits: bool = True) -> Recalled:
    """A fact as it is told at `now` (epoch seconds). fits: the words ask for it."""
    of = "" if fact.is_of_who_said_it or fact.source == "self" else fact.subject.removeprefix("name:")
    when = day_name(fact.when) if fact.when else ""
    days = max(0, int((now - fact.at) // DAY))
    return Recalled(fact.text, fact.source_name, days, of, when, fact.certainty < 0.7, fits)


def _fitting(question: Question, known: tuple[Fact, ...]) -> list[Fact]:
    """Those that fit the words, the best first. What others may not hear is told to who said it only where it fits."""
    if not known:
        return []
    terms = terms_of_question(question.text)
    found = scores(terms, [terms_of(fact) for fact in known])
    ranked = [
        (score * _weight(question, fact), fact) for score, fact in zip(found, known, strict=True) if score
    ]
    ranked = [
        (score, fact)
        for score, fact in ranked
        if fact.source in (question.asker, "self") or may_hear(fact, question.here, question.share)
    ]
    ranked.sort(key=lambda one: (one[0], one[1].at), reverse=True)
    least = ranked[0][0] * WEAK if ranked else 0.0
    return [fact for score, fact in ranked if score >= least]


def _meant(question: Question, fact: Fact) -> bool:
    """Whether it is about somebody whom the words mean: of a question about others only, nothing is told of oneself."""
    if not question.named or _OF_ONESELF.search(question.text.casefold()):
        return True
    return _names(question, fact)


def _names(question: Question, fact: Fact) -> bool:
    return fact.subject in question.named or any(name in question.named for name in fact.names)


def _weight(question: Question, fact: Fact) -> float:
    about = NAMED if _names(question, fact) else 1.0
    if not question.named and fact.subject != question.asker and fact.source != question.asker:
        about = OTHERS
    return about * (0.7 + 0.3 * worth(fact, question.at))


def _unasked(question: Question, known: tuple[Fact, ...]) -> list[Fact]:
    """What is worth having in mind in any case: of who speaks, and what everybody here may hear."""
    mine = (
        fact
        for fact in known
        if fact.subject == question.asker
        and not is_past(fact, question.at)
        and may_hear(fact, question.here, question.share)
    )
    return sorted(mine, key=lambda fact: (worth(fact, question.at), fact.at), reverse=True)[:UNASKED]
