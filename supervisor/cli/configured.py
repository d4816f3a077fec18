"""Reads a home's configuration for a run, and says what had to be replaced."""

import os
import sys

import click

from config.errors import LoadError
from config.fallback import fall_back
from config.home import Home
from config.layers import load_config
from config.render import render
from config.schema import Config
from supervisor.cli.options import UNREADABLE, fail

__all__ = ["configured"]


def configured(
    home: Home, profile: str | None, overrides: tuple[str, ...], strict: bool
) -> tuple[Config, tuple[str, ...]]:
    """The configuration to run with, and the notes to show. Exits with 2 on what cannot be read, or with `strict`
    on any error; else bad sections fall back to their defaults, with a banner."""
    colour = sys.stderr.isatty()
    try:
        result = load_config(home, profile=profile, overrides=overrides, environ=os.environ)
    except LoadError as error:
        click.echo(render(error.problems, colour=colour), err=True, nl=False)
        fail(UNREADABLE, "the configuration cannot be read; nothing was started")
    if result.errors:
        click.echo(render(result.errors, colour=colour), err=True, nl=False)
        if strict:
            fail(
                UNREADABLE,
                f"{len(result.errors)} errors in the configuration; nothing was started (--strict)",
            )
    config, banner = fall_back(result)
    for line in banner:
        click.secho(line, err=True, fg="yellow", bold=True)
    return config, tuple(str(problem) for problem in (*result.warnings, *result.notes))
