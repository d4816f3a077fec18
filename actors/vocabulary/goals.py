"""To whom or what a request to come, follow, go or turn is meant to lead. Pure."""

import re
from collections.abc import Sequence

import msgspec

from actors.vocabulary.names import folded, same_name
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person

LEADING = ("come", "follow", "look")
"""The acts that lead to somebody or something."""

_WHERE = re.compile(
    r"\b(?:follow|face|(?:come|walk|run|go|turn|step|look)\b.*?\b(?:to|towards?|into|at|with|after))\s+"
    r"(?P<what>(?:[^\W_]|['-])+(?: (?:[^\W_]|['-])+){0,2})$"
)
_ARTICLES = re.compile(r"^(?:up to |over to |to |the |that |this |my |your |an? )+")
_AFTER = re.compile(
    r"(?: (?:please|now|again|too|there|here|quickly|slowly|for me|will you|would you|can you))+$"
)
_SPEAKER = frozenset(("me", "us", "here", "over here", "my face", "into my eyes", "my eyes", "mir", "uns"))
_KINDS = dict.fromkeys("seat chair bench couch sofa stool armchair".split(), "seat")


@durable("vocabulary.Goal")
class Goal(msgspec.Struct, frozen=True):
    """target: of whom or what is seen. way: the kind of thing to which a way is known. At least one is empty."""

    target: str = ""
    way: str = ""

    @property
    def is_known(self) -> bool:
        """Whether it can be gone to."""
        return bool(self.target or self.way)


def named_goal(clause: str) -> str:
    """Who or what is named in a request, such as "bob" or "chair"; "" for the speaker."""
    plain = _AFTER.sub("", " ".join(re.sub(r"[.!?,;:]", " ", clause.casefold()).split()))
    found = _WHERE.search(plain)
    if found is None:
        return ""
    what = _ARTICLES.sub("", found["what"])
    return "" if what in _SPEAKER else what


def goal(named: str, speaker: Person, located: Sequence[tuple[str, str]], ways: Sequence[str] = ()) -> Goal:
    """Where it leads. named: of `named_goal`. located: target and name of each that is seen. ways: kinds of things."""
    if not named:
        return Goal(target=_speaker(speaker, located))
    if seen := _called(named, located):
        return Goal(target=seen)
    kind = kind_of(named)
    return Goal(way=kind) if kind in ways else Goal()


def kind_of(named: str) -> str:
    """The kind of thing that people call so: a bench is a seat."""
    return _KINDS.get(named.split()[-1], named) if named else ""


def _called(named: str, located: Sequence[tuple[str, str]]) -> str:
    """Who has this name, or is the only one whose name begins with this word."""
    exact = next((target for target, name in located if same_name(name, named)), "")
    begins = [target for target, name in located if folded(name).split()[:1] == [named]]
    return exact or (begins[0] if len(begins) == 1 else "")


def _speaker(speaker: Person, located: Sequence[tuple[str, str]]) -> str:
    """Whoever speaks, if they are seen; somebody who is not known is the only one who is seen."""
    if speaker.is_known:
        return next((target for target, _ in located if target == speaker.user_id), "")
    return located[0][0] if len(located) == 1 else ""
