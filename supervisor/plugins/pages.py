"""The pages that plugins bring to Gerald's own, for the process that serves it."""

from dataclasses import dataclass
from typing import Any

from config.plugins.discovery import installed_plugins
from config.plugins.errors import PluginBroken
from config.plugins.guard import attribute, guarded
from config.plugins.plugin import PAGES, Part, Plugin
from config.schema.plugins import Plugins


@dataclass(frozen=True, slots=True)
class PluginPage:
    """What stands below `/plugins/NAME/`. about: the plugin in a sentence. routes: starlette's; none if it is broken.

    broken: why it cannot be shown, "" if it can."""

    name: str
    about: str
    routes: tuple[Any, ...] = ()
    broken: str = ""


def pages(plugins: Plugins) -> tuple[PluginPage, ...]:
    """The pages of all plugins that are used, sound or broken, by name. plugins: the section. Raises nothing."""
    wanted = (one for one in installed_plugins() if not one.broken and not plugins.why_off(one.name))
    return tuple(_page(plugins, plugin, part) for plugin in wanted for part in plugin.of(PAGES))


def _page(plugins: Plugins, plugin: Plugin, part: Part) -> PluginPage:
    settings = plugins.of(plugin.name)
    try:
        make = attribute(part.target)
        routes = guarded(lambda: tuple(make(settings)), f"{part.name}: making its routes")
    except PluginBroken as broken:
        return PluginPage(part.name, plugin.about, (), str(broken))
    return PluginPage(part.name, plugin.about, routes)
