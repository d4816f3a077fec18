"""`supervisor trace`: what happened, message by message. Reads the files; needs no running instance."""

import click

from supervisor.cli.trace_check import check
from supervisor.cli.trace_export import export
from supervisor.cli.trace_keep import keep
from supervisor.cli.trace_live import live
from supervisor.cli.trace_ls import ls
from supervisor.cli.trace_show import show
from supervisor.cli.trace_stats import stats
from supervisor.cli.trace_why import why

__all__ = ["trace"]


@click.group()
def trace() -> None:
    """Look at what happened, message by message.

    A run is what was recorded from one start of Gerald to its end: a folder of MCAP files in data/traces, one row of
    them for each process. Reading goes on while it is written.
    """


for command in (ls, show, stats, why, export, live, check, keep):
    trace.add_command(command)
