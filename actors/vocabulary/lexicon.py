"""Which English words mean something near, and which are nouns: a table made of WordNet by tools/lexicon.py. Pure.

Read once, at the first question."""

import re
from array import array
from bisect import bisect_left
from functools import cache, lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("lexicon.txt")
_NOTHING = ("", ())
REMEMBERED = 2048
"""Words whose lines are kept: those of a conversation come again."""


def related(word: str) -> tuple[str, ...]:
    """What `word` (in lower case) is another word for or a kind of, the nearest first; none for a word unknown here."""
    return (_words().get(singular(word)) or _NOTHING)[1]


def is_a(word: str, *kinds: str) -> bool:
    """Whether `word` (in lower case) is one of these kinds of things, or is related to one."""
    near = (singular(word), *related(word))
    return any(kind in near for kind in kinds)


def is_noun(word: str) -> bool:
    """Whether `word` (in lower case) is mostly used as the name of something; what somebody is doing is none."""
    if word.endswith("ing") and (word[:-3] in _words() or word[:-3] + "e" in _words()):
        return False
    return (_words().get(singular(word)) or _NOTHING)[0] == "n"


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


class _Table:
    """The file as it is, its lines in the order of their words: as a dictionary it would take eleven megabytes of every
    instance. Not mapped into memory, since a file that an update cuts short under a map ends the process."""

    def __init__(self, text: bytes) -> None:
        self._text = text if text.endswith(b"\n") else text + b"\n"
        self._lines = array("I", [0, *(found.end() for found in re.finditer(b"\n", self._text))][:-1])
        self.get = lru_cache(REMEMBERED)(self._find)

    def __contains__(self, word: str) -> bool:
        return self.get(word) is not None

    def _find(self, word: str) -> tuple[str, tuple[str, ...]] | None:
        """How it is mostly used (n, v, a or r) and what it is near to; None for a word that is not there."""
        wanted = word.encode("utf-8", "replace")
        at = bisect_left(self._lines, wanted, key=self._word)
        if at == len(self._lines) or self._word(self._lines[at]) != wanted:
            return None
        start = self._lines[at]
        use, _, *near = self._text[start : self._text.find(b"\n", start)].decode().split()
        return use, tuple(near)

    def _word(self, start: int) -> bytes:
        """The word of the line that begins there, behind its use, which is one letter."""
        end = self._text.find(b"\n", start)
        space = self._text.find(b" ", start + 2, end)
        return self._text[start + 2 : space if space >= 0 else end]


@cache
def _words() -> _Table:
    return _Table(_FILE.read_bytes())
