"""`supervisor host`: other machines that run some of the actors."""

import click

from supervisor.cli.hosts.drain import drain
from supervisor.cli.hosts.invite import invite
from supervisor.cli.hosts.join import join
from supervisor.cli.hosts.membership import init, list_hosts, remove
from supervisor.cli.hosts.run import run
from supervisor.cli.hosts.service import service


@click.group()
def host() -> None:
    """Let other machines run some of the actors.

    At home: `init` once, `invite NAME`, `list`, `drain NAME`, `remove NAME`. On the other machine: `join CODE`, then
    `run`.
    """


for command in (init, invite, join, run, list_hosts, drain, remove, service):
    host.add_command(command)
