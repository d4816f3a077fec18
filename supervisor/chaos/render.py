"""A report of chaos as a person reads it."""

from collections.abc import Iterator, Mapping

from rich.markup import escape

from supervisor.chaos.run import ChaosReport

__all__ = ["lines"]

FAULTS = 20


def lines(report: ChaosReport, *, text: bool) -> Iterator[str]:
    """Lines of rich markup."""
    account, turns = report.account, report.turns
    dead = sum(number for why, number in account.dead.items() if why != "superseded")
    superseded = account.dead.get("superseded", 0)
    yield (
        f"[bold]messages[/]   {account.sent:,} sent = {account.handled:,} handled + {dead:,} dead letters + "
        f"{superseded:,} superseded + {account.waiting:,} waiting"
    )
    yield f"[bold]dead[/]       {_counts({why: n for why, n in account.dead.items() if why != 'superseded'})}"
    yield f"[bold]blows[/]      {_counts(report.blows)}"
    yield f"[bold]restarts[/]   {_counts(report.restarts)}"
    yield (
        f"[bold]recovery[/]   p50 {report.recovery_p50 * 1000:,.0f} ms, p99 {report.recovery_p99 * 1000:,.0f} ms "
        "(hangs and freezes include the watchdog's patience)"
    )
    yield (
        f"[bold]turns[/]      {turns.asked} asked: {turns.said} said, {turns.cut} cut short, "
        f"{turns.refused} refused, {turns.unanswered} never ended"
    )
    yield f"[bold]load[/]       {report.datagrams:,} OSC datagrams, {report.pictures:,} pictures"
    for fault in report.faults[:FAULTS]:
        yield f"[red]fault[/]      {escape(fault)}"
    if len(report.faults) > FAULTS:
        yield f"[red]fault[/]      and {len(report.faults) - FAULTS} more (--json has them all)"
    again = f"supervisor chaos --seconds {report.seconds:g} --seed {report.seed}" + (
        " --text" if text else ""
    )
    verdict = "[bold green]PASSED[/]" if report.passed else "[bold red]FAILED[/]"
    yield f"{verdict}     the same again: {again}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items())) or "none"
