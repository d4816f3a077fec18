"""`supervisor replay`: replays a trace with today's code and compares."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.home import Home
from supervisor.cli.literal import escaped
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.cli.trace.options import find_trace
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from supervisor.replay.incarnation import ReplayedIncarnation
    from supervisor.replay.replayer import ReplayReport, Step
    from supervisor.trace.records import HandledLine


@click.command()
@click.argument("trace", default="")
@click.option("--actor", default="", metavar="ADDRESS", help="Replay only this actor. Default: all possible.")
@click.option(
    "--until", default="", metavar="ID", help="Stop after this message and print the actor's state."
)
@click.option("--turn", type=click.IntRange(1), metavar="ID", help="Stop before the turn after this one.")
@click.option(
    "--break", "stop_at", default="", metavar="ID", help="Open the debugger in the handler of this message."
)
@click.option("--diff", is_flag=True, help="Print each message and how it changed the state.")
@click.option(
    "--with", "wishes", multiple=True, metavar="KEY=VALUE", help="Replay with another configuration value."
)
@click.option("--accept", is_flag=True, help="Overwrite the trace with what the replay did.")
@click.option("--live", is_flag=True, help="Send the recorded input to the running instance instead.")
@click.option(
    "--speed", type=click.FloatRange(0.01, 1000.0), default=1.0, help="With --live: times real time."
)
@home_and_json
def replay(
    home: Home,
    trace: str,
    actor: str,
    until: str,
    turn: int | None,
    stop_at: str,
    diff: bool,
    wishes: tuple[str, ...],
    accept: bool,
    live: bool,
    speed: float,
    as_json: bool,
) -> None:
    """Replay TRACE against today's code and compare every message, timer, state version and failure with the record.

    TRACE is a run's name (`supervisor trace ls` lists them), its folder, or a file. Default: the newest run. Exit
    status 0 when all is identical, 1 when something differs; then the first divergence is shown side by side.
    """
    from supervisor.replay.reconstruct import Unreplayable

    where = find_trace(home, trace)
    if live:
        from supervisor.cli.debug.replay_live import play_live

        play_live(home, where, speed, as_json)
        return
    try:
        if accept:
            from supervisor.replay.accept import accepted

            report = accepted(where, actor)
        else:
            report = _replay(where, actor, until, turn or 0, stop_at, diff, wishes)
    except Unreplayable as error:
        fail(FAILED, str(error))
    _show(where, report, as_json)
    if not report.identical and not accept:
        raise SystemExit(FAILED)


def _replay(
    where: Path, actor: str, until: str, turn: int, stop_at: str, diff: bool, wishes: tuple[str, ...]
) -> "ReplayReport":
    from supervisor.replay.observers import Debugger, StateLog
    from supervisor.replay.replayer import Replayer
    from supervisor.replay.what_if import parse

    log = StateLog(click.echo) if diff else None
    debugger = Debugger(stop_at) if stop_at else None
    last: list[Step] = []

    def watch(step: "Step") -> None:
        if log is not None:
            log.after(step)
        last[:] = [step]

    def before(replayed: "ReplayedIncarnation", line: "HandledLine") -> None:
        if log is not None:
            log.before(replayed)
        if debugger is not None:
            debugger.before(replayed, line)

    changes = parse(wishes)
    report = Replayer(
        where, actor=actor, changes=changes, until=until, until_turn=turn, before=before, watch=watch
    ).run()
    if until and not report.stopped:
        fail(FAILED, f"no replayed actor handled {until} in this trace")
    if until and last:
        from supervisor.replay.show import state_of

        click.echo(state_of(last[0].incarnation))
    return report


def _show(where: Path, report: "ReplayReport", as_json: bool) -> None:
    from supervisor.replay import show
    from supervisor.replay.divergence_report import divergence_report

    found = divergence_report(where, report.divergences[0]) if report.divergences else None
    if as_json:
        print_json(show.as_json(report, found))
        return
    from rich.console import Console

    console = Console(emoji=False, highlight=False, soft_wrap=False)
    if report.divergences and found is not None:
        console.print(show.divergence(report.divergences[0], found))
    for address, why in report.skipped.items():
        console.print(f"[yellow]not replayed: {escaped(address)}: {escaped(why)}[/]")
    for torn in report.torn:
        console.print(
            f"[dim]{escaped(torn.path.name)} ends at byte {torn.at}: {escaped(torn.why)}[/]", soft_wrap=True
        )
    console.print(show.summary(report))
