"""`supervisor run`: starts an instance, shows how it comes to life, and stays with it until it is told to stop."""

import os
import signal
import sys
import threading
from types import FrameType

import click

from config.home import Home
from supervisor.cli.options import ALREADY_RUNNING, FAILED, GAVE_UP, UNREADABLE, fail, in_home

__all__ = ["run"]


@click.command()
@click.option(
    "--profile", metavar="NAME", help="development, production, testing, or one of config/profiles/."
)
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key; may be repeated."
)
@click.option("--text", is_flag=True, help="No microphone and no voice: type and read.")
@click.option(
    "--strict", is_flag=True, help="Refuse to start with errors in the configuration (exit status 2)."
)
@in_home
def run(home: Home, profile: str | None, overrides: tuple[str, ...], text: bool, strict: bool) -> None:
    """Start Gerald here. READY is printed when he can answer; Ctrl-C stops him in order, twice at once.

    With a terminal, what you type is said to Gerald.
    """
    stop = _stop_on_signals()
    from supervisor.cli.configured import configured
    from supervisor.cli.session import Session
    from supervisor.control.instance import AlreadyRunning, Claim

    config, notes = configured(home, profile, overrides, strict)
    try:
        claim = Claim(home.path)
    except AlreadyRunning as error:
        fail(ALREADY_RUNNING, f"{error}; stop it with `supervisor stop`, or choose another --home")
    except OSError as error:
        fail(UNREADABLE, f"the data folder {home.data} cannot be used: {error.strerror or error}")
    session = Session(home, config, claim, notes, text=text)
    code = session.live(stop)
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of sound and network libraries must not hold up the end: everything is saved by now.
    os._exit({"stopped": 0, "late": FAILED, "gave up": GAVE_UP}[code])


def _stop_on_signals() -> threading.Event:
    """Set on the first SIGINT, SIGTERM or SIGHUP; the second one ends the process at once."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    def on_hangup(number: int, frame: FrameType | None) -> None:
        # The terminal is gone: what is printed from now on must not fail.
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        on_signal(number, frame)

    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, on_hangup)
    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return stop
