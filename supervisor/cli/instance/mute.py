"""The commands that mute the ears or the voice of a running instance, until it ends or is told otherwise."""

from typing import Any

import click

from config.home import Home
from supervisor.cli.client import ask_one
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.control.mute import MUTES
from supervisor.exit_status import FAILED

_what = click.argument("what", type=click.Choice(tuple(MUTES)))


@click.command()
@_what
@home_and_json
def mute(home: Home, what: str, as_json: bool) -> None:
    """Let Gerald hear nobody (ears), speak without a sound (voice), or both (all)."""
    _set(home, what, "true", as_json)


@click.command()
@_what
@home_and_json
def unmute(home: Home, what: str, as_json: bool) -> None:
    """Let Gerald hear again (ears), be heard again (voice), or both (all)."""
    _set(home, what, "false", as_json)


def _set(home: Home, what: str, value: str, as_json: bool) -> None:
    found: dict[str, Any] = {}
    for key in MUTES[what]:
        found = ask_one(home, {"do": "config-set", "key": key, "value": value, "save": False})
        if found["outcome"] == "refused":
            fail(FAILED, "\n".join(found["problems"]))
    if as_json:
        print_json({"muted": value == "true", "what": what, "version": found["version"]})
    else:
        click.echo(
            f"{'muted' if value == 'true' else 'not muted'}: {what if what != 'all' else 'ears, voice'}"
        )
