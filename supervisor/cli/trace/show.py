"""`supervisor trace show`."""

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.literal import escaped
from supervisor.cli.options import WIDE, fail, home_and_json, print_json, wide_console
from supervisor.cli.trace.options import filters, open_run, query_of, run_option, tell_torn, traces_of
from supervisor.console import is_console
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from supervisor.trace.analyse.select import Selection
    from supervisor.trace.read.query import Query

POLL = 0.1
"""Seconds between two reads of files that are being written; the recorder writes as often."""


@click.command()
@filters
@click.option("--cause", default="", metavar="ID", help="This message and everything it led to.")
@run_option
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=2000,
    show_default=True,
    help="Newest messages to print.",
)
@click.option("--tree", is_flag=True, help="Show effects below their causes.")
@click.option("--ids", is_flag=True, help="Show the id of each message, for --cause and `trace why`.")
@click.option("--follow", is_flag=True, help="Keep printing new records until Ctrl-C.")
@home_and_json
def show(
    home: Home,
    filtered: dict[str, Any],
    cause: str,
    run: str,
    limit: int,
    tree: bool,
    ids: bool,
    follow: bool,
    as_json: bool,
) -> None:
    """Print one turn, or the part of a run that the filters select, in order of time.

    Without a filter: the newest turn and what led to it. Several filters must all match. With --json the records are
    one array; with --follow too, one object per line.
    """
    if follow and (tree or cause):
        raise click.UsageError("--follow prints records as they come; --tree and --cause need all of them")
    trace = open_run(home, run)
    query = query_of(filtered, trace)
    if follow:
        _follow(home, run, query, ids, as_json)
        return
    from supervisor.trace.analyse.select import select

    found = select(trace.folder.parent, query, run=trace.folder.name, cause=cause, limit=limit)
    assert found is not None
    if query.turn and not found.entries:
        fail(FAILED, f"run {found.run} has no record of turn {query.turn}")
    if cause and not found.entries:
        fail(FAILED, f"run {found.run} has no message {cause}, or none that matches")
    _print(found, tree, ids, as_json)


def _print(found: "Selection", tree: bool, ids: bool, as_json: bool) -> None:
    from supervisor.trace.analyse import show as render
    from supervisor.trace.analyse.absent import absent, types_of

    if as_json:
        print_json(render.records(found.entries))
        return
    unknown = [printable(line) for line in absent(types_of(entry.line for entry in found.entries))]
    what = f"turn {found.turn}, " if found.turn else ""
    end = f"run {found.run}: {what}{len(found.entries)} records"
    more = f"{found.left_out} older records were left out; see --limit" if found.left_out else ""
    if not is_console(sys.stdout):  # without rich, which takes longer to load than the records
        lines = (render.tree_lines if tree else render.lines)(found.entries, WIDE, ids)
        torn = [printable(f"{one.path.name} at byte {one.at}: {one.why}") for one in found.torn]
        click.echo("\n".join([*lines, end, *((more,) if more else ()), *unknown, *torn]))
        return
    console = wide_console()
    coloured = (render.tree if tree else render.table)(found.entries, console.width, ids)
    console.print(coloured, no_wrap=True, overflow="ellipsis", end="")
    console.print(f"[dim]{escaped(end)}[/]")
    if more:
        console.print(f"[yellow]{more}[/]")
    for line in unknown:
        console.print(f"[yellow]{escaped(line)}[/]")
    tell_torn(console, found.torn)


def _follow(home: Home, run: str, query: "Query", ids: bool, as_json: bool) -> None:
    from supervisor.trace.analyse import show as render
    from supervisor.trace.analyse.select import folder_of
    from supervisor.trace.read.follow import Follower

    traces = traces_of(home)
    follower = Follower(lambda: folder_of(traces, run), from_start=query.since is not None)
    current = follower.run
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            for entry in (news.entry for news in follower.news()):
                if query.is_of_node(entry.node) and query.matches(entry.line):
                    if as_json:
                        print_json(render.record(entry))
                    else:
                        click.echo(render.line_of(entry, ids))
            if follower.run != current:
                current = follower.run
                click.echo(f"a new run: {current.name if current else '-'}", err=True)
            time.sleep(POLL)
