"""`supervisor config`: checks, explains and changes the configuration."""

import contextlib
import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from config.home import Home
from config.ownership import trouble
from config.syntax.mask import printable
from supervisor.cli.config.change import diff, reload, set_, unset
from supervisor.cli.literal import lines
from supervisor.cli.options import fail, home_and_json, in_home, json_line, print_json
from supervisor.console import is_console
from supervisor.exit_status import FAILED, UNREADABLE

if TYPE_CHECKING:
    from config.syntax.problem import Key
    from config.validation.validate import ValidationResult


def reads(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of every command that reads the files: --home, --profile, --set and --json."""
    repeated = "Override a key; may be repeated."
    override = click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help=repeated)
    return click.option("--profile", help="Profile to apply.")(override(home_and_json(command)))


@click.group()
def config() -> None:
    """Check, explain and change the configuration."""


@config.command()
@reads
def check(home: Home, profile: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """List every error with its file, line and column. Exit status: 0 good, 1 errors, 2 unreadable."""
    from config.tools.check import check as examine
    from supervisor.cli.availability import known_actors, missing_devices

    probes, colour = (known_actors(), missing_devices()), is_console(sys.stdout) and not as_json
    report = examine(home, profile, overrides, environ=os.environ, probes=probes, colour=colour)
    if as_json:
        print_json({"exit_code": report.exit_code, "problems": report.data})
    else:
        click.echo(report.text, nl=False)
    sys.exit(report.exit_code)


@config.command()
@click.argument("section", required=False)
@click.option("--effective", is_flag=True, help="Print every value in force, defaults included.")
@reads
def show(
    home: Home,
    section: str | None,
    effective: bool,
    profile: str | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print what differs from the defaults and where it comes from. Secrets are masked."""
    from config.syntax.problem import dotted
    from config.tools.explain import values

    result = _read(home, profile, overrides)
    rows = [row for row in values(result, effective=effective) if section in (None, row[0][0])]
    if as_json:
        print_json({dotted(key): {"value": value, "from": place} for key, value, place in rows})
        return
    shown = [(f"{dotted(key)}: {_value(value)}", place) for key, value, place in rows]
    width = min(60, max((len(line) for line, _ in shown), default=0))
    for line, place in shown:
        click.echo(f"{line.ljust(width)}  {click.style('# ' + printable(place), dim=True)}")
    if not rows:
        click.echo("every key has its default value" if not section else f"nothing is set in {section}")


@config.command()
@click.argument("key")
@reads
def explain(home: Home, key: str, profile: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show where the value of KEY comes from, which layers it overrides, and what it does. A section lists its keys."""
    from config.layers.environment import split_key
    from config.schema.walk import section_at
    from config.tools.explain import explain as explained

    path = split_key(key)
    result = _read(home, profile, overrides)
    model = section_at(path)
    found: Any
    try:
        if model is None:
            found = explained(result, path)
        else:
            keys = [(*path, name) for name in model.model_fields]
            found = [explained(result, inner) for inner in keys if section_at(inner) is None]
    except KeyError:
        fail(FAILED, _no_such_key(path, key))
    if as_json:
        print_json(found)
    elif model is None:
        _print_explained(found)
    else:
        for one in found:
            click.echo(f"{one['key']}: {_value(one['value'])}\n    {one['meaning']}")


@config.command()
@click.argument("key")
@reads
def get(home: Home, key: str, profile: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Print the value of KEY from the files."""
    from config.layers.environment import split_key
    from config.schema.walk import field_at, is_secret, section_at
    from config.tools.explain import value_at

    path = split_key(key)
    if is_secret(path):
        fail(FAILED, f"{key} is a secret; `supervisor secrets get {key}` prints it")
    if field_at(path) is None and section_at(path) is None:
        fail(FAILED, _no_such_key(path, key))
    value = value_at(_read(home, profile, overrides), path)
    if as_json:
        print_json(value)
    else:
        click.echo(_value(value))


@config.command()
@click.option("--write", is_flag=True, help="Write it beside config.yaml, where its first line points.")
@in_home
def schema(home: Home, write: bool) -> None:
    """Print the JSON Schema of config.yaml, which editors use to complete and check it."""
    from config.tools.jsonschema import FILE
    from config.tools.jsonschema import schema as made
    from config.tools.scaffold import write_schema

    if not write:
        click.echo(json_line(made(), indent=2))
        return
    file = home.config_file.with_name(FILE)
    try:
        write_schema(home)
    except OSError as error:
        fail(FAILED, trouble(error, file))
    click.echo(f"wrote {file}")


@config.command()
@click.option(
    "--force", is_flag=True, help="Replace an existing config.yaml; the old one is kept as config.yaml.bak."
)
@in_home
def init(home: Home, force: bool) -> None:
    """Write a config.yaml for a new home, with every key explained in a comment."""
    from config.tools.scaffold import write_new

    try:
        made = write_new(home, force=force)
    except OSError as error:
        fail(FAILED, trouble(error, home.config_file))
    if not made:
        fail(FAILED, f"{home.config_file} is there already; --force replaces it and keeps a copy")
    click.echo(f"wrote {home.config_file}")


for command in (set_, unset, reload, diff):
    config.add_command(command)


def _read(home: Home, profile: str | None, overrides: tuple[str, ...]) -> "ValidationResult":
    """All layers with the running instance's overrides. Prints errors; exits only if nothing can be read."""
    from config.layers.source import ConfigSource
    from config.syntax.render import render

    reading = ConfigSource(home, profile, overrides, os.environ).read(runtime_overrides(home))
    if reading.errors:
        click.echo(render(reading.errors, colour=is_console(sys.stderr)), err=True, nl=False)
    if reading.result is None:
        sys.exit(UNREADABLE)
    return reading.result


def runtime_overrides(home: Home) -> tuple[str, ...]:
    """The overrides of the running instance; () without one."""
    from supervisor.control.client import call
    from supervisor.control.wire import RequestRefused
    from supervisor.instance import NoInstance

    with contextlib.suppress(NoInstance, RequestRefused):
        found = call(home.path, {"do": "config-runtime"})
        return tuple(f"{key}={text}" for key, text in found["runtime"].items())
    return ()


def _no_such_key(path: "Key", key: str) -> str:
    from config.validation.messages import unknown_key

    message, hint = unknown_key(path)
    return f"{key}: {message}. {hint}".strip()


def _value(value: Any) -> str:
    return lines(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _print_explained(one: dict[str, Any]) -> None:
    click.echo(f"{click.style(one['key'], bold=True)}: {_value(one['value'])}")
    click.echo(f"  {one['meaning']}")
    rows = [
        ("from", printable(one["from"])),
        *(("over", f"{_value(lost['value'])}, {printable(lost['from'])}") for lost in one["lost"]),
        ("type", one["type"]),
        ("range", one["range"]),
        ("choices", ", ".join(one["choices"])),
        ("default", _value(one["default"])),
        ("null", one["unset"]),
        ("applies", one["applies"]),
    ]
    for name, text in rows:
        if text:
            click.echo(f"  {click.style(name.rjust(8), dim=True)}  {text}")
