"""What people say of who they are: "I'm Anna", "no, I'm Bob", "this is Carl". Rules on words; pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from actors.conversation.company.naming import named_first, words_of
from actors.vocabulary.values import Person, person_named

Kind = Literal["self", "other", "not"]

# What stands before one's own name and nothing else.
_SURELY = re.compile(
    r"\b(?:my name is|my name's|the name is|the name's|i am called|i'm called|you can call me"
    r"|they call me|people call me|ich heiße|mein name ist|je m'appelle|mon nom est|me llamo"
    r"|mi nombre es|mi chiamo|il mio nome è|me chamo"
    r"|(?:o )?meu nome é)\s+",
    re.I,
)
# What stands before many words: only somebody who is here is believed.
_PERHAPS = re.compile(
    r"\b(?:(?:no|nope|actually|hey|hi|hello)[,.!]?\s+)?(?:i am|i'm|im|it's me|it is me|ich bin|je suis"
    r"|moi c'est|soy|sono|eu sou|sou)[, ]\s*",
    re.I,
)
_HERE = re.compile(r"^\W*(?:this is\s+)?([^\W\d_][\w'-]*)\s+(?:here|speaking)\b", re.I)
_OTHER = re.compile(
    r"\b(?:this is|that is|that's|meet|have you met|here is|here's|here comes|das ist|voici|este es|esta es|questo è"
    r"|questa è|este é|esta é)\s+(?:my (?:good |best )?(?:friend|brother|sister|mate|wife|husband|girlfriend|boyfriend)"
    r"[, ]\s*)?",
    re.I,
)
_NOT = re.compile(
    r"\b(?:i am not|i'm not|im not|my name is not|my name isn't|that's not|ich bin nicht)\s+", re.I
)
_ANSWER = re.compile(r"^\W*(?:(?:it's|it is|this is|das ist|c'est|es|è|é)\s+)?", re.I)
_CORRECTS = re.compile(r"^\s*(?:no|nope|nah|wrong|actually|sorry)\b", re.I)
_ASKS_WHO = re.compile(
    r"\b(?:who (?:am i|are you|is this|is that|is speaking|said)|what(?:'s| is) your name)\b", re.I
)
_ALONE = 3  # words of an answer that is nothing but a name
_NO_NAME = frozenset("a an the not no so what who it that this just only very still here there going".split())


class Introduction(msgspec.Struct, frozen=True):
    """`person` is named. kind: as who speaks, as another, or as who does not speak. certainty: in [0, 1].

    corrects: said against what the bot took for true."""

    kind: Kind
    person: Person
    certainty: float
    corrects: bool = False


def introductions(text: str, people: Iterable[Person], *, asked_who: bool = False) -> Iterator[Introduction]:
    """Everybody whom `text` introduces. people: who is here; empty where nobody knows.

    asked_who: the bot has just asked who speaks, so that a lone name is an answer."""
    here, plain = tuple(people), text.replace("’", "'")
    corrects = _CORRECTS.match(plain) is not None
    denied = [
        one for match in _NOT.finditer(plain) if (one := _person(plain[match.end() :], here, sure=False))
    ]
    for person, _ in denied:
        yield Introduction("not", person, 0.9, corrects=True)
    for match in _SURELY.finditer(plain):
        if found := _person(plain[match.end() :], here, sure=True):
            yield Introduction("self", found[0], found[1], corrects)
    for match in _PERHAPS.finditer(plain):
        if found := _person(plain[match.end() :], here, sure=False):
            yield Introduction("self", found[0], found[1], corrects or bool(denied))
    if (speaking := _HERE.match(plain)) and (found := _person(speaking[1], here, sure=False)):
        yield Introduction("self", found[0], found[1], corrects)
    elif not asked_who:
        for match in _OTHER.finditer(plain):
            if found := _person(plain[match.end() :], here, sure=False):
                yield Introduction("other", found[0], found[1])
    answer = _ANSWER.sub("", plain)
    if asked_who and len(words_of(answer)) <= _ALONE and (found := _person(answer, here, sure=False)):
        yield Introduction("self", found[0], found[1], corrects)


def asks_who(text: str) -> bool:
    """Whether the bot's own words ask who somebody is."""
    return text.rstrip().endswith("?") and _ASKS_WHO.search(text) is not None


def _person(text: str, here: tuple[Person, ...], *, sure: bool) -> tuple[Person, float] | None:
    """Who is named at the begin of `text`. sure: nothing but a name can stand there."""
    rest = re.split(r"[.,;!?]", text, maxsplit=1)[0]
    if here:
        named = named_first(rest, here)
        return (named.person, min(named.certainty, 0.95)) if named.certainty else None
    words = words_of(rest)
    if not sure or not words or words[0].casefold() in _NO_NAME or len(words[0]) < 2:
        return None
    return person_named(words[0].capitalize()), 0.85
