"""`supervisor plugins`: what is installed, and whether it can be used."""

import os
from typing import TYPE_CHECKING

import click

from config.home import Home
from config.plugins.manifest import INTERFACE
from config.syntax.mask import printable
from supervisor.cli.options import home_and_json, print_json
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from config.schema import Config
    from supervisor.plugins.report import PluginReport


@click.command()
@home_and_json
def plugins(home: Home, as_json: bool) -> None:
    """List the installed plugins, what each brings, and whether it can be used.

    Each that is not switched off is imported in a process of its own. Exit status: 0 all can be used, or are switched
    off; 1 one cannot.
    """
    from config.plugins.discovery import installed_plugins
    from supervisor.plugins.report import reports

    found = reports(installed_plugins(), _config(home))
    if as_json:
        import msgspec

        print_json({"interface": INTERFACE, "plugins": msgspec.to_builtins(found)})
    elif not found:
        click.echo("no plugin is installed")
    for plugin in found if not as_json else ():
        click.echo("\n".join(lines_of(plugin)))
    if any(plugin.state == "broken" for plugin in found):
        raise SystemExit(FAILED)


def _config(home: Home) -> "Config":
    """The configuration that a start would use, as far as it can be read."""
    from config.layers.fallback import fall_back
    from config.layers.source import ConfigSource
    from config.schema import Config

    reading = ConfigSource(home, None, (), dict(os.environ), ()).read()
    return fall_back(reading.result)[0] if reading.result is not None else Config()


def lines_of(plugin: "PluginReport") -> list[str]:
    """A plugin as people read it: what it is, what is wrong, and each thing that it brings."""
    about = f": {plugin.about}" if plugin.about else ""
    found = [f"{plugin.state:6}  {plugin.name} ({plugin.distribution}){about}"]
    if plugin.reason:
        found.append(f"        {plugin.reason}")
    if plugin.remedy:
        found.append(f"        -> {plugin.remedy}")
    for part in plugin.parts:
        wrong = f"  [{part.broken}]" if part.broken and part.broken != plugin.reason else ""
        found.append(f"        {part.kind.removesuffix('s')} {part.name}{wrong}")
    if plugin.settings:
        found.append(f"        settings plugins.{plugin.name}: {', '.join(plugin.settings)}")
    return [printable(line) for line in found]
