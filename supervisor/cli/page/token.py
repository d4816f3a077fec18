"""`supervisor page token`: who may use the API. With or without a running instance."""

import contextlib
import time
from collections.abc import Iterator

import click

from config.format import moment
from config.home import Home
from config.ownership import trouble
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.exit_status import FAILED
from supervisor.page.api.tokens import TokenRefused, add, file_of, read, remove

NAME = click.argument("name")


@click.group()
def token() -> None:
    """Make, list or withdraw the tokens with which programs use the API; see docs/api.md."""


@token.command("add")
@NAME
@click.option("--read-only", is_flag=True, help="For a program that may look and change nothing.")
@home_and_json
def add_token(home: Home, name: str, read_only: bool, as_json: bool) -> None:
    """Make a token called NAME and print it: only its digest is kept, so it is shown this once."""
    with _told(home):
        secret = add(file_of(home.data), name, time.time(), may_act=not read_only)
    if as_json:
        print_json({"name": name, "token": secret, "may_act": not read_only})
        return
    click.echo(secret)
    click.echo("it is shown this once; send it as `Authorization: Bearer TOKEN`", err=True)


@token.command("list")
@home_and_json
def list_tokens(home: Home, as_json: bool) -> None:
    """List the tokens by name, what each may do, and since when it is there."""
    known = read(file_of(home.data))
    if as_json:
        print_json([{"name": one.name, "may_act": one.may_act, "made": one.made} for one in known])
        return
    for one in known:
        click.echo(f"{one.name:<24} {'acts' if one.may_act else 'looks':<6} since {moment(one.made)}")
    if not known:
        click.echo("there are no tokens; `supervisor page token add NAME` makes one")


@token.command("remove")
@NAME
@home_and_json
def remove_token(home: Home, name: str, as_json: bool) -> None:
    """Withdraw the token called NAME. It is refused from the next request on."""
    with _told(home):
        remove(file_of(home.data), name)
    if as_json:
        print_json({"removed": name})
    else:
        click.echo(f"the token {name} is withdrawn")


@contextlib.contextmanager
def _told(home: Home) -> Iterator[None]:
    """Exit with a line for what cannot be done."""
    file = file_of(home.data)
    try:
        yield
    except TokenRefused as refused:
        fail(FAILED, str(refused))
    except OSError as error:
        fail(FAILED, f"{file} cannot be written: {trouble(error, file)}")
