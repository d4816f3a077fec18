"""`supervisor trace check`."""

import sys
from typing import TYPE_CHECKING

import click

from config.home import Home
from supervisor.cli.literal import escaped, literal
from supervisor.cli.options import home_and_json, print_json, wide_console
from supervisor.cli.trace.options import open_run, run_option
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from supervisor.trace.analyse.check import TraceReport


@click.command()
@run_option
@home_and_json
def check(home: Home, run: str, as_json: bool) -> None:
    """Check that a run's trace is complete and undamaged. Exit status 1 when something is damaged.

    Reads every file to its end, compares all checksums, and follows every message: each was handled, became a dead
    letter, or was still waiting when the run ended. A run that is still going on or was killed is not damaged; what
    is missing is listed.
    """
    import msgspec

    from supervisor.trace.analyse.check import check as examine

    report = examine(open_run(home, run))
    if as_json:
        print_json({**msgspec.to_builtins(report), "damage": report.damage, "ok": report.ok})
    else:
        _print(report)
    sys.exit(0 if report.ok else FAILED)


def _print(report: "TraceReport") -> None:
    console = wide_console()
    console.print(f"run {escaped(report.run)}")
    for segment in report.segments:
        state = "damaged" if segment.damage else "closed" if segment.finished else "open, or killed"
        torn = f", {segment.torn_tail}" if segment.torn_tail else ""
        console.print(literal(f"  {segment.name}: {segment.lines} records, {state}{torn}"))
    found = report.conservation
    console.print(
        f"messages: {found.handled} handled, {found.dead} dead, {found.waiting} waiting at the end, "
        f"{found.outside} to listeners outside, {found.unaccounted_count} unaccounted for, {found.lost} records lost"
    )
    if found.gaps:
        gaps = ", ".join(f"{name}: {number}" for name, number in sorted(found.gaps.items())[:8])
        console.print(
            f"[dim]sequence numbers without any record: {sum(found.gaps.values())} ({escaped(gaps)})[/]"
        )
    if found.disordered:
        console.print(f"[dim]{found.disordered} handlers began before the previous one had ended[/]")
    if found.unknown_kinds:
        kinds = ", ".join(f"{kind}: {number}" for kind, number in sorted(found.unknown_kinds.items()))
        console.print(f"[dim]kinds of records that this version does not know: {escaped(kinds)}[/]")
    for line in report.incomplete:
        console.print(literal(f"note: {line}"), style="dim")
    for line in report.damage:
        console.print(literal(f"DAMAGED  {line}"), style="red")
    console.print("[green]nothing is damaged[/]" if report.ok else f"[red]{len(report.damage)} damaged[/]")
