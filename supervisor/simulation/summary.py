"""The summary of many runs, and its rendering."""

from collections import Counter
from collections.abc import Iterator

import msgspec
from rich.markup import escape

from supervisor.faults.injector import counted
from supervisor.simulation.campaign import FailingSeed
from supervisor.simulation.run import Outcome

SHOWN = 5


class CampaignSummary(msgspec.Struct):
    """seconds: simulated; took: real, of one processor.
    processes: of Gerald; restarts: of actors.
    faults, answers: injected faults and outcomes of questions, by kind.
    """

    seeds: int = 0
    failed: int = 0
    seconds: float = 0.0
    took: float = 0.0
    handled: int = 0
    processes: int = 0
    restarts: int = 0
    faults: Counter[str] = msgspec.field(default_factory=Counter)
    answers: Counter[str] = msgspec.field(default_factory=Counter)
    failures: list[FailingSeed] = msgspec.field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one more run."""
        self.seeds += 1
        self.failed += not outcome.passed
        self.seconds += outcome.seconds
        self.took += outcome.took
        self.handled += outcome.handled
        self.processes += outcome.processes
        self.restarts += outcome.restarts
        self.faults.update(outcome.injected)
        self.answers.update(outcome.answers)


def lines(summary: CampaignSummary) -> Iterator[str]:
    """Lines of rich markup for many runs."""
    s = summary
    took = max(s.took, 1e-9)
    yield (
        f"[bold]time[/]       {s.seconds / 3600:,.2f} h simulated in {s.took:,.1f} s of a processor, "
        f"{s.seconds / took:,.0f} times as fast as real time"
    )
    yield f"[bold]messages[/]   {s.handled:,} handled, {s.handled / took:,.0f} a second"
    yield f"[bold]faults[/]     {counted(s.faults)}"
    yield f"[bold]restarts[/]   {s.restarts:,} of actors, {s.processes - s.seeds:,} of whole processes"
    yield f"[bold]questions[/]  {counted(s.answers)}"
    for failure in s.failures:
        yield from lines_of(failure)
    verdict = "[bold green]PASSED[/]" if not s.failed else "[bold red]FAILED[/]"
    yield f"{verdict}     {s.seeds - s.failed:,} of {s.seeds:,} seeds are clean"


def lines_of(failing: FailingSeed) -> Iterator[str]:
    """Lines of rich markup for one failing seed."""
    yield f"[red]seed {failing.seed}[/]"
    for found in failing.found[:SHOWN]:
        yield f"  {escape(found)}"
    if len(failing.found) > SHOWN:
        yield f"  and {len(failing.found) - SHOWN} more (--json has them all)"
    for fault in failing.faults:
        yield f"  fault {escape(fault.text)}"
    yield f"  the same again: {failing.command}"
    if failing.trace:
        yield f"  its trace:      {failing.trace}"
