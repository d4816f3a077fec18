"""Whom the text on a name plate means. Pure.

The text was read off a picture: signs that look alike are taken for one another, and accents get lost."""

import unicodedata
from collections.abc import Iterable, Sequence

import jellyfish

from actors.vocabulary.names import folded
from actors.vocabulary.values import Person

LONGEST = 64  # signs of a text that is looked at; VRChat's names have 15 at most

# What a reader takes for one another, after folding; letters of other scripts by what their capitals look like.
_ALIKE = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "5": "s", "8": "b", "2": "z", "9": "g"}
    | dict(zip("авекмнорстухзіѕјһ", "abekmhopctyx3lsjh", strict=True))
    | dict(zip("αβεζηικμνορτυχ", "abezhlkmnoptyx", strict=True))
)
_PAIRS = (("rn", "m"), ("vv", "w"))
_LEFT_OUT = " ._-'`,:~*·"  # what is too small to be read for certain

# From so many signs on, so many may be wrong: (at least, wrong).
_WRONG = ((10, 2), (5, 1))


def who(text: str, present: Iterable[Person]) -> Person | None:
    """The one person of those present whose name it looks like, None when it is nobody's, or could be that of several.

    Who bears a name that looks just like another's is not told from them, whichever is read: it may be meant so."""
    people = {person.user_id: person for person in present}
    read = looks(text[:LONGEST])
    found = [person for person in people.values() if read and looks(person.name) == read]
    if found:
        return found[0] if len(found) == 1 else None
    return _nearest(read, tuple(people.values()))


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
