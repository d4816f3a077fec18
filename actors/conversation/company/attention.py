"""Is it said to the bot? Alone with somebody, always; among several, when it is called, touched or talking. Pure."""

import re
from typing import Literal

import msgspec

from actors.conversation.company.naming import named_first, names_bot
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Interaction, Person

Mode = Literal["always", "addressed", "auto"]

EXCHANGE = 20.0  # seconds after the bot's last word within which the same person goes on talking with it
TOUCHED = 10.0  # seconds after a touch within which words are meant for the bot


@durable("conversation.Exchange")
class Exchange(msgspec.Struct, frozen=True):
    """The last one: with whom, in which voice, until when (epoch seconds), and whether the bot asked something last."""

    person: Person = UNKNOWN
    voice: int = 0
    at: float = 0.0
    asks: bool = False


class Said(msgspec.Struct, frozen=True):
    """What was said, by whom, in which voice, when, and who else is here. touch: the last one that was felt."""

    text: str
    at: float
    person: Person = UNKNOWN
    voice: int = 0
    here: tuple[Person, ...] = ()
    touch: Interaction = Interaction()


class Heeded(msgspec.Struct, frozen=True):
    """Whether the bot answers, and why."""

    answers: bool
    why: str


def attention(mode: Mode, names: tuple[str, ...], said: Said, exchange: Exchange) -> Heeded:
    """Whether to answer. names: the bot's. exchange: the last one that it had."""
    if mode == "always":
        return Heeded(True, "everything is answered")
    if mode == "auto" and len(said.here) <= 1:
        return Heeded(True, "nobody else is here")
    if names_bot(said.text, names, said.here):
        return Heeded(True, "called by name")
    if other := _called(said):
        return Heeded(False, f"said to {'another' if not other.is_known else 'somebody else'}")
    if _touches(said):
        return Heeded(True, "after a touch")
    if _goes_on(said, exchange):
        return Heeded(True, "in an exchange")
    return Heeded(False, "not said to the bot")


def _called(said: Said) -> Person | None:
    """Somebody else whom the words call at their begin or end."""
    others = [one for one in said.here if one != said.person]
    first = named_first(
        re.sub(r"^\W*(?:hey|hi|hello|so|and|ok|okay|oh)\b[\s,]*", "", said.text, flags=re.I), others
    )
    if first.certainty >= 0.85:
        return first.person
    last = re.search(r",\s*([\w'’ -]+)[.!?]*\s*$", said.text)
    named = named_first(last[1], others) if last else None
    return named.person if named is not None and named.certainty >= 0.85 else None


def _touches(said: Said) -> bool:
    touch = said.touch
    by_them = not touch.person or not said.person.is_known or touch.person == said.person.name
    return touch.kind == "touch" and 0.0 <= said.at - touch.at < TOUCHED and by_them


def _goes_on(said: Said, exchange: Exchange) -> bool:
    if not exchange.at or not 0.0 <= said.at - exchange.at < EXCHANGE:
        return False
    if said.voice and exchange.voice:
        return said.voice == exchange.voice or (exchange.asks and not exchange.person.is_known)
    return said.person == exchange.person or not said.person.is_known or not exchange.person.is_known
