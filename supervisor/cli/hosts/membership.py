"""`supervisor host init`, `list` and `remove`: the home's authority, and the hosts that it let in."""

import contextlib
import datetime
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from config.format import age
from config.home import Home
from supervisor.cli.options import confirm, fail, home_and_json, print_json, wide_console, yes_option
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from rich.table import Table

    from supervisor.hosts.listing import HostRow


@click.command()
@home_and_json
def init(home: Home, as_json: bool) -> None:
    """Make this home's certificate authority, from which its hosts get their certificates.

    It is made once; typed again, this says what there is. The keys stay in data/hosts, readable for this user only.
    """
    from supervisor.cli.hosts.settings import hosts_of
    from supervisor.hosts.identity.examination import key_fingerprint
    from supervisor.hosts.identity.home import make_home

    with reported():
        identity = make_home(home.data, datetime.datetime.now(datetime.UTC))
        fingerprint = key_fingerprint(identity.authority.read_bytes()).hex()
    listen = hosts_of(home).listen
    if as_json:
        print_json({"fingerprint": fingerprint, "listen": listen})
        return
    click.echo(f"this home's authority: {fingerprint}")
    if not listen:
        click.echo(
            "next: `supervisor config set --save hosts.listen 0.0.0.0:7447`, where hosts are to reach this home"
        )
    click.echo(f"{'then' if not listen else 'next'}: `supervisor host invite NAME` lets a machine in")


@click.command("list")
@home_and_json
def list_hosts(home: Home, as_json: bool) -> None:
    """List the hosts: whether each has joined, its labels, when its certificate ends, and its link.

    The link is known while Gerald runs in this home. On a host, this says which home it joined.
    """
    from supervisor.cli.hosts.settings import hosts_of
    from supervisor.hosts.identity.identity import agent_folder
    from supervisor.hosts.identity.registry import Registry
    from supervisor.hosts.listing import rows_of

    with reported():
        contents = Registry(home.data).contents()
        status = _status(home)
        rows = rows_of(contents, hosts_of(home).machines, status.get("hosts"), time.time())
        member = _member(home) if (agent_folder(home.data) / "certificate.pem").exists() else None
    if as_json:
        print_json({"hosts": [row.as_data() for row in rows], "joined": member})
        return
    if member is not None:
        where = ", ".join(member["addresses"])
        click.echo(
            f"this machine is the host {member['name']} of the home at {where}, until {member['until']}"
        )
    if rows:
        wide_console().print(_table(rows))
    elif member is None:
        click.echo("no machine has joined; `supervisor host invite NAME` lets one in")
    if trouble := (status.get("hosts") or {}).get("trouble"):
        click.echo(f"no host can connect: {trouble}")


@click.command()
@click.argument("name")
@yes_option
@home_and_json
def remove(home: Home, name: str, yes: bool, as_json: bool) -> None:
    """Remove the host NAME: its certificate is refused from now on, and a running Gerald ends its link at once.

    Its actors then run elsewhere, as `actors.*.elsewhere` says. To come back it must be invited again.
    """
    from supervisor.hosts.identity.registry import Registry

    with reported():
        registry = Registry(home.data)
        if registry.contents().host(name) is not None:
            confirm(
                f"Remove {name}?", f"{name} was not removed: type --yes, or answer at a terminal", yes=yes
            )
        registry.revoke(name)
    if as_json:
        print_json({"removed": name})
    else:
        click.echo(f"{name} is removed; what it shows is refused from now on")


@contextlib.contextmanager
def reported() -> Iterator[None]:
    """Exit with a line for what cannot be done with the files."""
    from config.ownership import trouble
    from supervisor.hosts.identity.identity import NoIdentity
    from supervisor.hosts.identity.refusal import Refused
    from supervisor.hosts.identity.registry import RegistryTrouble

    try:
        yield
    except (NoIdentity, RegistryTrouble, Refused) as error:
        fail(FAILED, str(error))
    except OSError as error:
        fail(FAILED, trouble(error))


def _status(home: Home) -> Mapping[str, Any]:
    """Of the running instance; {} where none answers."""
    from supervisor.control.client import call
    from supervisor.control.wire import RequestRefused
    from supervisor.instance import NoInstance

    with contextlib.suppress(NoInstance, RequestRefused):
        return call(home.path, {"do": "status"})
    return {}


def _member(home: Home) -> dict[str, Any]:
    """What this machine joined. Raises NoIdentity."""
    from supervisor.hosts.identity.examination import parsed
    from supervisor.hosts.identity.identity import agent_folder, identity_of
    from supervisor.hosts.identity.membership import membership_of

    folder = agent_folder(home.data)
    identity, membership = identity_of(folder), membership_of(folder)
    until = parsed(identity.certificate.read_bytes()).not_valid_after_utc
    return {"name": identity.name, "addresses": list(membership.addresses), "until": f"{until:%Y-%m-%d}"}


def _table(rows: tuple["HostRow", ...]) -> "Table":
    from rich import box
    from rich.table import Table

    from supervisor.cli.literal import literal

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("host", "state", "labels", "joined", "certificate until", "link"):
        table.add_column(column)
    for row in rows:
        joined = f"{age(time.time() - row.since)} ago" if row.since else ""
        until = f"{datetime.datetime.fromtimestamp(row.until, datetime.UTC):%Y-%m-%d}" if row.until else ""
        ends = f"{until} (soon)" if row.ends_soon else until
        table.add_row(*map(literal, (row.name, row.state, " ".join(row.labels), joined, ends, row.link_line)))
    return table
