"""`supervisor host service`: a systemd unit for the agent of a host."""

import sys

import click

from config.home import Home
from supervisor.cli.instance.service import Service, own_program, owner_of, unit
from supervisor.cli.options import in_home

AGENT = Service(
    "gerald-host",
    "Runs actors of a Gerald on another machine",
    ("host", "run"),
    "host service",
    "Its launcher restarts the agent after a crash",
)


@click.command()
@click.option("--user", is_flag=True, help="Print a user unit, which needs no root.")
@in_home
def service(home: Home, user: bool) -> None:
    """Print a systemd unit that keeps the agent of this host running. Its first lines say how to install it."""
    if sys.platform == "win32":
        raise click.ClickException("Windows has no systemd; let the Task Scheduler run `supervisor host run`")
    else:
        place = home.path.absolute()
        click.echo(unit(own_program(), place, owner="" if user else owner_of(place), service=AGENT), nl=False)
