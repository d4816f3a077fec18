"""Corrections: "No, not a dog, a cat." takes back what was said and says it anew. Pure."""

import re

import msgspec

from actors.users.facts.fact import Fact
from actors.users.facts.telling import Told, told_by

_SMALL = r"(?:(?:a|an|the|in|from|my|called|named|on|at|it is|it's|its|is) )*"
_WORD = r"([\w'-]+)"
_BEGINS = re.compile(
    r"^(?:no|nope|not|actually|sorry|wrong|i meant|i said|it is|it's|that is|that's)\b[,.!]?", re.I
)
_NOT_BUT = re.compile(rf"\bnot {_SMALL}{_WORD}(?:[,;.]| but)+ {_SMALL}{_WORD}", re.I)
_BUT_NOT = re.compile(rf"{_WORD}(?:[,;.]| and)* not {_SMALL}{_WORD}[.!]?$", re.I)


class Correction(msgspec.Struct, frozen=True):
    """A word that was wrong, and the right one."""

    wrong: str
    right: str


def correction_in(text: str) -> Correction | None:
    """What `text` corrects; None for nothing."""
    text = " ".join(text.replace("’", "'").split())
    if not _BEGINS.search(text):
        return None
    if found := _NOT_BUT.search(text):
        return Correction(found[1], found[2])
    if found := _BUT_NOT.search(text):
        return Correction(found[2], found[1])
    return None


def corrected(facts: tuple[Fact, ...], source: str, text: str, now: float) -> tuple[Fact, Told] | None:
    """The fact that `source` corrects by saying `text`, and what they tell instead; None where nothing fits."""
    said = correction_in(text)
    if said is None:
        return None
    wrong = re.compile(rf"(?<!\w){re.escape(said.wrong)}(?!\w)", re.I)
    mine = (fact for fact in facts if fact.source == source and wrong.search(fact.text))
    fact = max(mine, key=lambda one: one.at, default=None)
    if fact is None:
        return None
    right = wrong.sub(lambda _: said.right, fact.text)
    told = next(told_by(right, now), None)
    return fact, told if told is not None else Told(right, fact.kind, fact.key, fact.when)
