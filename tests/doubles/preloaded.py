"""Everything that a command or a running Gerald imports: a process that is forked from one with this has it at once."""

import importlib

from config.schema import Config
from supervisor.cli.main import COMMANDS
from supervisor.otp.spec import walk
from supervisor.tree import tree

LATER = (
    "supervisor.cli.config.load",
    "supervisor.cli.instance.session",
    "supervisor.control.client",
    "supervisor.nodes.worker",
    "supervisor.trace.write.rotation",
)
"""Modules that `run`, the commands and pinned actors import when they are called."""


def modules() -> list[str]:
    """Their names. What runs in processes of its own, such as the models, is left to these."""
    commands = {target.partition(":")[0] for target, _ in COMMANDS.values()}
    specs = walk(tree(Config(), text=True))
    actors = {
        spec.actor.partition(":")[0] for spec in specs if not spec.disabled_reason and spec.pin == "thread"
    }
    return sorted({*commands, *actors, *LATER})


for name in modules():
    importlib.import_module(name)
