"""Reads a home's configuration for a run, and says what had to be replaced."""

import contextlib
import os
import sys
import time

import click

from config.format import age
from config.home import Home
from config.layers.fallback import fall_back
from config.layers.last_good import LastGood, read_last_good, write_last_good
from config.layers.source import ConfigSource
from config.schema import Config
from config.syntax.problem import Problem
from config.syntax.render import render
from supervisor.cli.availability import known_actors
from supervisor.cli.options import UNREADABLE, fail

__all__ = ["configured"]


def configured(
    home: Home, profile: str | None, overrides: tuple[str, ...], strict: bool
) -> tuple[Config, tuple[str, ...], ConfigSource]:
    """The configuration to run with, the notes to show, and where it came from.

    Bad sections fall back to their last good values, then to their defaults, with a banner. Exits with 2 on any error
    with `strict`, and on what cannot be read when there is no last good configuration.
    """
    source = ConfigSource(home, profile, overrides, dict(os.environ), (known_actors(),))
    reading, last_good = source.read(), read_last_good(home)
    _complain(reading.errors, strict)
    if reading.result is None:
        return _last_good(last_good), (), source
    if not reading.errors:
        with contextlib.suppress(OSError):
            write_last_good(home, reading.result.require())
    config, banner = fall_back(reading.result, last_good)
    for line in banner:
        _say(line)
    notes = (*reading.result.warnings, *reading.result.notes)
    return config, tuple(str(problem) for problem in notes), source


def _complain(errors: tuple[Problem, ...], strict: bool) -> None:
    if not errors:
        return
    click.echo(render(errors, colour=sys.stderr.isatty()), err=True, nl=False)
    if strict:
        count = "an error" if len(errors) == 1 else f"{len(errors)} errors"
        fail(UNREADABLE, f"{count} in the configuration; nothing was started (--strict)")


def _last_good(last_good: LastGood | None) -> Config:
    config = last_good.config() if last_good is not None else None
    if config is None or last_good is None:
        fail(UNREADABLE, "the configuration cannot be read; nothing was started")
    past = age(time.time() - last_good.at)
    _say(f"The configuration cannot be read: the last good one, from {past} ago, is used, without secrets.")
    return config


def _say(line: str) -> None:
    click.secho(line, err=True, fg="yellow", bold=True)
