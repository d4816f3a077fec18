"""`supervisor host run`: the node agent, which runs actors for a home on this machine."""

import os
import sys

import click

from config.home import Home
from supervisor.cli.options import fail, in_home
from supervisor.exit_status import ALREADY_RUNNING, UNREADABLE


@click.command()
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key; may be repeated."
)
@click.option(
    "--launcher/--no-launcher",
    default=True,
    help="Keep a small parent process that restarts the agent if it dies. Default: yes.",
)
@in_home
def run(home: Home, overrides: tuple[str, ...], launcher: bool) -> None:
    """Run actors for the home that this machine has joined, until Ctrl-C.

    The home decides which. When the home is lost, they end; the agent connects again by itself.
    """
    from supervisor.launcher.launcher import VARIABLE, launch

    if launcher and VARIABLE not in os.environ:
        sys.exit(launch((sys.executable, "-m", "supervisor", *sys.argv[1:])))
    from supervisor.cli.config.load import configured
    from supervisor.cli.instance.signals import StopSignals
    from supervisor.cli.output import PRINTED_WITHIN, print_without_fail
    from supervisor.hosts.agent.session import AgentRuns, AgentSession
    from supervisor.hosts.identity.identity import NoIdentity
    from supervisor.launcher.link import LauncherLink

    stop = StopSignals()
    stop.hear_signals()
    outputs = print_without_fail()
    config, _, _ = configured(home, None, overrides, strict=False)
    tether = LauncherLink.found(stop.ask)
    try:
        session = AgentSession(home.path, config, click.echo, tether.tell if tether is not None else _nobody)
    except AgentRuns as error:
        fail(ALREADY_RUNNING, str(error))
    except NoIdentity as error:
        fail(UNREADABLE, str(error))
    session.live(stop.event)
    if tether is not None:
        tether.say_goodbye()
    for output in outputs:
        output.drain(PRINTED_WITHIN)
    # A session of zenoh may hold on to its threads: every worker has ended by now.
    os._exit(0)


def _nobody(told: object) -> None:
    pass
