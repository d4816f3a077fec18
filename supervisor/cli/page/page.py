"""`supervisor page`: prints and opens a link to the page of the running instance."""

import sys
import time
import webbrowser
from typing import Any

import click

from config.home import Home
from supervisor.cli.client import ask_one, exit_when_refused
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.cli.page.password import password, sign_out_all
from supervisor.cli.page.token import token
from supervisor.console import is_console
from supervisor.exit_status import FAILED
from supervisor.instance import find_instance

AGAIN_AFTER = 0.2
OPENS_WITHIN = 10.0
"""Seconds after the instance is ready within which the page is there."""


@click.group(invoke_without_command=True)
@click.option("--look-only", is_flag=True, help="For somebody who may look and change nothing.")
@click.option("--no-open", is_flag=True, help="Print the link, and open no browser.")
@home_and_json
def page(home: Home, look_only: bool, no_open: bool, as_json: bool) -> None:
    """Open Gerald's page in a browser: see, hear, talk, mend. The link works once, for two minutes."""
    context = click.get_current_context()
    context.obj = home
    if context.invoked_subcommand is None:
        _open(home, look_only, no_open, as_json)


def _open(home: Home, look_only: bool, no_open: bool, as_json: bool) -> None:
    from supervisor.page.gate.links import VALID, make_link

    served = _served(home)
    url = served["url"]
    with exit_when_refused():
        key = find_instance(home.path).key
    link = f"{url}enter?link={make_link(key, time.time(), may_act=not look_only)}"
    if as_json:
        shown = {name: served[name] for name in ("certificate", "names", "ends")}
        print_json({"url": url, "link": link, "valid": VALID, "may_act": not look_only, **shown})
        return
    click.echo(link)
    if served["certificate"]:
        click.echo(f"its certificate is for {', '.join(served['names'])}, until {served['ends']}; SHA-256:")
        click.echo(f"  {served['certificate']}")
        click.echo("  compare it where your browser says that it does not know the certificate")
    if not no_open and is_console(sys.stdout) and webbrowser.open(link):
        click.echo("opened in your browser; the link works once")


def _served(home: Home) -> dict[str, Any]:
    """Where the page is, as PageIs has it. Waits for one that is just starting."""
    until = time.monotonic() + OPENS_WITHIN
    while True:
        row = _row(home)
        if row["state"] == "running" and row["health"] != "STARTING":
            answer: dict[str, Any] = ask_one(home, {"do": "ask", "address": "page", "type": "GetPage"})[
                "message"
            ]
            if answer["url"]:
                return answer
            remedy = f"; {row['remedy']}" if row["remedy"] else ""
            fail(FAILED, f"the page is not served: {answer['why']}{remedy}")
        if time.monotonic() > until or (row["state"] == "disabled" and "page.enabled" in row["reason"]):
            fail(FAILED, f"the page is not served: {row['reason'] or row['state']}")
        time.sleep(AGAIN_AFTER)


def _row(home: Home) -> dict[str, Any]:
    rows = ask_one(home, {"do": "status"})["actors"]
    found: dict[str, Any] = next(row for row in rows if row["address"] == "page")
    return found


page.add_command(token)
page.add_command(password)
page.add_command(sign_out_all)
