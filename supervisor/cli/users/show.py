"""Renders people: all in a table, or one in detail. Pure."""

import time
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group
from rich.table import Table

from actors.users.acquaintance import faded
from actors.users.facts.days import day_name
from actors.users.facts.fact import STATED, Fact, worth
from actors.users.state import PersonRow, UserState
from config.format import count, moment
from supervisor.cli.literal import escaped, literal

LAST = 5
"""How many of the newest interactions of a person are shown."""


NARROW = 72
"""Columns of a terminal below which a person's numbers are left out."""


def table(rows: Iterable[PersonRow], width: int) -> Table:
    """One row for each person; names and ids are never cut. width: columns of the terminal."""
    wide = width >= NARROW
    found = Table(box=None, pad_edge=False, header_style="dim")
    titles = ("name", "relationship", "last seen", "interactions", "id")
    for title in titles if wide else titles[::2]:
        found.add_column(title, overflow="fold")
    for row in rows:
        numbers = (f"{row.relationship:.2f}", _when(row.last_seen), str(row.interactions))
        name = f"{row.display_name} (blocked)" if row.blocked else row.display_name
        cells = (name, *numbers, row.user_id)
        found.add_row(*map(literal, cells if wide else cells[::2]))
    return found


def person_view(user: UserState, told: tuple[Fact, ...] = (), *, voice_kept: bool = False) -> Group:
    """Everything that is known of one person, in short. told: what they told of others. voice_kept: how they sound
    is kept, to know them again."""
    lines = [*_lines(user, told)]
    if voice_kept:
        lines.insert(2, "how their voice sounds is kept, encrypted")
    return Group(*lines)


def _lines(user: UserState, told: tuple[Fact, ...]) -> Iterator[str]:
    level = faded(user, time.time())
    also = f"  also called {escaped(', '.join(user.also_called))}" if user.also_called else ""
    yield f"[bold]{escaped(user.display_name)}[/]  {escaped(user.user_id)}{also}"
    yield (
        f"relationship {level:.2f}, met {_when(user.met_at)}, last seen {_when(user.last_seen)},"
        f" {count(len(user.interaction_history), 'interaction')} kept"
    )
    feelings = user.emotional_baseline
    yield f"usually valence {feelings.valence:+.2f}, arousal {feelings.arousal:+.2f}"
    own = [fact for fact in user.facts if fact.source == user.user_id]
    yield from _facts("told", own)
    yield from _facts("told by others", [fact for fact in user.facts if fact.source != user.user_id])
    yield from _facts("told of others", told)
    if user.preferences:
        yield "[dim]preferences[/]"
        yield from (f"  {escaped(key)}: {escaped(value)}" for key, value in user.preferences.items())
    if user.conversation_patterns:
        yield "[dim]patterns[/]"
        patterns = sorted(user.conversation_patterns, key=lambda pattern: pattern.count, reverse=True)
        yield from (f"  {escaped(pattern.kind)}: {count(pattern.count, 'time')}" for pattern in patterns)
    if user.interaction_history:
        yield "[dim]last words[/]"
    for one in user.interaction_history[-LAST:]:
        yield f"  {_when(one.at)}  {escaped(one.kind)}: {escaped(one.detail)}"
        if one.reply:
            yield f"    -> {escaped(one.reply)}"


def _facts(title: str, facts: Sequence[Fact]) -> Iterator[str]:
    """The facts, those that matter most first."""
    if facts:
        yield f"[dim]{title}[/]"
    for fact in sorted(facts, key=lambda fact: worth(fact, time.time()), reverse=True):
        yield f"  {_when(fact.at)}  {escaped(fact.text)}  [dim]({escaped(_circumstances(fact))})[/]"


def _circumstances(fact: Fact) -> str:
    """Of what kind it is, who said it, before whom, and how certain it is."""
    heard = len(fact.heard_by)
    parts = (
        fact.kind,
        "" if fact.is_of_who_said_it else f"said by {fact.source_name or fact.source}",
        f"for {day_name(fact.when)}" if fact.when else "",
        f"before {count(heard, 'other')}" if heard else "alone",
        "in confidence" if fact.private else "",
        "not for sure" if fact.certainty < STATED else "",
        f"{fact.times} times" if fact.times > 1 else "",
    )
    return ", ".join(part for part in parts if part)


def _when(at: float) -> str:
    return moment(at, "minutes") if at else "never"
