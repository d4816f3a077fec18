"""Which English words mean something near, and which are nouns: a table made of WordNet by tools/lexicon.py. Pure.

Read once, at the first question (some ten milliseconds)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("lexicon.txt")


def related(word: str) -> tuple[str, ...]:
    """What `word` (in lower case) is another word for or a kind of, the nearest first; none for a word unknown here."""
    return _words().get(singular(word), ("", ()))[1]


def is_a(word: str, *kinds: str) -> bool:
    """Whether `word` (in lower case) is one of these kinds of things, or is related to one."""
    near = (singular(word), *related(word))
    return any(kind in near for kind in kinds)


def is_noun(word: str) -> bool:
    """Whether `word` (in lower case) is mostly used as the name of something; what somebody is doing is none."""
    if word.endswith("ing") and (word[:-3] in _words() or word[:-3] + "e" in _words()):
        return False
    return _words().get(singular(word), ("", ()))[0] == "n"


def singular(word: str) -> str:
    """`word` as the table has it: without the ending of a plural."""
    known = _words()
    if word in known:
        return word
    for ending, instead in (("ies", "y"), ("ves", "f"), ("es", ""), ("s", "")):
        if word.endswith(ending) and (one := word.removesuffix(ending) + instead) in known:
            return one
    if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@cache
def _words() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """By word: how it is mostly used (n, v, a or r) and what it is near to."""
    lines = (line.split() for line in _TABLE.read_text("utf-8").splitlines())
    return {word: (use, tuple(near)) for use, word, *near in lines}
