"""The commands about single actors: kill, hang, restart, pin, endings and dead-letters."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from config.format import time_of_day
from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.client import ask_all, ask_one
from supervisor.cli.literal import escaped, lines, literal
from supervisor.cli.options import home_and_json, print_json

wait_option = click.option("--wait/--no-wait", default=True, help="Wait until it runs again. Default: wait.")


@click.command()
@click.argument("actor")
@wait_option
@home_and_json
def kill(home: Home, actor: str, wait: bool, as_json: bool) -> None:
    """Kill ACTOR at once, as a crash would, to test its supervisor.

    A process gets SIGKILL. A thread is fenced, and another one takes over its mailbox.
    """
    _show(ask_all(home, {"do": "kill", "address": actor, "wait": wait}), as_json)


@click.command()
@click.argument("actor")
@wait_option
@home_and_json
def restart(home: Home, actor: str, wait: bool, as_json: bool) -> None:
    """Stop ACTOR in order and start it again. Its messages wait meanwhile."""
    _show(ask_all(home, {"do": "restart", "address": actor, "wait": wait}), as_json)


@click.command()
@click.argument("actor")
@click.option(
    "--seconds", type=click.FloatRange(0.1, 3600.0), help="Duration. Default: 5 s beyond its handler_timeout."
)
@wait_option
@home_and_json
def hang(home: Home, actor: str, seconds: float | None, wait: bool, as_json: bool) -> None:
    """Make ACTOR hang in a handler, to test the watchdog."""
    request = {"do": "hang", "address": actor, "seconds": seconds or 0.0, "wait": wait}
    for part in ask_all(home, request, timeout=4000.0):
        if as_json:
            print_json(part)
        elif "patience" in part:
            seconds, timeout = part["seconds"], part["patience"]
            what = "the watchdog should find it" if seconds > timeout else "nothing should happen"
            click.echo(f"{actor} hangs for {seconds:g} s; its handler_timeout is {timeout:g} s: {what}")
        else:
            click.echo(_back(part))


@click.command()
@click.argument("actor")
@click.argument("place", metavar="thread|process|host:NAME")
@click.option(
    "--instances", type=click.IntRange(1, 64), default=1, show_default=True, help="Number of processes."
)
@wait_option
@home_and_json
def pin(home: Home, actor: str, place: str, instances: int, wait: bool, as_json: bool) -> None:
    """Move a running ACTOR to a thread, to processes of its own, or to a host. No message is lost.

    This lasts until the instance stops; `actors.ACTOR.pin` in the configuration is permanent.
    """
    request = {"do": "pin", "address": actor, "pin": place, "instances": instances, "wait": wait}
    _show(ask_all(home, request), as_json)


@click.command()
@click.argument("actor", default="")
@click.option("--count", type=click.IntRange(1, 200), default=20, show_default=True, help="Number of ends.")
@click.option("--verbose", is_flag=True, help="Include the traceback of each crash.")
@home_and_json
def endings(home: Home, actor: str, count: int, verbose: bool, as_json: bool) -> None:
    """List when actors ended and why: crashes, kills and orderly stops. Of ACTOR, or of all."""
    found = ask_one(home, {"do": "endings", "address": actor, "count": count})
    if as_json:
        print_json(found)
        return
    if not found["endings"]:
        click.echo("no actor has ended")
    for one in found["endings"]:
        why = f"{one['kind']}: {one['text']}" if one["kind"] else "stopped in order"
        handling = f" (handling {one['handling']})" if one["handling"] else ""
        when = time_of_day(one["at"], "seconds")
        click.echo(printable(f"{when}  {one['address']} {one['incarnation']}  {why}{handling}"))
        if verbose and one["traceback"]:
            click.echo(lines(one["traceback"]))


@click.command(name="dead-letters")
@click.option(
    "--count", type=click.IntRange(1, 1000), default=20, show_default=True, help="Number of messages."
)
@click.option("--verbose", is_flag=True, help="Include the traceback of each crash.")
@home_and_json
def dead_letters(home: Home, count: int, verbose: bool, as_json: bool) -> None:
    """List messages that were not handled, and why. Their contents are not shown; the trace has them."""
    found = ask_one(home, {"do": "dead-letters", "count": count})
    if as_json:
        print_json(found)
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(emoji=False, highlight=False)
    letters: list[Mapping[str, Any]] = found["letters"]
    if not letters:
        console.print("no dead letters")
    else:
        columns = ("why", "type", "from", "to", "detail")
        table = Table("when", *columns, box=None, pad_edge=False, header_style="dim")
        for letter in letters:
            table.add_row(time_of_day(letter["at"], "seconds"), *(literal(letter[name]) for name in columns))
        console.print(table, soft_wrap=not console.is_terminal)
        for letter in letters:
            if verbose and letter["traceback"]:
                console.print(f"\n[bold]{escaped(letter['id'])}[/]")
                console.print(lines(letter["traceback"]), markup=False)
    counts = ", ".join(f"{number} {why}" for why, number in sorted(found["counts"].items()))
    if counts:
        console.print(f"[dim]in all: {counts}[/]")


def _show(parts: Iterable[Mapping[str, Any]], as_json: bool) -> None:
    for part in parts:
        if as_json:
            print_json(part)
        elif "incarnation" in part:
            click.echo(_back(part))
        else:
            click.echo(f"{part['address']}: asked for")


def _back(part: Mapping[str, Any]) -> str:
    return f"{part['address']}: back after {part['seconds'] * 1000:.0f} ms, incarnation {part['incarnation']}"
