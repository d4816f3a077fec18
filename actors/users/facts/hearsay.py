"""What people tell of others whom the bot knows by name: "Bob lives in Paris". Pure."""

import re
from collections.abc import Callable, Iterator

import msgspec

from actors.users.facts.fact import HEARSAY, LONGEST
from actors.users.facts.names import NAME_WORDS
from actors.users.facts.sentence import clauses_of
from actors.users.facts.telling import AT_ONCE, Told, told_by

_REPORTED = re.compile(r"^(?:i (?:heard|know|think|believe|was told)(?: that)? )?(.*)$", re.I | re.S)
_SELF = {
    "is": "am",
    "has": "have",
    "was": "was",
    "does": "do",
    "goes": "go",
    "isn't": "am not",
    "doesn't": "do not",
}
_VERB = re.compile(r"[a-z]{2,}s$|will$|can$|moved$|promised$|used$|went$|bought$|got$|had$|lost$|won$")


def told_of_others(text: str, now: float, known: Callable[[str], bool]) -> tuple[Told, ...]:
    """What `text` tells of others; `who` is the name as it was said. known: whether somebody goes by that name."""
    clauses = clauses_of(text, LONGEST)
    return tuple(told for clause in clauses for told in _told(clause, now, known))[:AT_ONCE]


def _told(clause: str, now: float, known: Callable[[str], bool]) -> Iterator[Told]:
    reported = _REPORTED.match(clause)
    words = (reported[1] if reported else clause).split()
    for count in range(min(NAME_WORDS, len(words) - 2), 0, -1):
        name, rest = " ".join(words[:count]), words[count:]
        if not known(name):
            continue
        said = _as_if_of_oneself(rest)
        for told in told_by(said, now) if said else ():
            yield msgspec.structs.replace(told, text=clause, certainty=HEARSAY, who=name)
        return


def _as_if_of_oneself(words: list[str]) -> str:
    """ "lives in Paris" as "I live in Paris"; "" where it begins with no verb."""
    verb = words[0].casefold()
    if verb in _SELF:
        return " ".join(("I", _SELF[verb], *words[1:]))
    if not _VERB.fullmatch(verb):
        return ""
    own = verb
    if verb.endswith("ies"):
        own = verb[:-3] + "y"
    elif verb.endswith("s"):
        own = verb[:-2] if verb.endswith(("shes", "ches", "sses", "xes")) else verb[:-1]
    return " ".join(("I", own, *words[1:]))
