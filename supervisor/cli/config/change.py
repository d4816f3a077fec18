"""The commands about the configuration of a running instance: set, unset, reload, diff."""

import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from config.home import Home
from config.ownership import trouble
from config.syntax.errors import LoadError
from supervisor.cli.client import ask_one
from supervisor.cli.literal import lines
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.console import is_console
from supervisor.control.client import call
from supervisor.control.wire import RequestRefused
from supervisor.exit_status import FAILED, UNREADABLE
from supervisor.instance import NoInstance

save_option = click.option(
    "--save",
    is_flag=True,
    help="Keep the change in data/overrides.yaml; works without a running instance too.",
)


@click.command("set")
@click.argument("key")
@click.argument("value")
@save_option
@click.option("--dry-run", is_flag=True, help="Only say what would change and be started again.")
@home_and_json
def set_(home: Home, key: str, value: str, save: bool, dry_run: bool, as_json: bool) -> None:
    """Override KEY (such as llm.temperature) in the running instance, above all layers, at once.

    VALUE is written as in a file: 0.9, true, null, [gestures, touch]. An invalid value, or one that an actor cannot
    use, is refused and changes nothing.
    """
    if dry_run:
        _print_preview(ask_one(home, {"do": "config-preview", "key": key, "value": value}), as_json)
        return
    put(home, key, value, save, as_json)


@click.command()
@click.argument("key")
@save_option
@home_and_json
def unset(home: Home, key: str, save: bool, as_json: bool) -> None:
    """Remove the override of KEY; with --save the saved one too."""
    put(home, key, None, save, as_json)


@click.command()
@home_and_json
def reload(home: Home, as_json: bool) -> None:
    """Reload all files now. A running instance does so by itself when a file is saved."""
    _print_result(ask_one(home, {"do": "config-reload"}), as_json)


@click.command()
@home_and_json
def diff(home: Home, as_json: bool) -> None:
    """Show how the files differ from what the running instance uses. Exit status 1 when they differ."""
    found = ask_one(home, {"do": "config-diff"})
    if as_json:
        print_json(found)
    else:
        same = f"version {found['version']} is what the files say"
        click.echo(lines("\n".join([*found["problems"], *found["changes"]] or [same])))
    sys.exit(FAILED if found["problems"] or found["changes"] else 0)


def put(home: Home, key: str, value: str | None, save: bool, as_json: bool) -> None:
    """Set a key, or with None take its override away, in the running instance and, with `save`, for the next start."""
    from supervisor.control.requests.config import key_refused

    if why := key_refused(key):
        fail(FAILED, why)
    request = {"do": "config-set", "key": key, "value": value, "save": save}
    try:
        _print_result(call(home.path, request), as_json)
    except RequestRefused as error:
        fail(FAILED, str(error))
    except NoInstance as error:
        if not save:
            fail(FAILED, f"{error}; with --save it is kept for the next start")
        _save(home, key, value, as_json)


def _save(home: Home, key: str, value: str | None, as_json: bool) -> None:
    """Without an instance: check the value against everything else, and save it."""
    from config.layers.save_override import save_override
    from config.layers.source import ConfigSource
    from config.syntax.render import render

    if value is not None:
        reading = ConfigSource(home, environ=os.environ).read((f"{key}={value}",))
        errors = tuple(p for p in reading.errors if p.layer == "overrides")
        if errors := errors or (reading.errors if reading.result is None else ()):
            click.echo(render(errors, colour=is_console(sys.stderr)), err=True, nl=False)
            fail(FAILED, "nothing was saved")
    try:
        save_override(home, key, value)
    except (OSError, LoadError) as error:
        why = trouble(error, home.overrides_file) if isinstance(error, OSError) else str(error)
        fail(UNREADABLE, f"nothing was saved: {why}")
    if as_json:
        print_json({"outcome": "saved", "file": str(home.overrides_file)})
    else:
        click.echo(f"saved in {home.overrides_file}; no instance runs")


def _print_preview(found: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
    elif found["problems"]:
        click.echo(lines("\n".join(found["problems"])), err=True)
    else:
        for one in found["changes"]:
            click.echo(lines(f"{one['key']}: {one['before']} -> {one['after']}"))
        if found["restarts"]:
            click.echo(f"would be started again for it: {', '.join(found['restarts'])}")
        if found["by_hand"]:
            click.echo("would wait until Gerald is started again")
        click.echo("nothing was changed" if found["changes"] else "it would change nothing")
    sys.exit(FAILED if found["problems"] else 0)


def _print_result(ended: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json({name: value for name, value in ended.items() if name != "type"})
    elif ended["outcome"] == "unchanged":
        click.echo(f"nothing has changed; version {ended['version']} is in force")
    elif ended["outcome"] == "applied":
        click.echo(f"version {ended['version']} is in force: {', '.join(ended['changed'])}")
        if ended["restarted"]:
            click.echo(f"being started again for it: {', '.join(ended['restarted'])}")
        if ended["pending"]:
            click.echo(f"waits until Gerald is started again: {', '.join(ended['pending'])}")
    else:
        click.echo(lines("\n".join(ended["problems"])), err=True)
    if ended.get("saved") and not as_json:
        click.echo(f"saved in {ended['saved']}")
    if ended["outcome"] == "refused":
        sys.exit(FAILED)
