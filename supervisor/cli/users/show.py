"""Renders people: all in a table, or one in detail. Pure."""

import time
from collections.abc import Iterable, Iterator

from rich.console import Group
from rich.table import Table

from actors.users.acquaintance import faded
from actors.users.state import UserState
from config.format import count, moment
from supervisor.cli.literal import escaped, literal
from supervisor.offline.people import PersonRow

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
        cells = (row.display_name, *numbers, row.user_id)
        found.add_row(*map(literal, cells if wide else cells[::2]))
    return found


def person_view(user: UserState) -> Group:
    """Everything that is known of one person, in short."""
    return Group(*_lines(user))


def _lines(user: UserState) -> Iterator[str]:
    level = faded(user, time.time())
    yield f"[bold]{escaped(user.display_name)}[/]  {escaped(user.user_id)}"
    yield (
        f"relationship {level:.2f}, met {_when(user.met_at)}, last seen {_when(user.last_seen)},"
        f" {count(len(user.interaction_history), 'interaction')} kept"
    )
    feelings = user.emotional_baseline
    yield f"usually valence {feelings.valence:+.2f}, arousal {feelings.arousal:+.2f}"
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


def _when(at: float) -> str:
    return moment(at, "minutes") if at else "never"
