"""`supervisor state`: shows, exports, imports, checks and repairs what is remembered."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click

from config.home import Home
from supervisor.cli.client import ask_all, ask_one
from supervisor.cli.options import fail, home_and_json, in_home, print_json, yes_option
from supervisor.exit_status import FAILED
from supervisor.tree import DOMAINS

_ONLY = "Only this domain; may be repeated."
domains_option = click.option("--domain", "domains", multiple=True, type=click.Choice(DOMAINS), help=_ONLY)


@click.group()
def state() -> None:
    """Show, export, import, check or repair what Gerald remembers."""


@state.command()
@click.argument("domain", type=click.Choice(DOMAINS))
@click.argument("path", default="")
@home_and_json
def show(home: Home, domain: str, path: str, as_json: bool) -> None:
    """Print the state of DOMAIN, or the value at PATH in it, e.g. state show users users/name:anna."""
    found = ask_one(home, {"do": "state", "domain": domain, "path": path})
    if as_json:
        print_json(found)
        return
    from rich.console import Console
    from rich.json import JSON

    version = found["version"]
    console = Console(emoji=False)
    console.print(f"[bold]{domain}[/] at version {version['epoch']}.{version['n']}")
    console.print(JSON.from_data(found["state"]))


@state.command()
@domains_option
@click.option(
    "--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write this file, for you only."
)
@in_home
def export(home: Home, domains: tuple[str, ...], file: Path | None) -> None:
    """Print the states as JSON: the live ones, or the stored ones when no instance is running.

    The output contains what people said, unencrypted.
    """
    from supervisor.instance import running_instance
    from supervisor.offline.export import as_text

    wanted = tuple(domain for domain in DOMAINS if not domains or domain in domains)
    if running_instance(home.path):
        states = {domain: _live(home, domain) for domain in wanted}
    else:
        states = _stored(home, wanted)
    text = as_text(states, time.time())
    if file is None:
        sys.stdout.writelines(text)
        return
    from config.files import replace_file

    try:
        replace_file(file, (piece.encode() for piece in text))
    except OSError as error:
        fail(FAILED, f"{file} cannot be written: {error.strerror or error}")
    click.echo(f"{file}: {', '.join(states) or 'nothing is stored yet'}", err=True)


Exported = tuple[Mapping[str, int], int, bytes]


def _live(home: Home, domain: str) -> Exported:
    head, *pieces = ask_all(home, {"do": "export", "domain": domain})
    return head["version"], head["schema"], b"".join(part["piece"] for part in pieces)


def _stored(home: Home, domains: tuple[str, ...]) -> dict[str, Exported]:
    from msgspec.json import encode

    from supervisor.offline.store import stored_states

    return {
        s.domain: ({"epoch": s.version.epoch, "n": s.version.n}, s.schema, encode(s.document.state))
        for s in stored_states(home, domains)
    }


@state.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@domains_option
@yes_option
@in_home
def import_(home: Home, file: Path, domains: tuple[str, ...], yes: bool) -> None:
    """Replace what is remembered by the states in FILE, made by `state export`. No instance may be running.

    Everything is checked first. If anything does not fit, every reason is listed and nothing changes.
    """
    from supervisor.cli.state.import_ import import_states

    import_states(home, file, domains, yes)


@state.command()
@click.option("--repair", is_flag=True, help="Rewrite the newest readable state. No instance may be running.")
@click.option("--prune", is_flag=True, help="With --repair: delete damaged parts that were set aside.")
@home_and_json
def doctor(home: Home, repair: bool, prune: bool, as_json: bool) -> None:
    """Check what is stored: the database, every record in it, and the snapshots in files. Changes nothing by itself.

    `supervisor doctor` looks at everything else: VRChat, sound, models, the machine.

    Exit status: 0 sound, 1 something is damaged.
    """
    from supervisor.cli.state.doctor import examined, repaired

    if prune and not repair:
        raise click.UsageError("--prune goes with --repair")
    sound = repaired(home, prune, as_json) if repair else examined(home, as_json)
    sys.stdout.flush()
    sys.exit(0 if sound else FAILED)
