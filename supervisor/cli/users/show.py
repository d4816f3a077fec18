"""Renders people: all in a table, or one in detail. Pure."""

import time
from collections.abc import Iterable, Iterator

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from actors.users.acquaintance import faded
from actors.users.state import UserState
from config.format import count, moment
from supervisor.offline.people import PersonRow

LAST = 5
"""How many of the newest interactions of a person are shown."""


def table(rows: Iterable[PersonRow]) -> Table:
    """One line for each person."""
    titles = ("name", "relationship", "last seen", "interactions", "id")
    found = Table(*titles, box=None, pad_edge=False, header_style="dim")
    for row in rows:
        numbers = (f"{row.relationship:.2f}", _when(row.last_seen), str(row.interactions))
        found.add_row(escape(row.display_name), *numbers, escape(row.user_id))
    return found


def person_view(user: UserState) -> Group:
    """Everything that is known of one person, in short."""
    return Group(*_lines(user))


def _lines(user: UserState) -> Iterator[str]:
    level = faded(user, time.time())
    yield f"[bold]{escape(user.display_name)}[/]  {escape(user.user_id)}"
    yield (
        f"relationship {level:.2f}, met {_when(user.met_at)}, last seen {_when(user.last_seen)},"
        f" {count(len(user.interaction_history), 'interaction')} kept"
    )
    feelings = user.emotional_baseline
    yield f"usually valence {feelings.valence:+.2f}, arousal {feelings.arousal:+.2f}"
    if user.preferences:
        yield "[dim]preferences[/]"
        yield from (f"  {escape(key)}: {escape(value)}" for key, value in user.preferences.items())
    if user.conversation_patterns:
        yield "[dim]patterns[/]"
        patterns = sorted(user.conversation_patterns, key=lambda pattern: pattern.count, reverse=True)
        yield from (f"  {escape(pattern.kind)}: {count(pattern.count, 'time')}" for pattern in patterns)
    if user.interaction_history:
        yield "[dim]last words[/]"
    for one in user.interaction_history[-LAST:]:
        yield f"  {_when(one.at)}  {escape(one.kind)}: {escape(one.detail)}"
        if one.reply:
            yield f"    -> {escape(one.reply)}"


def _when(at: float) -> str:
    return moment(at, "minutes") if at else "never"
