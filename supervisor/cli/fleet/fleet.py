"""`supervisor fleet`: many homes on one machine."""

import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supervisor.cli.literal import lines
from supervisor.cli.options import fail, json_option, print_json, wide_console
from supervisor.console import is_console
from supervisor.exit_status import FAILED, UNREADABLE

if TYPE_CHECKING:
    from supervisor.fleet.fleet import Fleet, Member
    from supervisor.fleet.launch import Outcome

file_option = click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("fleet.yaml"),
    show_default=True,
    help="The file of the fleet.",
)
names_argument = click.argument("names", nargs=-1, metavar="[NAME]...")


@click.group()
def fleet() -> None:
    """Run many Geralds on this machine, each in a home and under a launcher of its own, as fleet.yaml lists them."""


@fleet.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--homes", type=click.IntRange(1, 1000), help="Make so many homes, g01, g02, ... without NAMEs."
)
@click.option(
    "--first-port",
    type=click.IntRange(1024, 32000),
    default=9100,
    show_default=True,
    help="Of the OSC ports.",
)
@click.option("--text", is_flag=True, help="Homes without microphone and voice.")
@click.option("--page", is_flag=True, help="Each serves its page, at a port of its own.")
@file_option
def init(
    names: tuple[str, ...], homes: int | None, first_port: int, text: bool, page: bool, path: Path
) -> None:
    """Write a fleet's file and make its homes, beside it, with ports that do not collide."""
    from supervisor.fleet.init import make

    if bool(names) == bool(homes):
        raise click.UsageError("give either the homes' names, or --homes with their number")
    names = names or tuple(f"g{number:02}" for number in range(1, (homes or 0) + 1))
    try:
        make(path, names, first_port, silent=text, pages=page)
    except FileExistsError:
        fail(FAILED, f"{path} exists already; --file names another")
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    _read(path)
    click.echo(f"{path}: {len(names)} homes; start them with `supervisor fleet start --file {path}`")


@fleet.command()
@names_argument
@file_option
@json_option
def start(names: tuple[str, ...], path: Path, as_json: bool) -> None:
    """Start the homes, all or those NAMEd, a few at a time, and wait until they are ready. They go on by themselves.

    Ports, folders and settings are checked beforehand. A home that cannot start is named, and keeps no other from
    starting; the exit status is then 1."""
    from supervisor.fleet.operations import start_all

    found = _read(path)
    members, sound = _examined(found, names, as_json)
    outcomes = start_all(found, members, given_up := _given_up(), _begins("starting", as_json))
    well = _show(outcomes, as_json)
    if given_up.is_set():
        fail(FAILED, "not all were waited for; `supervisor fleet status` shows them")
    sys.exit(0 if well and sound else FAILED)


@fleet.command()
@names_argument
@file_option
@json_option
def stop(names: tuple[str, ...], path: Path, as_json: bool) -> None:
    """Stop the homes, all or those NAMEd, a few at a time, and save their states. Exit status 1 if one is not saved."""
    from supervisor.fleet.operations import stop_all

    found = _read(path)
    outcomes = stop_all(found, _chosen(found, names), _begins("stopping", as_json))
    sys.exit(0 if _show(outcomes, as_json) else FAILED)


@fleet.command()
@names_argument
@file_option
@json_option
def update(names: tuple[str, ...], path: Path, as_json: bool) -> None:
    """Restart the homes that run, one after another, so that they take over new code and settings.

    The first that does not come back as well as it was ends it: the others go on as they are, and the exit status is 1.
    """
    from supervisor.fleet.operations import update_all

    found = _read(path)
    members, sound = _examined(found, names, as_json)
    if not sound:
        fail(FAILED, "nothing was restarted")
    outcomes = update_all(found, members, _given_up(), _begins("restarting", as_json))
    sys.exit(0 if _show(outcomes, as_json) else FAILED)


@fleet.command()
@names_argument
@file_option
@json_option
def status(names: tuple[str, ...], path: Path, as_json: bool) -> None:
    """Show every home: its state and health, what it uses of the machine, its turns and how long they take.

    private: memory that no other process has. proportional: with its part of what is shared. p95: seconds that 19 of 20
    turns do not exceed. tokens/s: of the model, while it generates."""
    import msgspec

    from supervisor.fleet.operations import look, look_at_services
    from supervisor.fleet.table import table

    found = _read(path)
    rows, services = look(_chosen(found, names)), look_at_services(found)
    if as_json:
        told = {"homes": msgspec.to_builtins(rows), "services": msgspec.to_builtins(services)}
        print_json({"file": str(path), **told})
        return
    wide_console().print(table((*services, *rows)))


@fleet.command()
@click.argument("name")
@file_option
def serve(name: str, path: Path) -> None:
    """Run the service NAME of the fleet in this terminal, as `fleet start` does apart from it."""
    from supervisor.services.run import serve as run_service

    found = next((one for one in _read(path).services if one.name == name), None)
    if found is None:
        fail(FAILED, f"{path} has no service with the name {name}")
    sys.exit(run_service(found.name, found.published, frozenset(found.actors), found.places))


def _read(path: Path) -> "Fleet":
    from config.syntax.errors import ConfigurationError
    from config.syntax.render import render
    from supervisor.fleet.fleet import read

    try:
        return read(path)
    except ConfigurationError as error:
        click.echo(render(error.problems, colour=is_console(sys.stderr)), err=True, nl=False)
        sys.exit(UNREADABLE)


def _chosen(found: "Fleet", names: tuple[str, ...]) -> tuple["Member", ...]:
    try:
        return found.chosen(names)
    except LookupError as error:
        fail(FAILED, str(error.args[0]))


def _examined(found: "Fleet", names: tuple[str, ...], as_json: bool) -> tuple[tuple["Member", ...], bool]:
    """Who may start, and whether that is everybody; why not is printed."""
    from config.syntax.render import render
    from supervisor.cli.availability import known_actors
    from supervisor.fleet.operations import examine

    seen = examine(found, _chosen(found, names), (known_actors(),))
    if seen.problems:
        click.echo(render(seen.problems, colour=is_console(sys.stderr) and not as_json), err=True, nl=False)
    return seen.sound, not seen.problems


def _given_up() -> threading.Event:
    """Set by the first Ctrl-C."""
    import signal

    event = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: event.set())
    return event


def _begins(what: str, as_json: bool) -> Callable[[Any], None]:
    def begins(member: Any) -> None:
        if not as_json:
            click.echo(f"{what:>10}  {member.name}")

    return begins


def _show(outcomes: "Iterable[Outcome]", as_json: bool) -> bool:
    """Print each as it comes; whether all went well."""
    import msgspec

    well = True
    for outcome in outcomes:
        well = well and outcome.well
        if as_json:
            print_json(msgspec.to_builtins(outcome))
        else:
            took = f" in {outcome.took:.1f} s" if outcome.took >= 0.05 else ""
            mark = "ok" if outcome.well else "FAILED"
            click.echo(lines(f"{mark:>10}  {outcome.name}: {outcome.said}{took}"), err=not outcome.well)
    return well
