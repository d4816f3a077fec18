"""A process that imports everything one plugin brings, and says what of it cannot be used.

    python -m supervisor.plugins.check NAME

Prints one JSON object: each part that cannot be used, as GROUP and name, and why. What the plugin prints goes
nowhere."""

import json
import os
import sys

from config.plugins.discovery import installed_plugins
from config.plugins.errors import PluginBroken
from config.plugins.guard import attribute
from config.plugins.plugin import ACTORS, Part, Plugin


def broken_parts(plugin: Plugin) -> dict[str, str]:
    """Why each part of a plugin cannot be used, by `key_of`, without those that can."""
    found = {}
    for part in plugin.parts:
        try:
            _use(plugin, part)
        except PluginBroken as broken:
            found[key_of(part)] = str(broken)
    return found


def key_of(part: Part) -> str:
    """A part's name within its plugin."""
    return f"{part.group} {part.name}"


def _use(plugin: Plugin, part: Part) -> None:
    if part.group == ACTORS:
        from supervisor.nodes.boot import register_messages
        from supervisor.nodes.plugins import class_of_plugin

        register_messages()
        class_of_plugin(plugin, part.target)
    elif not callable(attribute(part.target)):
        raise PluginBroken(f"{part.target} cannot be called")


def main() -> None:
    """What the process does."""
    answer = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    (plugin,) = (one for one in installed_plugins() if one.name == sys.argv[1] and not one.broken)
    with os.fdopen(answer, "w") as stream:
        json.dump(broken_parts(plugin), stream)
    os._exit(0)  # threads that a plugin left behind are no reason to wait


if __name__ == "__main__":
    main()
