"""Processes that have everything imported already: forked from a server in which nothing runs, one for each pytest."""

import multiprocessing
from functools import cache
from multiprocessing.context import BaseContext

from supervisor.cli.main import COMMANDS

WORKERS = (
    "supervisor.nodes.worker",
    "supervisor.trace.write.rotation",
    "actors.avatar.avatar",
    "actors.avatar.movement.movement",
    "actors.behaviour.behaviour",
    "actors.osc.sender",
)


@cache
def context() -> BaseContext:
    """What makes such processes, as multiprocessing does. Needs os.fork."""
    made = multiprocessing.get_context("forkserver")
    commands = sorted({target.partition(":")[0] for target, _ in COMMANDS.values()})
    made.set_forkserver_preload(["tests.doubles.commands", *commands, *WORKERS])
    return made
