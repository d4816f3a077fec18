"""`supervisor trace`: what happened, message by message. Reads the files; needs no running instance."""

import click

from config.home import Home
from supervisor.cli.options import FAILED, fail, in_home, json_option, print_json

__all__ = ["trace"]


@click.group()
def trace() -> None:
    """Look at what happened, message by message."""


@trace.command()
@click.option(
    "--turn", type=int, default=0, metavar="ID", help="One turn of conversation. Default: the newest."
)
@click.option("--actor", default="", metavar="ADDRESS", help="Only what this actor handled.")
@click.option("--type", "kind", default="", metavar="NAME", help="Only messages of this type.")
@click.option("--run", default="", metavar="NAME", help="Another run than the newest; `trace ls` lists them.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=2000, show_default=True)
@click.option("--tree", is_flag=True, help="As a tree of causes.")
@json_option
@in_home
def show(
    home: Home,
    turn: int,
    actor: str,
    kind: str,
    run: str,
    limit: int,
    tree: bool,
    as_json: bool,
) -> None:
    """Print one turn, or what the filters leave of a run, in order of time."""
    from supervisor.trace import show as portray
    from supervisor.trace.reader import Query
    from supervisor.trace.select import select

    query = Query(turn=turn, actor=actor, type=kind)
    found = select(home.traces, query, run=run, limit=limit)
    if found is None:
        fail(FAILED, f"there is no trace in {home.traces}" + (f" called {run}" if run else ""))
    if turn and not found.entries:
        fail(FAILED, f"there is no turn {turn} in run {found.run}")
    if as_json:
        print_json(portray.records(found.entries))
        return
    from rich.console import Console

    console = Console()
    console.print((portray.tree if tree else portray.table)(found.entries))
    what = f"turn {found.turn}, " if found.turn else ""
    console.print(f"[dim]run {found.run}: {what}{len(found.entries)} records[/]")
    if found.left_out:
        console.print(f"[yellow]{found.left_out} more records were left out; see --limit[/]")
    for torn in found.torn:
        console.print(f"[dim]{torn.path.name} ends at byte {torn.at}: {torn.why}[/]", soft_wrap=True)


@trace.command()
@json_option
@in_home
def ls(home: Home, as_json: bool) -> None:
    """List the recorded runs, newest last."""
    from supervisor.trace.reader import runs

    names = [run.name for run in runs(home.traces)]
    if as_json:
        print_json(names)
    else:
        click.echo("\n".join(names))
