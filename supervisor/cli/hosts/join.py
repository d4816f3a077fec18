"""`supervisor host join`: makes this machine a host of a home that invited it."""

import sys

import click

from config.home import Home
from supervisor.cli.hosts.membership import reported
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.exit_status import FAILED


@click.command()
@click.argument("code", required=False)
@click.option(
    "--again", is_flag=True, help="Also if this machine has joined a home already, which it then leaves."
)
@home_and_json
def join(home: Home, code: str | None, again: bool, as_json: bool) -> None:
    """Make this machine a host of the home that printed CODE; without CODE it is asked for.

    A key is made here and stays here. The home is known by the fingerprint in the code, whatever its address, and gives
    a certificate for the key; nothing of this machine can be reached from outside afterwards either. Code and models
    must be the home's.
    """
    from supervisor.hosts.build import build_of
    from supervisor.hosts.enrolment.client import NotJoined
    from supervisor.hosts.enrolment.client import join as enrol
    from supervisor.hosts.identity.identity import agent_folder
    from supervisor.hosts.identity.invitation import BadCode, decode

    folder = agent_folder(home.data)
    try:
        invitation = decode(code or _asked())
    except BadCode as error:
        fail(FAILED, str(error))
    if (folder / "certificate.pem").exists() and not again:
        fail(FAILED, f"this machine has joined a home already ({folder}); --again joins this one instead")

    def say(line: str) -> None:
        if not as_json:
            click.echo(line, err=True)

    with reported():
        say("checking the models of this machine")
        home.data.mkdir(parents=True, exist_ok=True)
        build = build_of(home.data)
        try:
            joined = enrol(invitation, folder, build, say)
        except NotJoined as error:
            _refused(error, as_json)
    if as_json:
        print_json({"joined": joined.name, "home": list(joined.addresses), "lacking": list(joined.lacking)})
        return
    click.echo(f"this machine is the host {joined.name} of the home at {', '.join(joined.addresses)}")
    if joined.lacking:
        click.echo(f"it lacks {', '.join(joined.lacking)}: actors that need these cannot run here")
    click.echo("start its agent with `supervisor host run`, or as a service: see `supervisor host service`")


def _asked() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Code", err=True))
    return sys.stdin.read(2048)


def _refused(error: Exception, as_json: bool) -> None:
    """Exits with why, and what to do about each thing that does not match."""
    mismatches = getattr(error, "mismatches", ())
    if as_json:
        found = [{"what": one.what, "remedy": one.remedy} for one in mismatches]
        print_json({"joined": None, "why": str(error), "mismatches": found})
    lines = [str(error), *(f"  {one.what}\n    -> {one.remedy}" for one in mismatches)]
    fail(FAILED, "\n".join(lines))
