"""`supervisor status --watch`: the tree, kept up to date."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console, Group
from rich.live import Live

from config.syntax.mask import printable
from supervisor.cli.instance.render import headline, missing, tree_table
from supervisor.cli.options import print_json

BESIDE = 4
"""Lines of the screen that the tree's rows do not have: the headline, the titles, the cursor's."""


def picture(found: Mapping[str, Any], console: Console) -> Group:
    """The instance's status, rendered for this console."""
    rows = found["actors"]
    table = tree_table(rows, console.width)
    if console.is_terminal and console.height < len(rows) + BESIDE:
        # What does not fit is cut off at the end: what is missing stands above it.
        return Group(headline(found), *missing(rows), table)
    return Group(headline(found), table, *(missing(rows) if console.width < 110 else ()))


def watch(statuses: Iterable[Mapping[str, Any]], as_json: bool) -> None:
    """Show each status in place of the previous one; without a terminal, a line for each change."""
    if as_json:
        for found in statuses:
            print_json(found)
        return
    console = Console(emoji=False, highlight=False)
    if not console.is_terminal:
        _lines(statuses)
        return
    with Live(console=console, auto_refresh=False, screen=True) as live:
        for found in statuses:
            live.update(picture(found, console), refresh=True)


def _lines(statuses: Iterable[Mapping[str, Any]]) -> None:
    known: dict[str, tuple[object, ...]] = {}
    for found in statuses:
        for row in found["actors"]:
            now = (row["state"], row["health"], row["reason"], row["incarnation"], row["pin"])
            if row["state"] != "disabled" and known.get(row["address"]) != now:
                known[row["address"]] = now
                state = f"({row['state']}, incarnation {row['incarnation']})"
                reason = f": {row['reason']}" if row["reason"] else ""
                print(printable(f"{row['health']:>8}  {row['address']} {state}{reason}"), flush=True)
