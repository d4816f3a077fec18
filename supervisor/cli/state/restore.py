"""`supervisor restore`: restores a backup, while nothing runs."""

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
    from supervisor.offline.store import exclusive, offline_store

    with exclusive(home, "a restore"), offline_store(home, writes=True) as found:
        with busy("checking the backup", as_json):
            backup = read(file.expanduser(), found.encryption)
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
    """What this version of Gerald cannot use, above all what a later one wrote, replaces nothing."""
    fits = ((name, found.fits(name, backup.content.chains[name])) for name in wanted)
    reasons = [f"{name}: {why}" for name, why in fits if why is not None]
    if reasons:
        told = "\n".join(reasons)
        fail(FAILED, f"{backup.path} is intact, but cannot be used; nothing was changed\n{told}")


def _expired(backup: "Backup", found: "OfflineStore") -> tuple[str, ...]:
    """The domains whose state the next start will find expired."""
    return tuple(
        name
        for name, chain in backup.content.chains.items()
        if found.store.backend(name).has_expired(chain.saved_at, time.time())
    )


def _print_content(backup: "Backup", wanted: tuple[str, ...]) -> None:
    header = backup.header
    sealed = ", encrypted" if header.encrypted else ""
    click.echo(f"{backup.path}, made {moment(header.made_at)} ({size(backup.size)}{sealed}), is intact:")
    for name, held in header.domains.items():
        left = "" if name in wanted else "  (stays as it is now)"
        click.echo(f"  {name:<14} version {held.version!s:<10} {size(held.bytes):>9}{left}")


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
        old = (
            f"; older than storage.domains.{name}.ttl: it will begin with a new state"
            if name in expired
            else ""
        )
        click.echo(f"{name}: restored as version {version}{old}")
    if done.before:
        click.echo(f"what was remembered before is in {' and '.join(str(path) for path in done.before)}")
