"""`supervisor trace live`."""

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from config.home import Home
from supervisor.cli.options import fail, in_home
from supervisor.cli.trace.options import traces_of
from supervisor.control.client import call
from supervisor.control.wire import RequestRefused
from supervisor.exit_status import FAILED
from supervisor.instance import NoInstance

POLL = 0.1
"""Seconds between two reads of the trace, and between two pictures at least."""
WIDEST = 640
"""Pixels of a picture that is passed on."""
REST = 5.0
"""Seconds until a closed eye, or an instance that is not there, is asked again."""


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

    While the eyes are open and a panel shows /eyes/picture, what they see is passed on too, with /eyes/seen to be drawn
    onto it: boxes, names and distances. Nothing of it is kept.
    """
    import foxglove

    from supervisor.control.sight_label import label
    from supervisor.trace.analyse.foxglove import Live
    from supervisor.trace.analyse.foxglove_eyes import LiveEyes
    from supervisor.trace.analyse.select import folder_of

    traces = traces_of(home)

    def newest() -> Path | None:
        return folder_of(traces, "")

    context = foxglove.Context()
    eyes = LiveEyes(context, Look(home), label)
    try:
        server = Live(context, newest, host, port)
    except OSError as error:
        fail(FAILED, f"cannot listen on {host}:{port}: {error}; choose another --port")
    with contextlib.closing(server), contextlib.suppress(KeyboardInterrupt):
        run = newest()
        click.echo(f"serving {run.name if run else 'the next run'} at {server.url}")
        click.echo(f"open {server.app_url}")
        while True:
            server.pass_on()
            eyes.pass_on()
            time.sleep(POLL)


class Look:
    """What the running instance of `home` sees; None while there is none, or its eyes are closed."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._again = 0.0

    def __call__(self) -> Mapping[str, Any] | None:
        """See LiveEyes."""
        if time.monotonic() < self._again:
            return None
        try:
            return call(self._home.path, {"do": "look", "width": WIDEST})
        except (NoInstance, RequestRefused):
            self._again = time.monotonic() + REST
            return None
