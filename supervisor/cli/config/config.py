"""`supervisor config`: what is configured, where it comes from, what is wrong with it, and how to change it."""

import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from config.home import Home
from supervisor.cli.config.change import diff, reload, set_, unset
from supervisor.cli.options import FAILED, UNREADABLE, fail, in_home, json_option, print_json

if TYPE_CHECKING:
    from config.syntax.problem import Key
    from config.validation.validate import ValidationResult

__all__ = ["config"]


def reads(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that reads the files: --home, --profile, --set and --json."""
    options = (
        in_home,
        json_option,
        click.option(
            "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key; may be repeated."
        ),
        click.option("--profile", help="Profile to apply."),
    )
    for option in options:
        command = option(command)
    return command


@click.group()
def config() -> None:
    """Check, explain and change the configuration."""


@config.command()
@reads
def check(home: Home, profile: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """List every error with its file, line and column. Exit status: 0 good, 1 errors, 2 unreadable."""
    from config.tools.check import check as examine
    from supervisor.cli.availability import known_actors, missing_devices

    report = examine(
        home,
        profile,
        overrides,
        environ=os.environ,
        probes=(known_actors(), missing_devices()),
        colour=sys.stdout.isatty() and not as_json,
    )
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
    width = max((len(_line(key, value)) for key, value, _ in rows), default=0)
    for key, value, place in rows:
        click.echo(f"{_line(key, value).ljust(min(width, 60))}  {click.style('# ' + place, dim=True)}")
    if not rows:
        click.echo("everything is as the defaults have it" if not section else f"nothing is set in {section}")


@config.command()
@click.argument("key")
@reads
def explain(home: Home, key: str, profile: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show where the value of KEY comes from, which layers it overrides, and what it does. A section lists its keys."""
    from config.layers.environment import split_key
    from config.schema.walk import section_at
    from config.tools.explain import explain as told

    path = split_key(key)
    result = _read(home, profile, overrides)
    model = section_at(path)
    if model is not None:
        keys = [(*path, name) for name in model.model_fields if section_at((*path, name)) is None]
        found = [told(result, inner) for inner in keys]
        if as_json:
            print_json(found)
            return
        for one in found:
            click.echo(f"{one['key']}: {_value(one['value'])}\n    {one['meaning']}")
        return
    try:
        one = told(result, path)
    except KeyError:
        fail(FAILED, _no_such_key(path, key))
    if as_json:
        print_json(one)
    else:
        _print_explained(one)


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
        click.echo(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


@config.command()
@click.option("--write", is_flag=True, help="Write it beside config.yaml, where its first line points.")
@in_home
def schema(home: Home, write: bool) -> None:
    """Print the JSON Schema of config.yaml, which editors use to complete and check it."""
    from config.tools.jsonschema import FILE
    from config.tools.jsonschema import schema as made
    from config.tools.scaffold import write_schema

    if not write:
        click.echo(json.dumps(made(), indent=2, ensure_ascii=False))
        return
    try:
        write_schema(home)
    except OSError as error:
        fail(FAILED, f"{home.config_file.with_name(FILE)}: {error.strerror or error}")
    click.echo(f"wrote {home.config_file.with_name(FILE)}")


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
        fail(FAILED, f"{home.config_file}: {error.strerror or error}")
    if not made:
        fail(FAILED, f"{home.config_file} is there already; --force replaces it and keeps a copy")
    click.echo(f"wrote {home.config_file}")


for command in (set_, unset, reload, diff):
    config.add_command(command)


def _read(home: Home, profile: str | None, overrides: tuple[str, ...]) -> "ValidationResult":
    """Every layer, and what a running instance has over them; errors are said, and only what cannot be read at all ends
    the command."""
    from config.layers.source import ConfigSource
    from config.syntax.render import render

    reading = ConfigSource(home, profile, overrides, os.environ).read(_runtime(home))
    if reading.errors:
        click.echo(render(reading.errors, colour=sys.stderr.isatty()), err=True, nl=False)
    if reading.result is None:
        sys.exit(UNREADABLE)
    return reading.result


def _runtime(home: Home) -> tuple[str, ...]:
    """The overrides of the running instance; () without one."""
    from supervisor.control.client import call
    from supervisor.control.wire import RequestRefused
    from supervisor.instance import NoInstance

    try:
        found = call(home.path, {"do": "config-runtime"})
    except (NoInstance, RequestRefused):
        return ()
    return tuple(f"{key}={text}" for key, text in found["runtime"].items())


def _no_such_key(path: "Key", key: str) -> str:
    from config.validation.messages import unknown_key

    message, hint = unknown_key(path)
    return f"{key}: {message}. {hint}".strip()


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(key: "Key", value: Any) -> str:
    from config.syntax.problem import dotted

    return f"{dotted(key)}: {_value(value)}"


def _print_explained(one: dict[str, Any]) -> None:
    click.echo(f"{click.style(one['key'], bold=True)}: {_value(one['value'])}")
    click.echo(f"  {one['meaning']}")
    rows = [
        ("from", one["from"]),
        *(("over", f"{_value(lost['value'])}, {lost['from']}") for lost in one["lost"]),
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
