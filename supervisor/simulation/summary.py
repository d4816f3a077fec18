"""What many runs came to, in numbers and as a person reads it."""

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec
from rich.markup import escape

from supervisor.simulation.campaign import Small
from supervisor.simulation.run import Outcome

__all__ = ["CampaignSummary", "lines", "lines_of"]

SHOWN = 5


class CampaignSummary(msgspec.Struct):
    """seconds: simulated; took: of a processor. found: kinds of what must not be, and in how many seeds."""

    seeds: int = 0
    failed: int = 0
    seconds: float = 0.0
    took: float = 0.0
    handled: int = 0
    processes: int = 0
    restarts: int = 0
    faults: Counter[str] = msgspec.field(default_factory=Counter)
    answers: Counter[str] = msgspec.field(default_factory=Counter)
    failures: list[Small] = msgspec.field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """One more run."""
        self.seeds += 1
        self.failed += not outcome.passed
        self.seconds += outcome.seconds
        self.took += outcome.took
        self.handled += outcome.handled
        self.processes += outcome.processes
        self.restarts += outcome.restarts
        self.faults.update(outcome.struck)
        self.answers.update(outcome.answers)


def lines(summary: CampaignSummary) -> Iterator[str]:
    """Lines of rich markup for many runs."""
    s = summary
    took = max(s.took, 1e-9)
    yield (
        f"[bold]time[/]       {s.seconds / 3600:,.2f} h simulated in {s.took:,.1f} s of a processor, "
        f"{s.seconds / took:,.0f} times as fast as real time"
    )
    yield (
        f"[bold]messages[/]   {s.handled:,} handled, {s.handled / took:,.0f} a second; every one has one fate"
    )
    yield f"[bold]faults[/]     {_counts(s.faults)}"
    yield f"[bold]restarts[/]   {s.restarts:,} of actors, {s.processes - s.seeds:,} of the whole"
    yield f"[bold]questions[/]  {_counts(s.answers)}"
    for failure in s.failures:
        yield from lines_of(failure)
    verdict = "[bold green]PASSED[/]" if not s.failed else "[bold red]FAILED[/]"
    yield f"{verdict}     {s.seeds - s.failed:,} of {s.seeds:,} seeds are clean"


def lines_of(small: Small) -> Iterator[str]:
    """Lines of rich markup for one failing seed."""
    yield f"[red]seed {small.seed}[/]"
    for found in small.found[:SHOWN]:
        yield f"  {escape(found)}"
    if len(small.found) > SHOWN:
        yield f"  and {len(small.found) - SHOWN} more (--json has them all)"
    for fault in small.faults:
        yield f"  fault {escape(fault.text)}"
    yield f"  the same again: {small.command}"
    if small.trace:
        yield f"  its trace:      {small.trace}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items())) or "none"
