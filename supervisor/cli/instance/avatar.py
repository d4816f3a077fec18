"""The command that lists the parameters of the avatar in use."""

from collections.abc import Mapping
from typing import Any

import click
from rich.table import Table

from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.client import ask_one
from supervisor.cli.literal import literal
from supervisor.cli.options import home_and_json, print_json, wide_console

NARROW = 64
"""Columns under which access and meaning are left out; --json has them."""


@click.command()
@home_and_json
def avatar(home: Home, as_json: bool) -> None:
    """List the parameters of the avatar in use: type, who may write, newest value, and what it means to Gerald.

    They come from VRChat by OSCQuery, else from the file that VRChat keeps of the avatar (osc.avatar_folder). A
    parameter without a meaning is not taken in: osc.enabled_events and osc.parameters decide.
    """
    found = ask_one(home, {"do": "avatar"})
    if as_json:
        print_json(found)
        return
    console = wide_console()
    for line in headlines(found):
        console.print(line, markup=False, soft_wrap=True)
    if found["parameters"]:
        console.print(table(found["parameters"], console.width))


def headlines(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Which avatar it is, where the list comes from, and what is wrong with it."""
    if not (found["avatar"] or found["parameters"]):
        return ("no avatar is known: VRChat has told of none since Gerald started",)
    count = f"{len(found['parameters'])} parameters by {found['source']}"
    known = (
        count if found["parameters"] else "its parameters are not known: whatever is written is sent as it is"
    )
    lines = (f"avatar {found['avatar'] or 'of an unknown id'}", known, found["note"])
    return tuple(printable(line) for line in lines if line)


def table(rows: list[Mapping[str, Any]], width: int) -> Table:
    """One row for each parameter; on a narrow screen without access and meaning."""
    names = ("parameter", "type", "access", "value", "means")
    shown = names if width >= NARROW else ("parameter", "type", "value")
    made = Table(box=None, pad_edge=False, header_style="dim")
    for name in shown:
        made.add_column(
            name, justify="right" if name == "value" else "left", no_wrap=name != "parameter", overflow="fold"
        )
    for row in rows:
        cells = {
            "parameter": literal(row["name"]),
            "type": row["type"],
            "access": row["access"],
            "value": _value(row["value"]),
            "means": literal(f"{row['event']} {row['zone']}".strip()),
        }
        made.add_row(*(cells[name] for name in shown))
    return made


def _value(value: bool | int | float | None) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else f"{value:.4g}"
