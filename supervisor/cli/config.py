"""`supervisor config`: what is wrong with, or worth knowing about, a home's configuration."""

import os
import sys

import click

from config.home import Home
from supervisor.cli.config_change import diff, reload, set_, unset
from supervisor.cli.options import in_home, json_option, print_json

__all__ = ["config"]


@click.group()
def config() -> None:
    """Check, explain and change the configuration."""


@config.command()
@click.option("--profile", help="The profile to check with.")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key; may be repeated."
)
@json_option
@in_home
def check(home: Home, profile: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """List every error with its file, line and column. Exit status: 0 good, 1 errors, 2 unreadable."""
    from config.check import check as examine

    report = examine(home, profile, overrides, environ=os.environ, colour=sys.stdout.isatty() and not as_json)
    if as_json:
        print_json({"exit_code": report.exit_code, "problems": report.data})
    else:
        click.echo(report.text, nl=False)
    sys.exit(report.exit_code)


for command in (set_, unset, reload, diff):
    config.add_command(command)
