"""Guesses what a misspelt word was meant to be."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from config.syntax.problem import Key, dotted

_LONGEST = 64


def closest(word: str, known: Collection[str], cutoff: float = 0.6) -> str:
    """The known word most like this one, however it is cased or hyphenated; empty if none is close."""
    if len(word) > _LONGEST:
        return ""
    by_spelling = {_plain(name): name for name in known}
    matches = get_close_matches(_plain(word), by_spelling, n=1, cutoff=cutoff)
    return by_spelling[matches[0]] if matches else ""


def closest_key(key: Key, siblings: Collection[str], everywhere: Iterable[Key]) -> str:
    """What an unknown key was meant to be: one of its siblings, or else the same name where it really belongs."""
    name = str(key[-1])
    if sibling := closest(name, siblings):
        return sibling
    # Of two keys with the same name the outer one is meant.
    outer_last = sorted((known for known in everywhere if "*" not in known), key=len, reverse=True)
    elsewhere = {str(known[-1]): dotted(known) for known in outer_last}
    found = get_close_matches(_plain(name), elsewhere, n=1, cutoff=0.85)
    return elsewhere[found[0]] if found else ""


def _plain(word: str) -> str:
    # camelCase and hyphens are spellings of the same name.
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower().replace("-", "_").replace(" ", "_")
