"""Renders the report of a chaos test."""

from collections.abc import Iterator

from rich.markup import escape

from supervisor.chaos.run import ChaosReport
from supervisor.faults.injector import counted

SHOWN = 20


def lines(report: ChaosReport, *, text: bool) -> Iterator[str]:
    """Lines of rich markup."""
    account, turns = report.account, report.turns
    dead = {why: number for why, number in account.dead.items() if why != "superseded"}
    superseded = account.dead.get("superseded", 0)
    yield (
        f"[bold]messages[/]   {account.sent:,} sent = {account.handled:,} handled + {sum(dead.values()):,} dead "
        f"letters + {superseded:,} superseded + {account.waiting:,} waiting"
    )
    yield f"[bold]dead[/]       {counted(dead)}"
    yield f"[bold]injected[/]   {counted(report.injected)}"
    yield f"[bold]restarts[/]   {counted(report.restarts)}"
    yield (
        f"[bold]recovery[/]   p50 {report.recovery_p50 * 1000:,.0f} ms, p99 {report.recovery_p99 * 1000:,.0f} ms "
        "(hangs and freezes include the handler_timeout)"
    )
    yield (
        f"[bold]turns[/]      {turns.asked} asked: {turns.said} said, {turns.cut} cut short, "
        f"{turns.refused} refused, {turns.unanswered} never ended"
    )
    yield f"[bold]load[/]       {report.datagrams:,} OSC datagrams, {report.pictures:,} pictures"
    for fault in report.faults[:SHOWN]:
        yield f"[red]fault[/]      {escape(fault)}"
    if len(report.faults) > SHOWN:
        yield f"[red]fault[/]      and {len(report.faults) - SHOWN} more (--json has them all)"
    hosts = f" --hosts {report.hosts}" if report.hosts else ""
    again = f"supervisor chaos --seconds {report.seconds:g} --seed {report.seed}{' --text' * text}{hosts}"
    verdict = "[bold green]PASSED[/]" if report.passed else "[bold red]FAILED[/]"
    yield f"{verdict}     the same again: {again}"
