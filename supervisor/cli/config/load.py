"""Reads a home's configuration for a run, and prints what had to be replaced."""

import contextlib
import os
import sys
import time

import click

from config.format import age, count
from config.home import Home
from config.layers.environment import override_layers
from config.layers.fallback import fall_back
from config.layers.last_good import LastGood, read_last_good, write_last_good
from config.layers.source import ConfigSource
from config.schema import Config
from config.syntax.errors import LoadError
from config.syntax.problem import Problem
from config.syntax.render import render
from supervisor.cli.availability import known_actors
from supervisor.cli.options import fail
from supervisor.console import is_console
from supervisor.exit_status import UNREADABLE


def configured(
    home: Home, profile: str | None, overrides: tuple[str, ...], strict: bool
) -> tuple[Config, tuple[str, ...], ConfigSource]:
    """The configuration to run with, the notes to show, and where it came from.

    Bad sections fall back to their last good values, then to their defaults, with a banner. Exits with 2 on any error
    if `strict`, on one in `overrides`, and when the files cannot be read and there is no last good configuration.
    """
    _refuse_bad(overrides)
    source = ConfigSource(home, profile, overrides, dict(os.environ), (known_actors(),))
    reading, last_good = source.read(), read_last_good(home)
    _print_errors(reading.errors, strict)
    if reading.result is None:
        return _last_good(last_good), (), source
    if not reading.errors:
        with contextlib.suppress(OSError):
            write_last_good(home, reading.result.require())
    config, banner = fall_back(reading.result, last_good)
    if banner:
        _print_warning("\n".join(banner))
    notes = (*reading.result.warnings, *reading.result.notes)
    return config, tuple(str(problem) for problem in notes), source


def _refuse_bad(overrides: tuple[str, ...]) -> None:
    """What was typed just now is corrected by typing: nothing takes its place."""
    try:
        override_layers(overrides)
    except LoadError as error:
        click.echo(render(error.problems, colour=is_console(sys.stderr)), err=True, nl=False)
        fail(UNREADABLE, "nothing was started")


def _print_errors(errors: tuple[Problem, ...], strict: bool) -> None:
    if not errors:
        return
    click.echo(render(errors, colour=is_console(sys.stderr)), err=True, nl=False)
    if strict:
        many = count(len(errors), "error")
        fail(UNREADABLE, f"{many} in the configuration; nothing was started (--strict)")


def _last_good(last_good: LastGood | None) -> Config:
    config = last_good.config() if last_good is not None else None
    if config is None or last_good is None:
        fail(UNREADABLE, "the configuration cannot be read; nothing was started")
    good = f"the last good one, from {age(time.time() - last_good.at)} ago"
    _print_warning(f"The configuration cannot be read: {good}, is used, without secrets.")
    return config


def _print_warning(line: str) -> None:
    click.secho(line, err=True, fg="yellow", bold=True)
