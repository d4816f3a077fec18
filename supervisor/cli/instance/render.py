"""Renders an instance: the tree as a table, and one line for everything that is missing."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from config.format import clock, count, moment, size
from config.syntax.mask import printable
from supervisor.cli.literal import escaped, literal

COLOURS = {"OK": "green", "DEGRADED": "yellow", "DOWN": "red", "STARTING": "cyan"}
COLUMNS = ("actor", "node", "pid", "state", "health", "restarts", "mail", "what")
NUMBERS = ("pid", "restarts", "mail")
WIDE_ONLY = ("node", "mail", "what")
"""Columns without room on a narrow screen; there, `missing` gives the reasons line by line."""

Row = Mapping[str, Any]


def headline(status: Mapping[str, Any]) -> Text:
    """One line about the whole instance, and one for each of its problems."""
    up = int(time.time() - status["started_at"])
    ready = Text("READY", "bold green") if status["ready"] else Text("STARTING", "bold cyan")
    dead = sum(number for why, number in status["dead_letters"].items() if why != "superseded")
    configuration = status.get("configuration") or {}
    rest = f"  pid {status['pid']}, up {clock(up)}, {dead} dead letters, home {status['home']}"
    if configuration:
        age = clock(time.time() - configuration["since"])
        rest += f", configuration {configuration['version']} ({age} old)"
    line = Text.assemble(ready, rest, _resources_line(status.get("resources") or {}))
    line.append(_turns_line(status.get("turns") or {}) + _place_line(status.get("place") or {}))
    line.append(_osc_line(status.get("osc") or {}))
    line.append(_touch_line(status.get("touch") or {}, time.time()))
    line.append(_hosts_lines(status.get("hosts") or {}))
    for left_out in status.get("left_out") or ():
        line.append(f"\n{printable(left_out)}", "yellow")
    if status.get("trace_trouble"):
        trouble = f"trace: {status['trace_trouble']}; {status['trace_lost']} records are missing"
        line.append(f"\n{trouble}", "yellow")
    if configuration.get("problems"):
        since = clock(time.time() - configuration["failed_at"])
        kept = f"configuration {configuration['version']} stays in force, the files are refused since {since}"
        line.append(f"\n{kept}: {configuration['problems'][0]}", "yellow")
    if configuration.get("pending_restart"):
        keys = ", ".join(configuration["pending_restart"])
        line.append(f"\nwaits for a new start of Gerald: {keys}", "yellow")
    return line


def _resources_line(resources: Mapping[str, Any]) -> str:
    if not resources.get("memory"):
        return ""
    used = f"\ncpu {resources['cpu']:.0f} % of a core, memory {size(resources['memory'])}"
    free, errors = resources.get("disk_free", 0), resources.get("errors", 0)
    disk = f", disk {size(free)} free" if free else ""
    if not errors:
        return used + disk
    last = resources.get("last_death") or {}
    who = f", last {printable(last['address'])} at {moment(last['at'], 'minutes')}" if last else ""
    return f"{used}{disk}, {errors} deaths of actors so far{who}"


_STAGES = {
    "end_of_speech": "silence",
    "recognition": "words",
    "first_sentence": "thought",
    "synthesis": "voice",
}


def _turns_line(turns: Mapping[str, Any]) -> str:
    if not turns:
        return ""
    stages = ", ".join(f"{_STAGES[one]} {seconds:.2f} s" for one, seconds in turns["stages"].items())
    return f"\n{count(turns['count'], 'turn')} so far" + (f", lately (medians): {stages}" if stages else "")


def _place_line(place: Mapping[str, Any]) -> str:
    if not place:
        return ""
    others = max(0, place["players"] - 1)
    where = f"in {printable(place['world'])}" if place["world"] else "in an unknown world"
    return f"\n{where}, with {count(others, 'other')}"


def _hosts_lines(hosts: Mapping[str, Any]) -> Text:
    """A line for each host, and for what keeps all of them away."""
    line = Text()
    for name, link in (hosts.get("links") or {}).items():
        how = f"\nhost {printable(name)}: {link['state']}"
        if link["state"] != "down":
            if link["round_trip"] is not None:
                how += f", {1000 * link['round_trip']:.1f} ms there and back"
            line.append(f"{how}, {size(link['sent'])} sent, {size(link['received'])} received")
        else:
            line.append(f"{how} ({printable(link['why'])})", "yellow")
    if hosts.get("trouble"):
        line.append(f"\nno host can connect: {printable(hosts['trouble'])}", "yellow")
    for address, times in (hosts.get("refused_mail") or {}).items():
        line.append(f"\n{printable(address)}: {count(times, 'message')} from its host refused", "yellow")
    return line


def _touch_line(touch: Mapping[str, Any], now: float) -> str:
    return f"\nlast touched at {printable(touch['where'])}, {clock(now - touch['at'])} ago" if touch else ""


def _osc_line(osc: Mapping[str, Any]) -> str:
    if not osc:
        return ""
    ports = " and ".join(str(port) for port in osc["ports"])
    line = f"\nVRChat is heard at {osc['host']}, UDP port {ports}: {count(osc['received'], 'datagram')}"
    if osc["malformed"]:
        line += f", {osc['malformed']} malformed"
    if osc["foreign"]:
        line += f", {osc['foreign']} refused as foreign (the last from {osc['foreign_host']})"
    return line


def tree_table(actors: Sequence[Row], width: int = 120) -> Table:
    """The supervision tree, one row for each actor; on a screen under 110 columns without WIDE_ONLY."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    names = COLUMNS if width >= 110 else tuple(name for name in COLUMNS if name not in WIDE_ONLY)
    for name in names:
        last = name == "what"
        table.add_column(
            name, justify="right" if name in NUMBERS else "left", no_wrap=not last, overflow="fold"
        )
    for cells in map(_cells, actors):
        table.add_row(*(cells[name] for name in names))
    return table


def _cells(row: Row) -> Mapping[str, Text | str]:
    name = Text(
        "  " * row["depth"] + printable(row["address"]), "bold" if row["kind"] == "supervisor" else ""
    )
    if row["state"] == "disabled":
        name.stylize("dim")
        off = {"actor": name, "state": Text("off", "dim"), "what": Text(printable(row["reason"]), "dim")}
        return dict.fromkeys(COLUMNS, "") | off
    return {
        "actor": name,
        "node": printable(row["place"] or row["pin"]),
        "pid": str(row["pid"] or ""),
        "state": row["state"],
        "health": Text(row["health"], COLOURS.get(row["health"], "")),
        "restarts": str(row["restarts"] or ""),
        "mail": str(row["mailbox"] or ""),
        "what": literal(row["reason"] or (row["last_error"] and f"last died of {row['last_error']}")),
    }


def missing(actors: Sequence[Row]) -> tuple[str, ...]:
    """One line of markup for each thing that is missing or worth knowing, with what to do about it."""
    lines = []
    for row in actors:
        if row["state"] == "disabled" or not row["reason"]:
            continue
        colour = COLOURS.get(row["health"], "white")
        remedy = f" [dim]->[/] {escaped(row['remedy'])}" if row["remedy"] else ""
        who = f"[{colour}]{row['health']:>8}[/]  [bold]{escaped(row['address'])}[/]"
        lines.append(f"{who}: {escaped(row['reason'])}{remedy}")
    return tuple(lines)
