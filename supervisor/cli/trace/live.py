"""`supervisor trace live`."""

import contextlib
import time
from pathlib import Path

import click

from config.home import Home
from supervisor.cli.options import fail, in_home
from supervisor.cli.trace.options import traces_of
from supervisor.exit_status import FAILED

POLL = 0.1
"""Seconds between two reads of the trace."""


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Anybody who can reach it reads what people say.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Port; 0 for any free one."
)
@in_home
def live(home: Home, host: str, port: int) -> None:
    """Stream the run that is being recorded to the Foxglove app, until Ctrl-C.

    Open the URL that it prints, or choose "Open connection" in the app. It follows the newest run, and switches to
    the next one when Gerald restarts. Anybody who can reach the port can read what people say: it listens on this
    machine only unless --host says otherwise.
    """
    from supervisor.trace.analyse.foxglove import Live
    from supervisor.trace.analyse.select import folder_of

    traces = traces_of(home)

    def newest() -> Path | None:
        return folder_of(traces, "")

    try:
        server = Live(newest, host, port)
    except OSError as error:
        fail(FAILED, f"cannot listen on {host}:{port}: {error}; choose another --port")
    with contextlib.closing(server), contextlib.suppress(KeyboardInterrupt):
        run = newest()
        click.echo(f"serving {run.name if run else 'the next run'} at {server.url}")
        click.echo(f"open {server.app_url}")
        while True:
            server.pass_on()
            time.sleep(POLL)
