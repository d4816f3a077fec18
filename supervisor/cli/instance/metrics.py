"""`supervisor metrics`: the running instance in numbers, as Prometheus reads them."""

import click

from config.home import Home
from supervisor.cli.client import ask_one
from supervisor.cli.options import home_and_json, print_json


@click.command()
@home_and_json
def metrics(home: Home, as_json: bool) -> None:
    """Print the running instance's metrics in Prometheus' text format: actors, turns, models, OSC, sight, disk.

    They name nobody, and hold nothing that anybody said.
    """
    from supervisor.metrics.families import families
    from supervisor.metrics.family import plain, rendered

    found = families(ask_one(home, {"do": "metrics"}))
    if as_json:
        print_json(plain(found))
    else:
        click.echo(rendered(found), nl=False)
