"""`supervisor host`: other machines that run some of the actors."""

import click

from supervisor.cli.hosts.invite import invite
from supervisor.cli.hosts.join import join
from supervisor.cli.hosts.membership import init, list_hosts, remove
from supervisor.cli.hosts.service import service


@click.group()
def host() -> None:
    """Let other machines run some of the actors.

    At home: `init` once, `invite NAME`, `list`, `remove NAME`. On the other machine: `join CODE`.
    """


for command in (init, invite, join, list_hosts, remove, service):
    host.add_command(command)
