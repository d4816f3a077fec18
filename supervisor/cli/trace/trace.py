"""`supervisor trace`: what happened, message by message. Reads the files; needs no running instance."""

import click

from supervisor.cli.trace.check import check
from supervisor.cli.trace.export import export
from supervisor.cli.trace.keep import keep
from supervisor.cli.trace.live import live
from supervisor.cli.trace.ls import ls
from supervisor.cli.trace.show import show
from supervisor.cli.trace.stats import stats
from supervisor.cli.trace.turns import turn, turns
from supervisor.cli.trace.why import why


@click.group()
def trace() -> None:
    """Inspect recorded messages.

    A run is what was recorded from one start of Gerald to its end: a folder of MCAP files in data/traces, one series
    for each process. A run can be read while it is being written.
    """


for command in (ls, turns, turn, show, stats, why, export, live, check, keep):
    trace.add_command(command)
