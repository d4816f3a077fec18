"""`supervisor status --watch`: the tree as it lives."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console, Group
from rich.live import Live

from supervisor.cli.instance.render import headline, missing, tree_table

__all__ = ["picture", "watch"]


def picture(found: Mapping[str, Any], console: Console) -> Group:
    """An instance as a person looks at it, on this console."""
    rows = found["actors"]
    narrow = console.width < 110
    return Group(headline(found), tree_table(rows, console.width), *(missing(rows) if narrow else ()))


def watch(statuses: Iterable[Mapping[str, Any]], as_json: bool) -> None:
    """Show every status in place of the one before; without a terminal, a line for each change."""
    if as_json:
        for found in statuses:
            print(json.dumps(found, ensure_ascii=False, default=str), flush=True)
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
                line = (
                    f"{row['health']:>8}  {row['address']} ({row['state']}, incarnation {row['incarnation']})"
                )
                sys.stdout.write(line + (f": {row['reason']}" if row["reason"] else "") + "\n")
        sys.stdout.flush()
