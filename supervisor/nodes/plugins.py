"""Imports what a plugin brings to a process that needs it, and makes its actors."""

import threading
from typing import Any

from actors.kernel.actor import Actor
from actors.kernel.message import registered
from actors.vocabulary.type_names import durable_names
from config.plugins.errors import PluginBroken
from config.plugins.guard import attribute, guarded, import_guarded
from config.plugins.plugin import Plugin
from supervisor.nodes.broken_plugin import BrokenPlugin

_lock = threading.Lock()
_known: dict[str, PluginBroken | None] = {}
"""The modules of messages that were imported here, and why that failed: a second try would only fail otherwise."""


def make_of_plugin(plugin: Plugin, target: str, settings: Any) -> Actor:
    """An actor of the plugin, made with its settings; one that says why where it cannot be used.

    target: module:Class. Raises what the constructor raises."""
    try:
        cls = class_of_plugin(plugin, target)
    except PluginBroken as broken:
        return BrokenPlugin(str(broken), remedy_of(plugin))
    make: Any = cls  # what its constructor takes is agreed upon by the interface
    made: Actor = make(settings)
    return made


def remedy_of(plugin: Plugin) -> str:
    """What an owner can do about a broken plugin."""
    name = plugin.distribution.partition(" ")[0]
    return plugin.remedy or f"update it, `pip uninstall {name}`, or name it in plugins.disabled"


def class_of_plugin(plugin: Plugin, target: str) -> type[Actor]:
    """The class of an actor, with the plugin's messages imported. Raises PluginBroken."""
    if plugin.broken:
        raise PluginBroken(plugin.broken)
    import_messages(plugin)
    cls = attribute(target)
    if not (isinstance(cls, type) and issubclass(cls, Actor)):
        raise PluginBroken(
            f"{target} is no actor: it must be a class derived from supervisor.plugins.api.Actor"
        )
    _refuse_foreign_names(plugin)
    guarded(cls.handlers, f"looking for the handlers of {target}")
    return cls


def import_messages(plugin: Plugin) -> None:
    """Know the plugin's messages in this process. Raises PluginBroken, each time the same."""
    module = plugin.messages
    if not module or plugin.broken:
        return
    with _lock:
        if module not in _known:
            _known[module] = _failure_of(plugin, module)
    if (broken := _known[module]) is not None:
        raise PluginBroken(str(broken))


def _failure_of(plugin: Plugin, module: str) -> PluginBroken | None:
    try:
        import_guarded(module)
        _refuse_foreign_names(plugin)
    except PluginBroken as broken:
        return broken
    return None


def _refuse_foreign_names(plugin: Plugin) -> None:
    """Names in files and on the wire begin with the plugin's, so that none can be taken twice."""
    for name, cls in {**registered(), **durable_names()}.items():
        mine = cls.__module__.partition(".")[0] == plugin.package
        if mine and not name.startswith(f"{plugin.name}."):
            how = f'class {cls.__qualname__}(..., plugin="{plugin.name}")'
            raise PluginBroken(
                f"{cls.__module__} calls a class {name!r}; write {how}, or @durable of such a name"
            )
