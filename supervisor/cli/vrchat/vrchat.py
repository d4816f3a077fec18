"""`supervisor vrchat`: the account at VRChat's web interface, of the running instance."""

import sys
from typing import Any

import click

from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.client import ask_all
from supervisor.cli.literal import given
from supervisor.cli.options import fail, home_and_json, in_home, print_json
from supervisor.console import is_console
from supervisor.exit_status import FAILED

TRIES = 3
_WORDS = {"": "online", "private": "online, in a private place", "traveling": "on the way"}


@click.group()
def vrchat() -> None:
    """Sign in to VRChat; friends, requests, invitations, status."""


@vrchat.command()
@in_home
def login(home: Home) -> None:
    """Sign in with vrchat.username and the stored password, once. Asks for a code where VRChat wants one; without a
    terminal it is read from standard input, since whoever looks at the processes sees arguments.

    While there is a session this begins no other: VRChat counts them."""
    account = _ask(home, "login")
    for _ in range(TRIES):
        if account["phase"] != "code":
            break
        account = _ask(home, "login", _code(account))
    if account["phase"] != "in":
        fail(FAILED, f"not signed in: {_trouble(account)}")
    click.echo(printable(f"signed in as {account['name']} ({account['user_id']})"))


@vrchat.command()
@in_home
def logout(home: Home) -> None:
    """End the session at VRChat and forget its cookies. It stays so, also after a restart, until `login`."""
    _ask(home, "logout")
    click.echo("signed out")


@vrchat.command()
@home_and_json
def whoami(home: Home, as_json: bool) -> None:
    """Show the account, whether it is signed in, and how much was asked of VRChat within a day."""
    account = _ask(home, "account")
    if as_json:
        lists = ("friends", "requests", "invitations", "verdicts")
        print_json({name: value for name, value in account.items() if name not in lists})
        return
    if account["phase"] == "in":
        shown = f": {account['status_text']}" if account["status_text"] else ""
        click.echo(printable(f"{account['name']} ({account['user_id']}), {account['status']}{shown}"))
        click.echo(
            "VRChat's events arrive" if account["linked"] else "VRChat's events do not arrive just now"
        )
    if account["phase"] != "in" or account["reason"]:
        click.echo(printable(f"{account['phase']}: {_trouble(account)}"))
    click.echo(
        f"within a day: {account['spent']} requests, {account['logins']} sign-ins, {account['today']} friends accepted"
    )


@vrchat.command()
@home_and_json
def friends(home: Home, as_json: bool) -> None:
    """List the friends and where they are, those who are online first."""
    found = _ask(home, "account")
    people = sorted(found["friends"], key=lambda one: (not one["online"], one["person"]["name"].casefold()))
    if as_json:
        print_json(people)
        return
    for one in people:
        place = _WORDS.get(one["place"], one["place"]) if one["online"] else "offline"
        click.echo(printable(f"{one['person']['name']:<24} {place:<48} {one['person']['user_id']}".rstrip()))
    if not people:
        click.echo("no friends" if found["phase"] == "in" else f"not known: {printable(_trouble(found))}")


@vrchat.command()
@home_and_json
def requests(home: Home, as_json: bool) -> None:
    """List requests for friendship and invitations that wait, and what became of the last ones, with the reason."""
    found = _ask(home, "account")
    if as_json:
        print_json({name: found[name] for name in ("requests", "invitations", "verdicts")})
        return
    waiting = [("waits", one, "asks for friendship") for one in found["requests"]]
    kinds = {"invite": "invites", "requestInvite": "asks for an invitation"}
    waiting += [("waits", one, kinds.get(one["kind"], one["kind"])) for one in found["invitations"]]
    for verdict, one, what in (*((o["verdict"], o, o["reason"]) for o in found["verdicts"]), *waiting):
        name = one["person"]["name"] or one["person"]["user_id"]
        click.echo(printable(f"{verdict:<9} {name:<24} {what}"))
    if not (found["verdicts"] or waiting):
        click.echo("nobody has asked for anything")


@vrchat.command()
@click.argument("name")
@home_and_json
def invite(home: Home, name: str, as_json: bool) -> None:
    """Invite the friend with this id or NAME to where the game is."""
    done = _ask(home, "invite", given(name))
    if as_json:
        print_json(done)
    else:
        click.echo(printable(f"{done['person']['name']} is invited"))


@vrchat.command()
@click.argument("text")
@in_home
def status(home: Home, text: str) -> None:
    """Show TEXT beside the account's status, at most 32 characters."""
    text = given(text)
    if not 0 < len(text.strip()) <= 32:
        raise click.BadParameter("it must have 1 to 32 characters", param_hint="TEXT")
    _ask(home, "status", text)
    click.echo(printable(f"the status says: {text}"))


def _ask(home: Home, what: str, text: str = "") -> dict[str, Any]:
    request = {"do": "vrchat", "what": what, "text": text}
    return next(ask_all(home, request))  # which waits longer than `ask_one`: for the service


def _trouble(account: dict[str, Any]) -> str:
    said = "; ".join(part for part in (account["reason"], account["remedy"]) if part)
    return said or "VRChat is being asked; try again"


def _code(account: dict[str, Any]) -> str:
    kinds = account["needs"]
    where = "sent by e-mail" if "emailOtp" in kinds else "of the authenticator, or a recovery code"
    if is_console(sys.stdin):
        if "refuses" in account["reason"]:
            click.echo(account["reason"], err=True)
        return str(click.prompt(f"Code {where}", hide_input=True, err=True))
    typed = sys.stdin.readline().strip()
    if not typed:
        fail(
            FAILED, f"VRChat asks for a code ({where}): run this on a terminal, or give it on standard input"
        )
    return typed
