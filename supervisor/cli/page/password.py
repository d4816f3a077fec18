"""`supervisor page password` and `sign-out-all`: who may come in, with or without a running instance."""

import contextlib
import sys
from collections.abc import Iterator

import click

from config.home import Home
from config.ownership import trouble
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.console import is_console
from supervisor.control.client import call
from supervisor.control.wire import RequestRefused
from supervisor.exit_status import FAILED
from supervisor.instance import NoInstance
from supervisor.page.gate.passwords import LONGEST, PasswordRefused, Passwords


@click.command()
@click.option("--look-only", is_flag=True, help="For those who may look and change nothing.")
@click.option("--remove", is_flag=True, help="Let nobody in by this password any more.")
@home_and_json
def password(home: Home, look_only: bool, remove: bool, as_json: bool) -> None:
    """Set the password of the page, which asks for it where others can reach it. Asks twice, or reads standard input.

    What is kept is a hash (scrypt), in data/page/passwords.json. Whoever signed in before is signed out.
    """
    passwords = Passwords(home.data)
    with _reported():
        if remove:
            passwords.remove(may_act=not look_only)
        else:
            passwords.set(_typed(), may_act=not look_only)
    _serve_again(home)
    if as_json:
        print_json({"role": "look" if look_only else "act", "set": not remove})
        return
    whose = "for those who may look" if look_only else "of the page"
    done = "removed" if remove else "set"
    click.echo(f"the password {whose} was {done}; who had signed in with this role is signed out")


@click.command("sign-out-all")
@home_and_json
def sign_out_all(home: Home, as_json: bool) -> None:
    """Sign everybody out of the page, at once, whichever way they came in."""
    with _reported():
        Passwords(home.data).sign_out_all()
    if as_json:
        print_json({"signed_out": True})
    else:
        click.echo("everybody is signed out; `supervisor page` lets you in again")


def _typed() -> str:
    if is_console(sys.stdin):
        return str(click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True))
    with contextlib.suppress(UnicodeDecodeError):
        return sys.stdin.buffer.read(8 * LONGEST).decode().removesuffix("\n").removesuffix("\r")
    fail(FAILED, "the password on standard input is not UTF-8; nothing was changed")


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    """Exit with a line on every error."""
    try:
        yield
    except PasswordRefused as refused:
        fail(FAILED, f"{refused}; nothing was changed")
    except OSError as error:
        fail(FAILED, trouble(error, error.filename or "data/page"))


def _serve_again(home: Home) -> None:
    """A page that was not served for want of a password is started again; another one has read the new file already."""
    with contextlib.suppress(NoInstance, RequestRefused, StopIteration):
        rows = call(home.path, {"do": "status"})["actors"]
        row = next(row for row in rows if row["address"] == "page")
        if row["state"] == "running" and row["health"] == "DOWN":
            call(home.path, {"do": "restart", "address": "page"})
