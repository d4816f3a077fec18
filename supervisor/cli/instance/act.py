"""The command that makes the body of a running instance act, lists what it can do, or stops it."""

from typing import Any

import click

from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.client import ask_one
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.exit_status import FAILED


@click.command()
@click.argument("what")
@home_and_json
def act(home: Home, what: str, as_json: bool) -> None:
    """Make the body do WHAT, such as wave or "follow Anna"; `list` shows what it can do, `stop` ends it all at once."""
    if what == "list":
        _list(_ask(home, "GetActs"), as_json)
    elif what == "stop":
        ended = _ask(home, "StopActs")
        if as_json:
            print_json(ended)
        else:
            click.echo(f"stopped: {', '.join(ended['acts']) or 'nothing was under way'}; every input is zero")
    else:
        answer = _ask(home, "MakeAct", act=what)
        if as_json:
            print_json(answer)
        if not answer["done"]:
            fail(FAILED, f"not done: {what}: {answer['why']}; `supervisor act list` shows what it can do")
        if not as_json:
            click.echo(f"done: {what}")


def _ask(home: Home, kind: str, **fields: str) -> dict[str, Any]:
    found = ask_one(home, {"do": "ask", "address": "behaviour", "type": kind, "message": fields})
    message: dict[str, Any] = found["message"]
    return message


def _list(acts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(acts)
        return
    for name, why in acts["known"]:
        click.echo(printable(f"{name:<14}{why and f'no: {why}'}".rstrip()))
    for name, why in acts["now"]:
        click.echo(printable(f"now: {name} ({why})"))
    quiet = f"; nothing more just now: {acts['quiet']}" if acts["quiet"] else ""
    click.echo(f"said unasked within the last hour: {acts['said']} of {acts['budget']}{quiet}")
