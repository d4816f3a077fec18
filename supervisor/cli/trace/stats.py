"""`supervisor trace stats`."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from config.home import Home
from supervisor.cli.literal import escaped, literal
from supervisor.cli.options import fail, home_and_json, print_json, wide_console
from supervisor.cli.trace.options import filters, open_run, query_of, run_option, tell_torn
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from rich.table import Table

    from supervisor.trace.analyse.stats import Slow, Spread, TraceStats


@click.command()
@filters
@run_option
@click.option(
    "--slowest",
    type=click.IntRange(0, 1000),
    default=10,
    show_default=True,
    help="Number of slowest messages to list.",
)
@home_and_json
def stats(home: Home, filtered: dict[str, Any], run: str, slowest: int, as_json: bool) -> None:
    """Count messages and measure how long they took. All times are in milliseconds.

    For each type: messages per second, how long its handlers ran, and how long messages waited (from sending to the
    start of the handler; only where both ran on one machine's clock). For each stage of a turn: how long it took by
    itself, and how long after the start of the turn it was reached.
    """
    import msgspec

    from supervisor.trace.analyse.absent import absent
    from supervisor.trace.analyse.stats import measure

    trace = open_run(home, run)
    found = measure(trace.scan(query_of(filtered, trace)), slowest)
    if not found.ended:
        fail(FAILED, f"nothing in run {trace.folder.name} matches")
    unknown = absent(Counter({kind.type: kind.handled + kind.dead for kind in found.types}))
    if as_json:
        torn = [{**msgspec.to_builtins(one, enc_hook=str)} for one in trace.torn]
        print_json({"run": trace.folder.name, **msgspec.to_builtins(found), "absent": unknown, "torn": torn})
        return
    console = wide_console()
    console.print(
        f"run {escaped(trace.folder.name)}: {found.handled} messages handled in {found.seconds:.1f} s "
        f"({found.handled / max(found.seconds, 1e-9):.1f}/s), {found.failed} failed, {found.dead} dead"
    )
    for title, table in _tables(found):
        console.print(f"\n[bold]{title}[/]")
        console.print(table)
    if found.unclear:
        console.print(f"[dim]the wait of {found.unclear} messages is unknown[/]")
    for line in unknown:
        console.print(f"[yellow]{escaped(line)}[/]")
    tell_torn(console, trace.torn)


def _tables(found: "TraceStats") -> "list[tuple[str, Table]]":
    tables = [("types, the busiest first", _types(found))]
    if found.stages:
        tables.append(("stages of turns", _stages(found)))
    slow = (("slowest handlers", found.slowest), ("longest waits", found.longest_waits))
    return [*tables, *((title, _slow(rows)) for title, rows in slow if rows)]


def _types(found: "TraceStats") -> "Table":
    names = "handled,a second,busy,p50,p95,p99,most,waited p50,p95,p99,most,failed,dead"
    table = _table("type", *names.split(","))
    for kind in found.types:
        counts = (str(kind.handled), f"{kind.rate:.2f}", _ms(kind.busy))
        spreads = (*_spread(kind.handling), *_spread(kind.waited))
        table.add_row(literal(kind.type), *counts, *spreads, str(kind.failed or ""), str(kind.dead or ""))
    return table


def _stages(found: "TraceStats") -> "Table":
    table = _table("stage", "turns", "took p50", "p95", "p99", "most", "after p50", "p95", "p99", "most")
    for stage in found.stages:
        table.add_row(literal(stage.stage), str(stage.turns), *_spread(stage.took), *_spread(stage.after))
    return table


def _slow(slow: "tuple[Slow, ...]") -> "Table":
    from supervisor.trace.analyse.parse_time import clock_time

    table = _table("message", "ms", left=("time", "type", "handler"))
    for one in slow:
        names = literal(one.type), literal(one.handler)
        table.add_row(literal(one.id), _ms(one.seconds), clock_time(one.wall), *names)
    return table


def _table(first: str, *numbers: str, left: tuple[str, ...] = ()) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in (first, *numbers, *left):
        table.add_column(name, justify="right" if name in numbers else "left", no_wrap=True)
    return table


def _spread(spread: "Spread | None") -> tuple[str, ...]:
    if spread is None:
        return ("-", "-", "-", "-")
    return tuple(map(_ms, (spread.p50, spread.p95, spread.p99, spread.most)))


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f}"
