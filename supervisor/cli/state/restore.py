"""`supervisor restore`: restores a backup while no instance runs."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.files import located
from config.format import moment, size
from config.home import Home
from supervisor.cli.options import confirm, fail, home_and_json, print_json, yes_option
from supervisor.cli.state.backup import busy
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from actors.persistence.backup.file import Backup
    from supervisor.offline.restore import RestoreResult
    from supervisor.offline.store import OfflineStore


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--domain", "domains", multiple=True, metavar="NAME", help="Only this domain; may be repeated.")
@yes_option
@home_and_json
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
            backup = read(located(Path(), file), found.encryption)
        wanted = _wanted(backup, domains)
        _refuse_unfit(backup, wanted, found)
        if not as_json:
            _print_content(backup, wanted)
        ask_to_replace(wanted, yes)
        with busy("restoring", as_json):
            done = put_in_place(found, backup.content, wanted)
        chains = backup.content.chains.items()
        now, backend = time.time(), found.store.backend
        expired = [name for name, chain in chains if backend(name).has_expired(chain.saved_at, now)]
        _print_result(backup, done, expired, as_json)


def _wanted(backup: "Backup", domains: tuple[str, ...]) -> tuple[str, ...]:
    there = tuple(backup.header.domains)
    if not there:
        fail(FAILED, f"{backup.path} holds no state: nothing was remembered yet when it was made")
    if unknown := [name for name in domains if name not in there]:
        fail(FAILED, f"{backup.path} does not hold {', '.join(unknown)}; it holds {', '.join(there)}")
    return tuple(name for name in there if not domains or name in domains)


def _refuse_unfit(backup: "Backup", wanted: tuple[str, ...], found: "OfflineStore") -> None:
    """Exit when this version of Gerald cannot use the states, for example those of a later version."""
    fits = ((name, found.fits(name, backup.content.chains[name])) for name in wanted)
    if reasons := "\n".join(f"{name}: {why}" for name, why in fits if why is not None):
        fail(FAILED, f"{backup.path} is intact, but cannot be used; nothing was changed\n{reasons}")


def _print_content(backup: "Backup", wanted: tuple[str, ...]) -> None:
    header = backup.header
    encrypted = ", encrypted" if header.encrypted else ""
    click.echo(f"{backup.path}, made {moment(header.made_at)} ({size(backup.size)}{encrypted}), is intact:")
    for name, held in header.domains.items():
        left = "" if name in wanted else "  (stays as it is now)"
        click.echo(f"  {name:<14} version {held.version!s:<10} {size(held.bytes):>9}{left}")


def ask_to_replace(domains: Iterable[str], yes: bool) -> None:
    """Ask before the states of these domains are replaced, unless `yes`."""
    refusal = "what is remembered would be replaced; add --yes if it may"
    confirm(f"Replace what is remembered of {', '.join(domains)}?", refusal, yes=yes)


def _print_result(backup: "Backup", done: "RestoreResult", expired: list[str], as_json: bool) -> None:
    """expired: the domains whose state the next start will find expired."""
    if as_json:
        result = {
            "restored": str(backup.path),
            "made_at": backup.header.made_at,
            "domains": {name: {"epoch": v.epoch, "n": v.n} for name, v in done.versions.items()},
            "before": [str(path) for path in done.before],
            "expired": [name for name in expired if name in done.versions],
        }
        print_json(result)
        return
    for name, version in done.versions.items():
        old = f"; older than storage.domains.{name}.ttl: it will begin with a new state"
        click.echo(f"{name}: restored as version {version}{old if name in expired else ''}")
    if done.before:
        click.echo(f"what was remembered before is in {' and '.join(str(path) for path in done.before)}")
