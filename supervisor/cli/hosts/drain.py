"""`supervisor host drain`: moves what runs on a host elsewhere, before its machine is switched off."""

import click

from config.home import Home
from supervisor.cli.client import ask_one
from supervisor.cli.options import home_and_json, print_json


@click.command()
@click.argument("name")
@click.option("--end", is_flag=True, help="Let actors run there again.")
@home_and_json
def drain(home: Home, name: str, end: bool, as_json: bool) -> None:
    """Move what runs on the host NAME elsewhere, and start nothing there. No message is lost.

    This lasts until --end, or until the instance stops.
    """
    found = ask_one(home, {"do": "host-drain", "name": name, "on": not end})
    if as_json:
        print_json(found)
        return
    if end:
        click.echo(f"{name} runs actors again")
        return
    moving = found["moving"]
    click.echo(f"{name} is drained" + (f"; {', '.join(moving)} moves elsewhere" if moving else ""))
