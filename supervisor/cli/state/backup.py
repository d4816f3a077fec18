"""`supervisor backup`: makes a backup of everything Gerald remembers, and lists backups."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from config.files import located
from config.format import moment, size
from config.home import Home
from supervisor.cli.client import ask_all
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.console import is_console
from supervisor.exit_status import FAILED


@click.group(invoke_without_command=True)
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the backup. Default: storage.backup_directory.",
)
@click.option("--encrypt", is_flag=True, help="Encrypt it with this home's key, from data/seal.json.")
@home_and_json
def backup(home: Home, folder: Path | None, encrypt: bool, as_json: bool) -> None:
    """Back up everything Gerald remembers into one file, with or without a running instance.

    The file is read back and checked before it gets its name. `supervisor restore` restores it. A running Gerald
    makes a backup every storage.backup_interval seconds.

    An encrypted backup cannot be read without its key, which is made if there is none: keep copies of data/seal.json
    and of the key of the secrets elsewhere. What is stored encrypted is always encrypted in a backup.
    """
    context = click.get_current_context()
    context.obj = home
    if context.invoked_subcommand is not None:
        return
    to = located(Path(), folder).absolute() if folder is not None else None
    had_key = home.data_key_file.exists()
    with busy("making a backup", as_json):
        made = _made(home, to, encrypt)
    if as_json:
        print_json(made)
        return
    encrypted = ", encrypted" if made["sealed"] else ""
    click.echo(f"{made['path']} ({size(made['bytes'])}{encrypted}): {_names(made['domains'])}")
    if made["sealed"] and not had_key:
        click.echo(f"its key was made: keep a copy of {home.data_key_file} elsewhere too", err=True)


@backup.command("ls", short_help="List the backups, and whether they are intact.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@home_and_json
def ls(home: Home, folder: Path | None, as_json: bool) -> None:
    """List the backups in FOLDER (default: storage.backup_directory), newest first."""
    from actors.persistence.backup.backups import KINDS, kept_in
    from actors.persistence.open_store import open_backups
    from actors.persistence.store.errors import StoreError
    from supervisor.offline.store import configuration

    where = folder or open_backups(configuration(home).storage, home.path).folder
    try:
        found = kept_in(where, *KINDS)
    except StoreError as error:
        fail(FAILED, f"{error} -> {error.remedy}")
    with busy("checking the backups", as_json):
        rows = [_row(kept.path, kept.made_at) for kept in found]
    if as_json:
        print_json(rows)
    elif rows:
        _print_rows(where, rows)
    else:
        click.echo(f"there are no backups in {where}; make one with `supervisor backup`")


@contextlib.contextmanager
def busy(doing: str, quiet: bool = False) -> Iterator[None]:
    """Show on a terminal what is being done, while it is being done."""
    if quiet or not is_console(sys.stderr):
        yield
        return
    from rich.console import Console

    with Console(emoji=False, stderr=True).status(f"{doing} ..."):
        yield


def _made(home: Home, to: Path | None, encrypt: bool) -> Mapping[str, Any]:
    """The running instance makes it, else this process. Exits with a line when neither can."""
    from supervisor.instance import running_instance

    if not running_instance(home.path):
        return _made_here(home, to, encrypt)
    # The instance itself waits 600 s: it must have time to say what is wrong.
    *_, made = ask_all(home, {"do": "backup", "to": str(to or ""), "encrypt": encrypt}, timeout=630.0)
    return made


def _made_here(home: Home, to: Path | None, encrypt: bool) -> Mapping[str, Any]:
    from supervisor.offline.restore import stored_content
    from supervisor.offline.store import exclusive, offline_store

    with exclusive(home, "a backup"), offline_store(home, writes=True, make_key=encrypt) as found:
        content = stored_content(found.store)
        if not content.chains:
            fail(FAILED, f"nothing is remembered in {home.path} yet")
        made = found.backups.make(content, to, encrypt=encrypt)
        what = {"path": str(made.path), "bytes": made.size, "domains": list(made.content.chains)}
        return {**what, "sealed": made.header.encrypted}


def _row(path: Path, made_at: float) -> dict[str, Any]:
    from actors.persistence.backup.file import listed
    from actors.persistence.store.errors import StoreError

    row: dict[str, Any] = {"path": str(path), "made_at": made_at, "bytes": 0, "valid": False}
    with contextlib.suppress(OSError):
        row["bytes"] = path.stat().st_size
    try:
        header = listed(path)
    except StoreError as error:
        return {**row, "why": str(error)}
    domains = {
        name: {"version": {"epoch": held.version.epoch, "n": held.version.n}, "bytes": held.bytes}
        for name, held in header.domains.items()
    }
    return {**row, "made_at": header.made_at, "valid": True, "sealed": header.encrypted, "domains": domains}


def _print_rows(where: Path, rows: list[dict[str, Any]]) -> None:
    click.echo(f"{where}:")
    for row in rows:
        name = Path(row["path"]).name
        line = f"{name}  {moment(row['made_at'])}  {size(row['bytes']):>9}  "
        if row["valid"]:
            click.echo(line + ("encrypted: " if row["sealed"] else "") + _names(row["domains"]))
        else:
            click.echo(line + click.style(row["why"], fg="red"))


def _names(domains: Any) -> str:
    return ", ".join(domains) or "nothing is remembered yet"
