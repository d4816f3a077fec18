"""Whom the text on a name plate means. Pure.

The text was read off a picture: signs that look alike are taken for one another, and accents get lost."""

import unicodedata
from collections.abc import Iterable, Sequence

import jellyfish

from actors.vocabulary.names import folded
from actors.vocabulary.values import Person

LONGEST = 64  # signs of a text that is looked at; VRChat's names have 15 at most

# What a reader takes for one another, after folding.
_ALIKE = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "5": "s", "8": "b", "2": "z", "9": "g"}
)
_PAIRS = (("rn", "m"), ("vv", "w"))
_LEFT_OUT = " ._-'`,:~*·"  # what is too small to be read for certain

# From so many signs on, so many may be wrong: (at least, wrong).
_WRONG = ((10, 2), (5, 1))


def who(text: str, present: Iterable[Person]) -> Person | None:
    """The one person of those present whose name it is, None when it is nobody's, or could be that of several.

    A name that is written just so goes before one that looks alike, and that before one with a sign read wrongly."""
    people = {person.user_id: person for person in present}
    read = text[:LONGEST]
    for form in (folded, looks):
        wanted = form(read)
        found = [person for person in people.values() if wanted and form(person.name) == wanted]
        if found:
            return found[0] if len(found) == 1 else None
    return _nearest(looks(read), tuple(people.values()))


def looks(name: str) -> str:
    """What two names that look alike have in common."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFD", folded(name)) if not unicodedata.combining(sign)
    )
    text = plain.translate(_ALIKE).translate({ord(sign): None for sign in _LEFT_OUT})
    for pair, one in _PAIRS:
        text = text.replace(pair, one)
    return text


def _nearest(text: str, people: Sequence[Person]) -> Person | None:
    wrong = next((wrong for least, wrong in _WRONG if len(text) >= least), 0)
    apart = [jellyfish.damerau_levenshtein_distance(text, looks(person.name)) for person in people]
    nearest = min(apart, default=wrong + 1)
    return people[apart.index(nearest)] if 0 < nearest <= wrong and apart.count(nearest) == 1 else None
