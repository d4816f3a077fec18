"""`supervisor state doctor`: checks or repairs the store, and renders the report."""

from collections.abc import Sequence

import click
import msgspec
from rich.console import Console
from rich.table import Table

from actors.persistence.recovery.check import StoreReport, examine
from actors.persistence.recovery.quarantine import prune as remove
from actors.persistence.recovery.repair import Mended, repair
from config.format import count, moment, size
from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.literal import escaped
from supervisor.cli.options import print_json, wide_console
from supervisor.offline.store import OfflineStore, exclusive, offline_store, shared


def examined(home: Home, as_json: bool) -> bool:
    """Check the store and print the report. True if all of it is fine."""
    with shared(home) as used, offline_store(home) as found:
        report = examine(found.case(used=used))
        if used and not report.fine:
            # Files may have changed during the check.
            report = examine(found.case(used=used))
    _show(report, as_json)
    return report.fine


def repaired(home: Home, prune: bool, as_json: bool) -> bool:
    """Repair what is damaged, and with `prune` remove what was set aside. True if all is fine then."""
    with exclusive(home, "the repair"), offline_store(home, writes=True) as found:
        before = examine(found.case(used=False))
        mended = _mended(found, before)
        after = examine(found.case(used=False))
        if prune:
            remove(found.store, after.leftovers)
            found.store.close()
            after = examine(found.case(used=False))
    if as_json:
        print_json({"mended": msgspec.to_builtins(mended), **_plain(after)})
        return after.fine
    for line in lines_of(mended) or ["nothing was damaged"] * before.fine:
        click.echo(printable(line))
    _show(after, as_json)
    return after.fine


def _mended(found: OfflineStore, report: StoreReport) -> tuple[Mended, ...]:
    """Repair every stored domain if the database itself is damaged, else the damaged domains."""
    if report.fine or any(damage.remedy == "update Gerald" for damage in report.damage):
        return ()
    domains = (d.domain for d in report.domains if d.damage or (report.damage and d.version is not None))
    return repair(found.store, tuple(domains), found.rewrite)


def lines_of(mended: Sequence[Mended]) -> list[str]:
    """The outcome for each domain."""
    lines = []
    for domain in mended:
        if domain.found is None:
            what = "nothing of it can be used; it begins with a new state"
        elif domain.version is None:
            what = f"left at version {domain.found}"
        else:
            what = f"version {domain.found} was written again, as {domain.version}"
        lines += [f"{domain.domain}: {what}", *(f"  {lost}" for lost in domain.lost)]
    return lines


def _show(report: StoreReport, as_json: bool) -> None:
    if as_json:
        print_json(_plain(report))
    else:
        render(report, wide_console())


def _plain(report: StoreReport) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(report)
    return {"fine": report.fine, **plain}


def render(report: StoreReport, console: Console) -> None:
    """Print a table of the domains, then what is damaged and its remedy, then what was set aside."""
    erased = count(report.tombstones, "tombstone") if report.tombstones else "nobody was forgotten"
    console.print(f"[bold]{escaped(report.path)}[/]  {size(report.size)}, {erased}", soft_wrap=True)
    console.print(_table(report), soft_wrap=not console.is_terminal)
    damages = [("", damage) for damage in report.damage]
    damages += [(f"{domain.domain}: ", damage) for domain in report.domains for damage in domain.damage]
    for whose, damage in damages:
        console.print(f"[red]{escaped(whose + damage.what)}[/]", soft_wrap=True)
        console.print(f"  -> {escaped(damage.remedy)}", soft_wrap=True)
    for note in report.notes:
        console.print(f"[dim]{escaped(note)}[/]", soft_wrap=True)
    for place in report.outdated:
        outdated = f"not used by this version of Gerald, kept as it was: {escaped(place)}"
        console.print(f"[dim]{outdated}[/]", soft_wrap=True)
    if report.leftovers:
        together = sum(left.size for left in report.leftovers)
        console.print(
            f"[dim]set aside: {len(report.leftovers)} damaged, {size(together)}; they may hold what people said;"
            " `supervisor state doctor --repair --prune` removes them[/]",
            soft_wrap=True,
        )
        for left in report.leftovers:
            console.print(f"[dim]  {escaped(left.path or left.key)}  {size(left.size)}[/]", soft_wrap=True)
    console.print("[green]fine[/]" if report.fine else "[red]damaged[/]")


def _table(report: StoreReport) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("domain", "", "version", "changes", "size", "snapshots", "files", "saved"):
        table.add_column(title, no_wrap=True)
    for d in report.domains:
        state = "[red]damaged[/]" if d.damage else "[green]fine[/]"
        if d.version is None:
            table.add_row(escaped(d.domain), state if d.damage else "[dim]nothing yet[/]")
            continue
        version = f"{d.version.epoch}.{d.version.n}"
        saved = moment(d.saved_at, "minutes")
        row = (version, str(d.changes), size(d.size), str(d.copies), str(d.files), saved)
        table.add_row(escaped(d.domain), state, *row)
    return table
