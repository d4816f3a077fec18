"""`supervisor trace ls`."""

from typing import TYPE_CHECKING

import click

from config.format import clock, moment, size
from config.home import Home
from supervisor.cli.literal import literal
from supervisor.cli.options import home_and_json, print_json, wide_console
from supervisor.cli.trace.options import traces_of

if TYPE_CHECKING:
    from supervisor.trace.analyse.summary import RunSummary

NUMBERS = ("length", "segments", "size", "turns", "handled", "dead", "failed", "lost")


@click.command()
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="Newest runs to list."
)
@home_and_json
def ls(home: Home, limit: int, as_json: bool) -> None:
    """List the recorded runs, newest last, with their size and contents."""
    import msgspec

    from supervisor.trace.analyse.summary import summary
    from supervisor.trace.read.reader import runs

    found = runs(traces_of(home))
    summaries = [summary(run) for run in reversed(found[:limit])]
    if as_json:
        print_json([{**msgspec.to_builtins(one, enc_hook=str), "seconds": one.seconds} for one in summaries])
        return
    if not summaries:
        click.echo(f"nothing was recorded yet in {traces_of(home)}")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in "run began length nodes segments size turns handled dead failed lost end".split():
        table.add_column(name, justify="right" if name in NUMBERS else "left", no_wrap=name != "nodes")
    for one in summaries:
        table.add_row(*map(literal, _cells(one)))
    console = wide_console()
    console.print(table)
    if len(found) > limit:
        console.print(f"[dim]{len(found) - limit} older runs are not listed; see --limit[/]")


def _cells(one: "RunSummary") -> tuple[str, ...]:
    began = moment(one.began) if one.began else "-"
    what = (clock(one.seconds), ", ".join(one.nodes), str(one.segments), size(one.size))
    numbers = (one.turns, one.handled, one.dead, one.failed, one.lost)
    end = "damaged; see `trace check`" if one.torn else "open, or killed" if one.unfinished else "closed"
    return (one.run, began, *what, *map(str, numbers), end)
