"""`supervisor restore`: brings a backup back, while nothing runs."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.format import moment, size
from config.home import Home
from supervisor.cli.options import FAILED, fail, in_home, json_option, print_json, yes_option
from supervisor.cli.state.backup import busy

if TYPE_CHECKING:
    from actors.persistence.backup.file import Backup
    from supervisor.offline.restore import RestoreResult
    from supervisor.offline.store import OfflineStore

__all__ = ["restore"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--domain", "domains", multiple=True, metavar="NAME", help="Only this domain; may be repeated.")
@yes_option
@json_option
@in_home
def restore(home: Home, file: Path, domains: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Replace what is remembered by the contents of FILE, made by `supervisor backup`. No instance may be running.

    The file is checked completely before anything changes. What is remembered now is kept as
    before-restore-TIME.backup, which can be restored in turn. Domains that are not in the file stay as they are.
    Whoever was erased, now or when the backup was made, stays erased.

    Exit status: 4 while an instance runs.
    """
    from actors.persistence.backup.file import read
    from supervisor.offline.restore import restore as put_in_place
    from supervisor.offline.store import alone, offline_store

    with alone(home, "a restore"), offline_store(home, writes=True) as found:
        with busy("checking the backup", as_json):
            backup = read(file.expanduser(), found.sealing)
        wanted = _wanted(backup, domains)
        _refuse_unfit(backup, wanted, found)
        if not as_json:
            _print_content(backup, wanted)
        if not yes:
            _ask(wanted)
        with busy("restoring", as_json):
            done = put_in_place(found, backup.content, wanted)
        _tell(backup, done, _expired(backup, found), as_json)


def _wanted(backup: "Backup", domains: tuple[str, ...]) -> tuple[str, ...]:
    there = tuple(backup.header.domains)
    if not there:
        fail(FAILED, f"{backup.path} holds no state: nothing was remembered yet when it was made")
    if unknown := [name for name in domains if name not in there]:
        fail(FAILED, f"{backup.path} does not hold {', '.join(unknown)}; it holds {', '.join(there)}")
    return tuple(name for name in there if not domains or name in domains)


def _refuse_unfit(backup: "Backup", wanted: tuple[str, ...], found: "OfflineStore") -> None:
    """What today's Gerald cannot use, above all what a later version wrote, takes nothing's place."""
    reasons = [f"{name}: {why}" for name in wanted if (why := found.fits(name, backup.content.chains[name]))]
    if reasons:
        told = "\n".join(reasons)
        fail(FAILED, f"{backup.path} is whole, but cannot be used; nothing was changed\n{told}")


def _expired(backup: "Backup", found: "OfflineStore") -> tuple[str, ...]:
    """Domains that a start will find too old to go on with."""
    policies = {name: found.config.storage.domains.of(name) for name in backup.content.chains}
    return tuple(
        name
        for name, policy in policies.items()
        if policy.backend == "memory"
        and 0.0 < policy.ttl < time.time() - backup.content.chains[name].saved_at
    )


def _print_content(backup: "Backup", wanted: tuple[str, ...]) -> None:
    header = backup.header
    sealed = ", encrypted" if header.sealed else ""
    click.echo(f"{backup.path}, made {moment(header.made_at)} ({size(backup.size)}{sealed}), is whole:")
    for name, held in header.domains.items():
        version = f"{held.version.epoch}.{held.version.n}"
        left = "" if name in wanted else "  (stays as it is now)"
        click.echo(f"  {name:<14} version {version:<10} {size(held.bytes):>9}{left}")


def _ask(wanted: tuple[str, ...]) -> None:
    if not sys.stdin.isatty():
        fail(FAILED, "what is remembered would be replaced; add --yes if it may")
    click.confirm(f"Replace what is remembered of {', '.join(wanted)}?", abort=True, err=True)


def _tell(backup: "Backup", done: "RestoreResult", expired: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        versions: dict[str, Any] = {
            name: {"epoch": version.epoch, "n": version.n} for name, version in done.versions.items()
        }
        print_json(
            {
                "restored": str(backup.path),
                "made_at": backup.header.made_at,
                "domains": versions,
                "before": [str(path) for path in done.before],
                "expired": [name for name in expired if name in done.versions],
            }
        )
        return
    for name, version in done.versions.items():
        old = f"; older than storage.domains.{name}.ttl: it will begin anew" if name in expired else ""
        click.echo(f"{name}: restored, as version {version.epoch}.{version.n}{old}")
    if done.before:
        click.echo(f"what was remembered before is in {' and '.join(str(path) for path in done.before)}")
