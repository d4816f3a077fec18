"""`supervisor simulate`: runs the simulated tree with seeded faults."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from supervisor.cli.debug.progress import print_markup, progress_bar
from supervisor.cli.options import json_option, print_json
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from supervisor.faults.plan import Fault

MOST_SHRUNK = 3
"""How many failing seeds are shrunk: each takes some hundred runs."""


@click.command()
@click.option(
    "--seeds", type=click.IntRange(1, 10**7), default=20, show_default=True, help="Number of seeds to run."
)
@click.option("--first", type=int, default=0, show_default=True, help="First seed.")
@click.option(
    "--seconds",
    type=click.FloatRange(1.0, 10**6),
    default=60.0,
    show_default=True,
    help="Simulated seconds with people and faults in each run; a quiet period follows.",
)
@click.option(
    "--hours", type=click.FloatRange(0.001, 10**6), help="Simulated hours in total, instead of --seeds."
)
@click.option("--seed", type=int, help="Run only this seed.")
@click.option("--faults", help="Faults of --seed to inject: all, none, or their numbers, such as 3,7.")
@click.option(
    "--trace",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the trace of --seed, or of failing seeds.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Worker processes.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first failing seed, without shrinking it.")
@json_option
def simulate(
    seeds: int,
    first: int,
    seconds: float,
    hours: float | None,
    seed: int | None,
    faults: str | None,
    trace: Path | None,
    jobs: int,
    fail_fast: bool,
    as_json: bool,
) -> None:
    """Run seeded fault simulations: the real actor tree on one thread and a virtual clock, with planned faults.

    Each run is checked for lost messages, stale speech, unanswered questions and more. The same seed gives the same
    run. It touches no running instance, no device and no file except the trace. Exit status 1 if a check failed.
    """
    if faults is not None and seed is None:
        raise click.UsageError("--faults needs --seed: a plan of faults belongs to a seed")
    if hours is not None:
        seconds = hours * 3600.0 / (1 if seed is not None else seeds)
    if seed is not None:
        _one(seed, seconds, faults, trace, as_json)
    else:
        _many(range(first, first + seeds), seconds, trace, jobs, fail_fast, as_json)


def _one(seed: int, seconds: float, faults: str | None, trace: Path | None, as_json: bool) -> None:
    from supervisor.simulation.campaign import again, traced
    from supervisor.simulation.summary import CampaignSummary, lines

    chosen = _chosen(seed, seconds, faults)
    outcome = traced(seed, seconds, chosen, trace)
    if as_json:
        print_json({**msgspec.to_builtins(outcome), "passed": outcome.passed})
    else:
        from rich.markup import escape

        summary = CampaignSummary()
        summary.add(outcome)
        planned = [f"[bold]fault[/]      {escape(fault.text)}" for fault in outcome.faults]
        found = [f"[red]found[/]      {escape(found)}" for found in outcome.found]
        command = f"[bold]again[/]      {again(seed, seconds, chosen)}"
        digest = f"[bold]digest[/]     {outcome.digest}"
        print_markup([*planned, *found, digest, command, *lines(summary)])
    if not outcome.passed:
        raise SystemExit(FAILED)


def _chosen(seed: int, seconds: float, faults: str | None) -> "tuple[Fault, ...] | None":
    from supervisor.faults.plan import chosen
    from supervisor.simulation.plan import planned

    if faults in (None, "all"):
        return None
    whole = planned(seed, seconds)
    try:
        numbers = [] if faults == "none" else [int(number) for number in str(faults).split(",")]
        return chosen(whole, numbers)
    except ValueError:
        raise click.UsageError(f"--faults {faults}: give all, none, or numbers such as 3,7") from None
    except LookupError as error:
        raise click.UsageError(f"--faults {faults}: {error}") from None


def _many(
    seeds: range, seconds: float, trace: Path | None, jobs: int, fail_fast: bool, as_json: bool
) -> None:
    from supervisor.simulation.campaign import run_seeds, shrink, untouched
    from supervisor.simulation.summary import CampaignSummary, lines

    summary = CampaignSummary()
    with progress_bar("seeds", len(seeds), counted=True, quiet=as_json) as update:
        for outcome in run_seeds(seeds, seconds, jobs):
            summary.add(outcome)
            update(advance=1, what=f"{summary.handled:,} messages, {summary.failed} failed")
            if not outcome.passed and fail_fast:
                summary.failures.append(untouched(outcome))
                break
            if not outcome.passed and len(summary.failures) < MOST_SHRUNK:
                summary.failures.append(shrink(outcome, trace))
    if as_json:
        print_json({**msgspec.to_builtins(summary), "passed": not summary.failed})
    else:
        print_markup(lines(summary))
    if summary.failed:
        raise SystemExit(FAILED)
