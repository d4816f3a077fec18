"""Names as they are spoken: which of the people here somebody means, and whether it is the bot. Pure.

What is heard of a name is what a recognizer made of it, so names that sound alike count as the same."""

import re
from collections.abc import Iterable

import jellyfish
import msgspec

from actors.vocabulary.names import folded
from actors.vocabulary.values import UNKNOWN, Person

LONGEST = 3  # words that a spoken name has at most
_ALIKE = 0.93  # of Jaro and Winkler's similarity, from which on two long names are one
_LONG = 4  # letters of a name that may be misheard; shorter ones are other words too soon
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# what sounds like many a name
_NO_NAMES = frozenset(
    """
    a all an and any anyone are be cruel crawled everybody everyone girl guys he her here him hurled i is it its me my
    no not nobody of ok okay one or our quite really she so somebody someone sorry that the there they this to us very
    we well what whirled who world yes you your
    """.split()
)


class Named(msgspec.Struct, frozen=True):
    """Who is meant, and how sure that is, in [0, 1]. UNKNOWN, 0: nobody, or more than one."""

    person: Person = UNKNOWN
    certainty: float = 0.0


def words_of(text: str) -> tuple[str, ...]:
    """The words of `text` that could be part of a name."""
    return tuple(_WORD.findall(text))


def named_first(text: str, people: Iterable[Person]) -> Named:
    """Whom the first words of `text` name."""
    words = words_of(text)[:LONGEST]
    best: dict[str, Named] = {}
    for person in people:
        sure = max((_fits(" ".join(words[:n]), person.name) for n in range(len(words), 0, -1)), default=0.0)
        if sure:
            best[person.user_id] = Named(person, sure)
    return _one(best)


def named_anywhere(text: str, people: Iterable[Person]) -> tuple[Person, ...]:
    """Everybody whom a word of `text` names."""
    words = words_of(text)
    spoken = {" ".join(words[i : i + n]) for n in range(1, LONGEST + 1) for i in range(len(words) - n + 1)}
    return tuple(person for person in people if any(_fits(one, person.name) >= 0.9 for one in spoken))


def names_bot(text: str, names: Iterable[str], others: Iterable[Person] = ()) -> bool:
    """Whether a word of `text` is one of the bot's `names`, or sounds like one and is no other's name here.

    A word that only sounds like it must be written as a name and stand where one calls somebody: at an end of a
    sentence, or before a comma."""
    if any(_stands_in(folded(text), folded(name)) for name in names):
        return True
    called = [word for word in _calls(text) if word[:1].isupper()]
    others = tuple(others)
    return any(
        _sounds_like(word, name) and not named_first(word, others).certainty
        for word in called
        for name in names
    )


def _stands_in(text: str, name: str) -> bool:
    # Many scripts put no space between words.
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)" if name.isascii() else re.escape(name)
    return re.search(pattern, text) is not None


def _calls(text: str) -> Iterable[str]:
    """The words of `text` with which somebody may be called."""
    for sentence in re.split(r"[.!?]+", text):
        words = words_of(sentence)
        yield from (*words[:2], *words[-1:])
        yield from (match[1] for match in re.finditer(r"([\w'’-]+),", sentence))


def _fits(spoken: str, name: str) -> float:
    """How well `spoken` is the name, in [0, 1]."""
    said, whole = folded(spoken).replace("’", "'"), folded(name)
    if said == whole:
        return 1.0
    if said in _NO_NAMES or said.endswith(("'s", "s'")):
        return 0.0
    parts = [folded(part) for part in _PARTS.findall(name)]
    if len(said) > 1 and said in parts:
        return 0.95
    joined = "".join(parts)
    if said.replace(" ", "") == joined:
        return 0.95
    return 0.85 if any(_sounds_like(spoken, part) for part in (*parts, joined)) else 0.0


def _sounds_like(spoken: str, name: str) -> bool:
    one, other = folded(spoken).replace(" ", ""), folded(name)
    if one in _NO_NAMES or min(len(one), len(other)) < _LONG:
        return False
    if jellyfish.jaro_winkler_similarity(one, other) >= _ALIKE:
        return True
    if not (one.isascii() and other.isascii()):
        return False
    return _one_sound_apart(jellyfish.metaphone(one), jellyfish.metaphone(other))


def _one_sound_apart(one: str, other: str) -> bool:
    """The same consonants, but for the first: people hear Harold for Gerald."""
    if one == other:
        return len(one) >= 2
    return len(one) == len(other) >= _LONG and one[1:] == other[1:]


def _one(found: dict[str, Named]) -> Named:
    ranked = sorted(found.values(), key=lambda one: -one.certainty)
    if not ranked or (len(ranked) > 1 and ranked[1].certainty == ranked[0].certainty):
        return Named()
    return ranked[0]
