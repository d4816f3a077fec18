"""`supervisor host invite`: waits for a machine that holds the code, and lets it in."""

import datetime
import secrets
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from config.format import clock
from config.home import Home
from supervisor.cli.hosts.membership import reported
from supervisor.cli.hosts.settings import hosts_of
from supervisor.cli.literal import lines
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from config.schema.hosts import Hosts
    from supervisor.hosts.enrolment.server import EnrolmentServer, Event
    from supervisor.hosts.enrolment.ticket import Ticket

PORT = 7448
NO_LISTEN = (
    "hosts could not reach this home afterwards: hosts.listen is empty."
    " Type `supervisor config set --save hosts.listen 0.0.0.0:7447` and start Gerald again, then invite"
)


@click.command()
@click.argument("name")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    help="What the other machine calls this one; several may be given.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Where to wait; 0 for any free port.",
)
@click.option(
    "--minutes", type=click.FloatRange(0.1, 1440.0), default=10.0, show_default=True, help="How long to wait."
)
@click.option("--again", is_flag=True, help="Also if NAME has joined already: what it had is refused then.")
@home_and_json
def invite(
    home: Home, name: str, addresses: tuple[str, ...], port: int, minutes: float, again: bool, as_json: bool
) -> None:
    """Invite a machine as the host NAME: print a code to type there, and wait until it has joined.

    The code counts once, for ten minutes. Type it on the other machine: `supervisor host join CODE`. Nothing listens
    for it before or afterwards. Exit status: 0 it has joined; 1 it has not.
    """
    settings = hosts_of(home)
    with reported():
        _check(home, settings, name, addresses, again)
        server, code = _opened(home, settings, name, addresses, port, minutes, _told(as_json))
    try:
        until = time.time() + 60.0 * minutes
        if as_json:
            print_json({"code": code, "name": name, "port": server.port, "until": until})
        else:
            _explain(code, name, minutes)
        phase = server.wait(_countdown(name) if sys.stderr.isatty() and not as_json else lambda ticket: None)
    finally:
        server.close()
    _end(phase, name, server.turned_away, as_json)


def _check(home: Home, settings: "Hosts", name: str, addresses: tuple[str, ...], again: bool) -> None:
    """Exits with a line for what would fail later."""
    from config.schema.hosts import is_address
    from supervisor.hosts.identity.invitation import MOST_ADDRESSES
    from supervisor.hosts.identity.names import Role, domain_of
    from supervisor.hosts.identity.registry import MOST_HOSTS, Registry

    try:
        domain_of(Role.HOST, name)
    except ValueError as error:
        fail(FAILED, str(error))
    if not settings.listen:
        fail(FAILED, NO_LISTEN)
    bad = [address for address in addresses if not is_address(address)]
    if bad or len(addresses) > MOST_ADDRESSES:
        many = f"at most {MOST_ADDRESSES} addresses can be given"
        fail(FAILED, f"{bad[0]!r} is no address; give one without a port" if bad else many)
    contents = Registry(home.data).contents()
    if contents.host(name) is not None and not again:
        fail(FAILED, f"{name} has joined already; --again invites it anew, and what it had is refused then")
    if contents.host(name) is None and len(contents.hosts) >= MOST_HOSTS:
        fail(FAILED, f"there are {MOST_HOSTS} hosts already; `supervisor host remove NAME` ends one")


def _opened(
    home: Home,
    settings: "Hosts",
    name: str,
    addresses: tuple[str, ...],
    port: int,
    minutes: float,
    tell: "Callable[[Event], None]",
) -> tuple["EnrolmentServer", str]:
    """A server that listens, and the code for it. Exits with a line where it cannot listen."""
    from config.schema.hosts import endpoint_of
    from supervisor.hosts.build import build_of
    from supervisor.hosts.enrolment.desk import Desk, Offer
    from supervisor.hosts.enrolment.server import EnrolmentServer
    from supervisor.hosts.identity.examination import key_fingerprint
    from supervisor.hosts.identity.home import make_home
    from supervisor.hosts.identity.invitation import FINGERPRINT, SECRET, Invitation, encode
    from supervisor.hosts.identity.registry import Registry
    from supervisor.hosts.own_addresses import reached_at

    at, link_port = endpoint_of(settings.listen)
    called = reached_at(at, addresses or tuple(settings.addresses))
    identity = make_home(home.data, _now())
    secret = secrets.token_bytes(SECRET)
    until = time.monotonic() + 60.0 * minutes
    offer = Offer(name, link_port, called, build_of(home.data))
    desk = Desk(home.data, Registry(home.data), secret, offer, until, time.monotonic, _now)
    try:
        server = EnrolmentServer(desk, identity, at, port, tell)
    except OSError as error:
        why = f"port {port} of {at} cannot be listened at: {error.strerror or error}"
        fail(FAILED, f"{why}; choose another with --port, or let the system choose: --port 0")
    authority = key_fingerprint(identity.authority.read_bytes())[:FINGERPRINT]
    return server, encode(Invitation(called, server.port, authority, secret))


def _told(as_json: bool) -> "Callable[[Event], None]":
    """Prints what happens while it waits."""

    def tell(event: "Event") -> None:
        if as_json:
            print_json({"event": event.what, "address": event.address, "text": event.text})
            return
        left = f"; after {event.tries_left} more wrong ones the code ends"
        words = {
            "connected": f"{event.address} has the code",
            "refused": f"{event.address} was refused: {event.text}{left if event.tries_left else ''}",
            "lost": f"{event.address} connected and did not join: {event.text}",
            "joined": f"{event.address} has joined" + (f"; {event.text}" if event.text else ""),
        }
        line = lines(words[event.what][:_MOST_SHOWN])  # a part of it comes from the other machine
        click.echo(_CLEAR + line if sys.stderr.isatty() else line, err=True)

    return tell


_CLEAR = "\r\x1b[K"
_MOST_SHOWN = 1000


def _countdown(name: str) -> "Callable[[Ticket], None]":
    def look(ticket: "Ticket") -> None:
        left = clock(ticket.until - time.monotonic())
        click.echo(
            f"{_CLEAR}waiting for {name}: {left} left; Ctrl-C withdraws the invitation", err=True, nl=False
        )

    return look


def _explain(code: str, name: str, minutes: float) -> None:
    click.echo(f"On the machine that is to be {name}, type within {minutes:g} minutes:")
    click.echo(f"\n    supervisor host join {code}\n")


def _end(phase: Any, name: str, turned_away: int, as_json: bool) -> None:
    """Exits with 1 unless it has joined."""
    joined = phase == "spent"
    if as_json:
        print_json({"joined": joined, "name": name, "ended": str(phase), "turned_away": turned_away})
    elif joined:
        click.echo(f"{name} is a host of this home; there, `supervisor host run` starts its agent")
    if not joined:
        reasons = {
            "expired": "nobody joined in time",
            "guessed": "somebody tried to guess the secret, so the code counts no more",
        }
        fail(
            FAILED,
            f"{name} has not joined: {reasons.get(str(phase), str(phase))}; invite again for a new code",
        )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
