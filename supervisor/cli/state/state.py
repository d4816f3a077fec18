"""`supervisor state`: shows, exports, imports, checks and repairs what is remembered."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click

from config.home import Home
from supervisor.cli.client import ask_all, ask_one
from supervisor.cli.options import FAILED, fail, in_home, json_option, print_json
from supervisor.offline.domains import DOMAINS

__all__ = ["state"]

domains_option = click.option(
    "--domain", "domains", multiple=True, type=click.Choice(DOMAINS), help="Only this one; may be repeated."
)


@click.group()
def state() -> None:
    """Show, export, import, check and repair what is remembered."""


@state.command()
@click.argument("domain", type=click.Choice(DOMAINS))
@click.argument("path", default="")
@json_option
@in_home
def show(home: Home, domain: str, path: str, as_json: bool) -> None:
    """Print the state of DOMAIN, or what is at PATH in it, e.g. state show users users/name:anna."""
    found = ask_one(home, {"do": "state", "domain": domain, "path": path})
    if as_json:
        print_json(found)
        return
    from rich.console import Console
    from rich.json import JSON

    version = found["version"]
    console = Console()
    console.print(f"[bold]{domain}[/] at version {version['epoch']}.{version['n']}")
    console.print(JSON.from_data(found["state"]))


@state.command()
@domains_option
@click.option(
    "--to",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it there, readable by you only.",
)
@in_home
def export(home: Home, domains: tuple[str, ...], file: Path | None) -> None:
    """Print the states as JSON: as they are now, or as they are stored when nothing runs.

    They contain what people said, and are not encrypted.
    """
    from supervisor.instance import NoInstance, find_instance
    from supervisor.offline.export import as_text

    wanted = tuple(domain for domain in DOMAINS if not domains or domain in domains)
    try:
        find_instance(home.path)
        states = {domain: _asked(home, domain) for domain in wanted}
    except NoInstance:
        states = _stored(home, wanted)
    text = as_text(states, time.time())
    if file is None:
        sys.stdout.writelines(text)
        return
    from actors.persistence.store.atomic_files import replace_durably

    try:
        replace_durably(file, (piece.encode() for piece in text))
    except OSError as error:
        fail(FAILED, f"{file} cannot be written: {error.strerror or error}")
    click.echo(f"{file}: {', '.join(states) or 'nothing is stored yet'}", err=True)


Exported = tuple[Mapping[str, int], int, bytes]


def _asked(home: Home, domain: str) -> Exported:
    head, *pieces = ask_all(home, {"do": "export", "domain": domain})
    return head["version"], head["schema"], b"".join(part["piece"] for part in pieces)


def _stored(home: Home, domains: tuple[str, ...]) -> dict[str, Exported]:
    import msgspec

    from supervisor.offline.store import stored_states

    return {
        stored.domain: (
            {"epoch": stored.version.epoch, "n": stored.version.n},
            stored.schema,
            msgspec.json.encode(stored.document.state),
        )
        for stored in stored_states(home, domains)
    }


@state.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@domains_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@in_home
def import_(home: Home, file: Path, domains: tuple[str, ...], yes: bool) -> None:
    """Replace what is remembered by the states in FILE, made by `state export`. Nothing may run meanwhile.

    The file is checked first; if anything does not fit, every reason is printed and nothing is changed.
    """
    from supervisor.cli.state.import_ import taken_over

    taken_over(home, file, domains, yes)


@state.command()
@click.option(
    "--repair", is_flag=True, help="Write the newest usable state again. Nothing may run meanwhile."
)
@click.option("--prune", is_flag=True, help="With --repair: remove what was damaged and set aside.")
@json_option
@in_home
def doctor(home: Home, repair: bool, prune: bool, as_json: bool) -> None:
    """Check what is stored: the database, every record in it, and the snapshots in files. Changes nothing by itself.

    Exit status: 0 fine, 1 something is damaged.
    """
    from supervisor.cli.state.doctor import examined, repaired

    if prune and not repair:
        raise click.UsageError("--prune goes with --repair")
    sound = repaired(home, prune, as_json) if repair else examined(home, as_json)
    sys.stdout.flush()
    if not sound:
        sys.exit(FAILED)
