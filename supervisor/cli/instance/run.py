"""`supervisor run`: starts an instance, shows how it comes to life, and stays with it until it is told to stop."""

import logging
import os
import sys

import click

from config.home import Home
from config.ownership import trouble
from supervisor.cli.options import fail, in_home
from supervisor.exit_status import ALREADY_RUNNING, FAILED, GAVE_UP, UNREADABLE, UNSAVED


@click.command()
@click.option(
    "--profile", metavar="NAME", help="development, production, testing, or one of config/profiles/."
)
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key; may be repeated."
)
@click.option("--text", is_flag=True, help="Run without microphone and voice: type and read.")
@click.option(
    "--safe",
    is_flag=True,
    help="Start the core only: no model, device or OSC, and no stored subscriptions. For a home that does not start.",
)
@click.option(
    "--strict", is_flag=True, help="Refuse to start when the configuration has an error (exit status 2)."
)
@click.option(
    "--launcher/--no-launcher",
    default=True,
    help="Keep a small parent process that restarts Gerald if it dies. Default: yes.",
)
@click.option("--open", "opens", is_flag=True, help="Open the page in a browser when everything is ready.")
@in_home
def run(
    home: Home,
    profile: str | None,
    overrides: tuple[str, ...],
    text: bool,
    safe: bool,
    strict: bool,
    launcher: bool,
    opens: bool,
) -> None:
    """Start Gerald in this terminal. READY means that it can answer. Ctrl-C stops it in order, a second one at once.

    What you type is said to Gerald. If its process dies, the avatar's inputs are zeroed and Gerald is restarted; after
    too many deaths the exit status is 70.
    """
    from supervisor.launcher.launcher import VARIABLE, launch, own_python

    if launcher and VARIABLE not in os.environ:
        python, environment = own_python(sys.executable, getattr(sys, "_base_executable", ""), sys.platform)
        sys.exit(launch((python, "-m", "supervisor", *sys.argv[1:]), environment))
    _run(home, profile, overrides, text, safe, strict, opens)


def _run(
    home: Home,
    profile: str | None,
    overrides: tuple[str, ...],
    text: bool,
    safe: bool,
    strict: bool,
    opens: bool,
) -> None:
    from supervisor.cli.instance.signals import StopSignals
    from supervisor.cli.output import PRINTED_WITHIN, print_without_fail

    stop = StopSignals()
    stop.hear_signals()
    outputs = print_without_fail()
    from supervisor.cli.config.load import configured
    from supervisor.cli.instance.session import RunScreen
    from supervisor.instance import AlreadyRunning, Claim
    from supervisor.launcher.link import LauncherLink

    config, notes, source = configured(home, profile, overrides, strict)
    try:
        claim = Claim(home.path)
    except AlreadyRunning as error:
        fail(ALREADY_RUNNING, f"{error}; stop it with `supervisor stop`, or choose another --home")
    except OSError as error:
        fail(UNREADABLE, f"the data folder {home.data} cannot be used: {trouble(error)}")
    left_out = _left_out(home) if safe else None
    tether = LauncherLink.found(stop.ask)
    session = RunScreen(
        home, config, claim, notes, text=text, safe=left_out, tether=tether, source=source, opens=opens
    )
    status = FAILED
    try:
        status = {"stopped": 0, "unsaved": UNSAVED, "late": FAILED, "gave up": GAVE_UP}[
            session.live(stop.event)
        ]
        if tether is not None:
            tether.say_goodbye()
    except BaseException:
        # Without its main thread nobody would look after the others: the launcher starts anew.
        logging.getLogger(__name__).exception("the main thread failed")
    finally:
        for output in outputs:
            output.drain(PRINTED_WITHIN)
        # Threads of sound and network libraries must not hold up the end: everything is saved by now.
        os._exit(status)


def _left_out(home: Home) -> tuple[str, ...]:
    from supervisor.offline.safe_start import end_subscriptions

    groups = "models, sound, OSC, VRChat's log and sight are left out"
    return (f"started with --safe: {groups}; `supervisor run` starts them", *end_subscriptions(home))
