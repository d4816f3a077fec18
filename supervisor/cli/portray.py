"""How an instance looks to a person: the tree as a table, and one line for everything that is missing."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

__all__ = ["headline", "missing", "tree_table"]

COLOURS = {"OK": "green", "DEGRADED": "yellow", "DOWN": "red", "STARTING": "cyan"}
Row = Mapping[str, Any]


def headline(status: Mapping[str, Any]) -> Text:
    """One line on the whole instance."""
    up = int(time.time() - status["started_at"])
    ready = Text("READY", "bold green") if status["ready"] else Text("STARTING", "bold cyan")
    dead = sum(status["dead_letters"].values())
    clock = f"{up // 3600}:{up // 60 % 60:02}:{up % 60:02}"
    rest = f"  pid {status['pid']}, up {clock}, {dead} dead letters, home {status['home']}"
    return Text.assemble(ready, rest)


def tree_table(actors: Sequence[Row]) -> Table:
    """The supervision tree, one row an actor."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name, right in (
        ("actor", False),
        ("node", False),
        ("pid", True),
        ("state", False),
        ("health", False),
    ):
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    table.add_column("restarts", justify="right")
    table.add_column("mail", justify="right")
    table.add_column("what", overflow="fold")
    for row in actors:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> tuple[Text | str, ...]:
    absent = row["state"] == "absent"
    name = Text("  " * row["depth"] + row["address"], "bold" if row["kind"] == "supervisor" else "")
    if absent:
        name.stylize("dim")
        return (name, "", "", Text("off", "dim"), "", "", "", Text(row["reason"], "dim"))
    what = row["reason"] or row["last_error"]
    return (
        name,
        "process" if row["pin"] == "process" else "thread",
        str(row["pid"] or ""),
        row["state"],
        Text(row["health"], COLOURS.get(row["health"], "")),
        str(row["restarts"] or ""),
        str(row["mailbox"] or ""),
        Text(what),
    )


def missing(actors: Sequence[Row]) -> tuple[str, ...]:
    """One line of markup for each thing that is missing or worth knowing, with what to do about it."""
    lines = []
    for row in actors:
        if row["state"] == "absent" or not row["reason"]:
            continue
        colour = COLOURS.get(row["health"], "white")
        remedy = f" [dim]->[/] {escape(row['remedy'])}" if row["remedy"] else ""
        lines.append(
            f"[{colour}]{row['health']:>8}[/]  [bold]{row['address']}[/]: {escape(row['reason'])}{remedy}"
        )
    return tuple(lines)
