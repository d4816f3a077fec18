"""Coming, following and turning to somebody: from who is meant to what the movement is asked for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeGuard

import msgspec

from actors.avatar.messages import GoTo, WalkWay
from actors.behaviour.owner import Owner
from actors.behaviour.plans import Plan, walk_of
from actors.kernel.actor import AskFailed, Reply
from actors.vocabulary.goals import LEADING, goal, kind_of, named_goal
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person
from actors.world.messages import WORLD, FindWay, Way

Leading = Literal["come", "follow", "look"]
WAY_WITHIN = 2.0
_ORDERED: Mapping[str, Leading] = MappingProxyType(
    {
        "come": "come",
        "go": "come",
        "walk": "come",
        "follow": "follow",
        "look": "look",
        "turn": "look",
        "face": "look",
    }
)
NOBODY = "it does not know where anybody stands"


def leads(act: str) -> TypeGuard[Leading]:
    """Whether the act leads to somebody or something."""
    return act in LEADING


def ordered(words: str) -> tuple[str, str]:
    """The act, and who or what is named, of an order such as "follow Anna", "go to the seat" or "wave"."""
    plain = words.strip().casefold()
    head, _, rest = plain.partition(" ")
    if head in _ORDERED and (rest or head in LEADING):
        return _ORDERED[head], named_goal(plain)
    return plain.replace("-", "_"), ""


@durable("behaviour.Meant")
class Meant(msgspec.Struct, frozen=True):
    """An act that leads somewhere. named: who or what, "" for `person`."""

    act: Leading
    named: str = ""
    person: Person = UNKNOWN
    turn: int = 0
    why: str = ""


@durable("behaviour.Errands")
class Errands:
    """Belongs to one actor. located: who and what is seen now (target and name)."""

    def __init__(self) -> None:
        self.located: tuple[tuple[str, str], ...] = ()
        self._ticket = 0

    def plan(self, owner: Owner, meant: Meant) -> Plan | str:
        """What is to be done for it; else why it cannot be done, or "" when a way is looked up first."""
        found = goal(meant.named, meant.person, self.located)
        if found.target:
            return self._walk(owner, meant, GoTo(self._next(), found.target, meant.act))
        if meant.act == "come" and (kind := kind_of(meant.named)):
            owner.ask(WORLD, FindWay("", kind), "on_way", meant, WAY_WITHIN)
            return ""
        return "it does not see who or what is meant" if self.located else NOBODY

    def along(self, owner: Owner, answer: Reply | AskFailed) -> Plan | str:
        """The world has found the way that was asked for, or none."""
        way, meant = answer.message if isinstance(answer, Reply) else None, answer.context
        if not isinstance(way, Way):
            return "no way there is known"
        return self._walk(owner, meant, WalkWay(self._next(), way.points))

    def _walk(self, owner: Owner, meant: Meant, order: GoTo | WalkWay) -> Plan:
        return walk_of(meant.act, order, owner.settings.movement.longest)

    def _next(self) -> int:
        self._ticket += 1
        return self._ticket
