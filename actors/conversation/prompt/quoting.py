"""How names and people's words stand in a prompt: as data that can close neither quotes nor brackets. Pure.

Anybody can choose a name, and anybody a world's."""

import re

from actors.vocabulary.values import Person
from actors.vocabulary.words import plain

LONGEST_NAME = 40
_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BARE = str.maketrans({"[": "(", "]": ")"})


def bare(text: str) -> str:
    """`text` without square brackets, which only our own notes have."""
    return text.translate(_BARE)


def one_line(text: str) -> str:
    """`text` on one line: a second one would stand without the name of whoever said it."""
    return _BREAKS.sub(" ", text)


def quotable(text: str, longest: int = LONGEST_NAME) -> str:
    """`text` on one line, fit to stand within quotes or brackets."""
    return bare(plain(text, longest)).replace('"', "'")


def quoted(person: Person) -> str:
    """Somebody's name in quotes; somebody, if it is not known."""
    return f'"{quotable(person.name)}"' if person.is_known else "somebody"


def heading(person: Person) -> str:
    """The name that stands before somebody's words, without what could end it; "" for nobody known."""
    return quotable(person.name).replace(":", "") if person.is_known else ""
