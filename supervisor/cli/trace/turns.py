"""`supervisor trace turns` and `supervisor trace turn`."""

from typing import TYPE_CHECKING, Any

import click

from config.format import time_of_day
from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.cli.trace.options import open_run, run_option
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from supervisor.trace.analyse.turn import TurnExplained
    from supervisor.trace.analyse.turns import TurnBrief
    from supervisor.trace.read.reader import Trace

WIDEST = 100


@click.command()
@run_option
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=30, show_default=True, help="Newest turns to list."
)
@home_and_json
def turns(home: Home, run: str, limit: int, as_json: bool) -> None:
    """List the turns of a run, newest last: who spoke, what became of it, and how soon it was heard."""
    import msgspec

    from supervisor.trace.analyse.turns import dropped, newest, texts_of

    trace = open_run(home, run)
    found = newest(trace, limit)
    if as_json:
        told = {"words_dropped": dropped(texts_of(found)), "torn": torn_of(trace)}
        print_json({"run": trace.folder.name, "turns": msgspec.to_builtins(found), **told})
        return
    for one in found:
        click.echo(printable(_line(one)))
    click.echo(f"run {trace.folder.name}: {len(found)} turns")


@click.command()
@click.argument("turn", type=click.IntRange(1), required=False)
@run_option
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=2000, show_default=True, help="Most messages."
)
@home_and_json
def turn(home: Home, turn: int | None, run: str, limit: int, as_json: bool) -> None:
    """Explain one TURN: its stages, what the model was told, what came to mind, and what became of it.

    Default: the newest turn. `trace show --turn TURN --tree` prints its messages.
    """
    import msgspec

    from supervisor.trace.analyse.absent import absent, types_of
    from supervisor.trace.analyse.select import select
    from supervisor.trace.analyse.turn import explain
    from supervisor.trace.read.query import Query

    trace = open_run(home, run)
    wanted = turn or trace.newest_turn()
    if not wanted:
        fail(FAILED, f"run {trace.folder.name} has no turn yet")
    found = select(trace.folder.parent, Query(turn=wanted), run=trace.folder.name, limit=limit)
    explained = explain(found.entries, wanted) if found is not None else None
    if found is None or explained is None:
        fail(FAILED, f"run {trace.folder.name} has no record of turn {wanted}")
    unknown = absent(types_of(entry.line for entry in found.entries))
    if as_json:
        told = {"left_out": found.left_out, "absent": unknown, "torn": torn_of(trace)}
        print_json({"run": trace.folder.name, **msgspec.to_builtins(explained), **told})
        return
    click.echo("\n".join(printable(line) for line in (*_lines(explained), *unknown)))


def torn_of(trace: "Trace") -> list[dict[str, Any]]:
    """What could not be read, but for ends that are still being written."""
    damaged = (one for one in trace.torn if not one.why.startswith("not finished"))
    return [{"file": one.path.name, "at": one.at, "why": one.why} for one in damaged]


def _line(one: "TurnBrief") -> str:
    heard = one.first_sound if one.first_sound is not None else one.first_words
    soon = f"{heard:.2f} s" if heard is not None else "-"
    when, who = time_of_day(one.began, "seconds"), one.person or "?"
    return f"{when}  {one.turn:>4}  {soon:>7}  {one.outcome or '-':9}  {who}: {one.said} → {one.replied}"[
        :200
    ]


def _lines(found: "TurnExplained") -> list[str]:
    lines = [_line(found.brief), "", "stages, in seconds since the turn began"]
    lines += [f"  {bar.begin:6.2f} +{bar.took:5.2f}  {bar.stage}" for bar in found.stages]
    for one in found.told:
        lines += ["", f"told ({one.kind}, {one.role}):", *(f"  {line}" for line in one.text.split("\n"))]
    lines += ["", "came to mind:", *(f"  {memory.who}: {memory.text}" for memory in found.recalled)]
    lines += [] if found.recalled else ["  nothing"]
    lines += ["", f"the model said: {found.model_said or found.trouble or '-'}"]
    lines += [f"went wrong: {what}" for what in found.failed]
    return lines
