"""The tree of actors as its page shows it: groups, with who is unwell first named. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from supervisor.page.screens.actor_history import NO_PACE, Pace

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """An actor. indent: levels below its group. is_unwell: it is neither well nor off."""

    row: Row
    pace: Pace
    indent: int
    is_unwell: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A supervisor below the root, with all that is below it. off: how many of them are switched off."""

    row: Row
    rows: tuple[Shown, ...]
    off: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """unwell: the addresses of who is unwell, the worst first. counts: how many actors by health, and off."""

    groups: tuple[Group, ...]
    unwell: tuple[Row, ...]
    counts: Mapping[str, int]


def tree(rows: Sequence[Row], paces: Mapping[str, Pace]) -> Tree:
    """rows: of a status, a supervisor before its children."""
    groups: list[tuple[Row, list[Shown]]] = []
    for row in rows:
        if row["depth"] == 1 or not groups:
            groups.append((row, []))
        else:
            groups[-1][1].append(shown(row, paces))
    actors = [row for row in rows if row["kind"] == "actor"]
    return Tree(
        tuple(_group(row, members) for row, members in groups if members or row["depth"] == 1),
        tuple(sorted(filter(is_unwell, actors), key=lambda row: row["health"] != "DOWN")),
        _counts(actors),
    )


def _group(row: Row, members: Sequence[Shown]) -> Group:
    off = tuple(one for one in members if one.row["state"] == "disabled")
    return Group(row, tuple(one for one in members if one not in off), off)


def shown(row: Row, paces: Mapping[str, Pace]) -> Shown:
    indent = min(3, max(0, row["depth"] - 2)) + row["address"].count("/")
    return Shown(row, paces.get(row["address"], NO_PACE), indent, is_unwell(row))


def is_unwell(row: Row) -> bool:
    """Whether it is neither well nor switched off."""
    return bool(row["state"] != "disabled" and row["health"] != "OK")


def _counts(actors: Sequence[Row]) -> Mapping[str, int]:
    words = ["off" if row["state"] == "disabled" else row["health"] for row in actors]
    return {
        word: words.count(word) for word in ("DOWN", "DEGRADED", "STARTING", "OK", "off") if word in words
    }
