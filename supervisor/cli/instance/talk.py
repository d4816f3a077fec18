"""The commands that talk to a running instance: status, talk, say, hush, tell, ask, stop."""

import contextlib
import json
from typing import Any

import click

from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.client import ask_all, ask_one, exit_when_refused
from supervisor.cli.literal import given, lines
from supervisor.cli.options import fail, home_and_json, in_home, print_json
from supervisor.control.client import call
from supervisor.exit_status import FAILED, UNSAVED


@click.command()
@click.option("--watch", is_flag=True, help="Keep the display up to date until Ctrl-C.")
@home_and_json
def status(home: Home, watch: bool, as_json: bool) -> None:
    """Show every actor of the running instance: node, pid, state, health, restarts, mailbox, last error."""
    if watch:
        from supervisor.cli.instance.watch import watch as show

        with contextlib.suppress(KeyboardInterrupt):
            show(ask_all(home, {"do": "follow"}), as_json)
        return
    found = ask_one(home, {"do": "status"})
    if as_json:
        print_json(found)
        return
    from rich.console import Console

    from supervisor.cli.instance.watch import picture

    console = Console(emoji=False, highlight=False)
    console.print(picture(found, console), soft_wrap=not console.is_terminal)


@click.command()
@click.argument("text")
@click.option(
    "--as", "person", default="", metavar="NAME", help="Speaker's name. Default: nobody in particular."
)
@home_and_json
def talk(home: Home, text: str, person: str, as_json: bool) -> None:
    """Say TEXT to the running instance and print the reply as it arrives."""
    _show_turn(home, {"do": "talk", "text": given(text), "as": given(person)}, as_json)


@click.command()
@click.argument("text")
@home_and_json
def say(home: Home, text: str, as_json: bool) -> None:
    """Have Gerald say TEXT at once, word by word, in place of whatever it says; print each sentence.

    What safety forbids is not said even so, and the exit status is 1."""
    _show_turn(home, {"do": "say", "text": given(text)}, as_json)


@click.command()
@home_and_json
def hush(home: Home, as_json: bool) -> None:
    """Stop Gerald talking at once; whoever waits for an answer gets none."""
    ended = ask_one(home, {"do": "hush"})
    if as_json:
        print_json(ended)
        return
    waiting = f"; {ended['waiting']} more waited for an answer" if ended["waiting"] else ""
    click.echo(f"{'stopped talking' if ended['turn'] else 'it was not talking'}{waiting}")


def _show_turn(home: Home, request: dict[str, str], as_json: bool) -> None:
    """Print a turn as it goes on; exit with a failure where it is not said to its end."""
    outcome = ""
    for part in ask_all(home, request):
        if as_json:
            print_json(part)
        elif part["event"] == "sentence":
            click.echo(("" if part["sentence"] == 0 else " ") + lines(part["text"]), nl=False)
        elif part["event"] == "waits":
            click.echo(f"(others are answered first: {part['before']})", err=True)
        if part["event"] == "end":
            outcome = part["outcome"]
            if not as_json:
                click.echo()
                if outcome != "said":
                    click.echo(printable(f"({outcome}: {part['detail']})"), err=True)
    if outcome != "said":
        raise SystemExit(FAILED)


def _message(given: str) -> Any:
    try:
        fields = json.loads(given)
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="JSON") from None
    if not isinstance(fields, dict):
        raise click.BadParameter("must be an object of the message's fields", param_hint="JSON")
    return fields


@click.command()
@click.argument("address")
@click.argument("type_", metavar="TYPE")
@click.argument("message", metavar="[JSON]", default="{}")
@in_home
def tell(home: Home, address: str, type_: str, message: str) -> None:
    """Send a message of TYPE to ADDRESS and print its id, e.g. tell osc.sender Typing '{"on": true}'."""
    request = {"do": "tell", "address": address, "type": type_, "message": _message(message)}
    click.echo(ask_one(home, request)["id"])


@click.command()
@click.argument("address")
@click.argument("type_", metavar="TYPE")
@click.argument("message", metavar="[JSON]", default="{}")
@in_home
def ask(home: Home, address: str, type_: str, message: str) -> None:
    """Send a message of TYPE to ADDRESS and print the answer as JSON, e.g. ask users Ping."""
    print_json(ask_one(home, {"do": "ask", "address": address, "type": type_, "message": _message(message)}))


@click.command()
@in_home
def stop(home: Home) -> None:
    """Stop the running instance in order and save its state. Exit status 5 when the state could not be saved."""
    from supervisor.instance import find_instance

    with exit_when_refused():
        pid = find_instance(home.path).pid
    with exit_when_refused(f"whether the state of process {pid} was saved is not known: "):
        ended = call(home.path, {"do": "stop", "wait": True}, timeout=75.0)
    from filelock import FileLock, Timeout

    # The lock is free again when the process is gone; where it cannot be asked, its last word was the outcome.
    try:
        with FileLock(home.instance_file.with_suffix(".lock")).acquire(timeout=10, poll_interval=0.02):
            pass
    except PermissionError:
        pass
    except Timeout:
        fail(FAILED, f"process {pid} is still there after 10 s")
    said = f"stopped (process {pid}), {ended.get('said') or 'whether its state was saved is not known'}"
    if not ended.get("saved"):
        fail(UNSAVED, said)
    click.echo(said)
