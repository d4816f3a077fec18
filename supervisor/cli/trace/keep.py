"""`supervisor trace keep`: turns a run into a test."""

import re
from pathlib import Path

import click

from config.home import Home
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.cli.trace.options import find_trace
from supervisor.exit_status import FAILED

TESTS = Path("tests") / "traces"


@click.command()
@click.argument("run")
@click.option("--as", "name", required=True, metavar="NAME", help="Name of the test.")
@click.option(
    "--to", type=click.Path(path_type=Path), default=TESTS, show_default=True, help="Folder for the test."
)
@click.option("--force", is_flag=True, help="Replace an existing test of that name.")
@home_and_json
def keep(home: Home, run: str, name: str, to: Path, force: bool, as_json: bool) -> None:
    """Turn RUN into a test that `make test` replays from then on.

    People's words and names are replaced by made-up ones of the same length, and what was remembered before the
    session is left out. A replay then records what the actors do with that.
    """
    from supervisor.replay.keep import keep as kept
    from supervisor.replay.reconstruct import Unreplayable

    if not re.fullmatch(r"[\w-]{1,60}", name):
        fail(FAILED, f"--as {name}: a name has letters, digits, - and _ only, 60 at most")
    path = to / f"{name}.mcap"
    if path.exists() and not force:
        fail(FAILED, f"{path} exists; choose another name, or replace it with --force")
    try:
        report = kept(find_trace(home, run), path)
    except (Unreplayable, OSError) as error:
        fail(FAILED, str(error))
    if as_json:
        print_json({"file": str(path), "messages": report.messages, "actors": report.actors})
        return
    size = path.stat().st_size
    click.echo(f"{path}: {report.messages:,} messages of {len(report.actors)} actors, {size:,} bytes")
