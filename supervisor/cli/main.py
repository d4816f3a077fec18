"""The root command: finds the home, and imports a command only when it is called."""

import errno
import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from config.files import NoHomeFolder
from config.home import find_home
from config.ownership import trouble
from supervisor.cli.options import fail
from supervisor.cli.output import encode_anything
from supervisor.exit_status import FAILED, CommandRefused

COMMANDS = {
    "run": ("supervisor.cli.instance.run:run", "Start Gerald in this terminal."),
    "service": ("supervisor.cli.instance.service:service", "Print a systemd unit for this home."),
    "fleet": ("supervisor.cli.fleet.fleet:fleet", "Run many Geralds on this machine."),
    "host": ("supervisor.cli.hosts.host:host", "Let other machines run some of the actors."),
    "page": ("supervisor.cli.page.page:page", "Open Gerald's page in a browser: see, hear, talk, mend."),
    "status": ("supervisor.cli.instance.talk:status", "Show every actor: state, health, restarts."),
    "metrics": ("supervisor.cli.instance.metrics:metrics", "Print metrics as Prometheus reads them."),
    "doctor": (
        "supervisor.cli.instance.doctor:doctor",
        "Look for what keeps Gerald from working; say what to do.",
    ),
    "dead-letters": ("supervisor.cli.instance.actors:dead_letters", "List messages not handled, and why."),
    "endings": ("supervisor.cli.instance.actors:endings", "List when actors ended, and why."),
    "log": ("supervisor.cli.instance.log:log", "Print the newest lines of the log."),
    "talk": ("supervisor.cli.instance.talk:talk", "Say something to Gerald and print the reply."),
    "say": ("supervisor.cli.instance.talk:say", "Have Gerald say something, word by word."),
    "hush": ("supervisor.cli.instance.talk:hush", "Stop Gerald talking at once."),
    "tell": ("supervisor.cli.instance.talk:tell", "Send a message to an actor."),
    "ask": ("supervisor.cli.instance.talk:ask", "Send a message to an actor and print its answer."),
    "mute": ("supervisor.cli.instance.mute:mute", "Mute Gerald's ears or voice while it runs."),
    "unmute": ("supervisor.cli.instance.mute:unmute", "Unmute Gerald's ears or voice."),
    "act": ("supervisor.cli.instance.act:act", "Make Gerald's body act, or stop it at once."),
    "avatar": ("supervisor.cli.instance.avatar:avatar", "List the parameters of the avatar in use."),
    "look": ("supervisor.cli.vision.look:look", "Show who and what Gerald sees, also as a picture."),
    "audio": ("supervisor.cli.audio.audio:audio", "List and test sound devices; a level meter."),
    "state": (
        "supervisor.cli.state.state:state",
        "Show, export, import, check or repair what Gerald remembers.",
    ),
    "persona": (
        "supervisor.cli.persona.persona:persona",
        "Import a character card, choose who Gerald plays, try a model.",
    ),
    "users": ("supervisor.cli.users.users:users", "List or erase remembered people."),
    "vrchat": ("supervisor.cli.vrchat.vrchat:vrchat", "Sign in to VRChat; friends, requests, status."),
    "backup": ("supervisor.cli.state.backup:backup", "Back up everything Gerald remembers; list backups."),
    "restore": ("supervisor.cli.state.restore:restore", "Restore a backup."),
    "stop": ("supervisor.cli.instance.talk:stop", "Stop the running instance and save its state."),
    "restart": ("supervisor.cli.instance.actors:restart", "Restart an actor in order."),
    "kill": ("supervisor.cli.instance.actors:kill", "Kill an actor (tests supervision)."),
    "hang": ("supervisor.cli.instance.actors:hang", "Make an actor hang (tests the watchdog)."),
    "pin": ("supervisor.cli.instance.actors:pin", "Move an actor to a thread or to processes."),
    "chaos": ("supervisor.cli.debug.chaos:chaos", "Chaos-test the actor tree."),
    "simulate": ("supervisor.cli.debug.simulate:simulate", "Run seeded fault simulations."),
    "trace": ("supervisor.cli.trace.trace:trace", "Inspect recorded messages."),
    "replay": ("supervisor.cli.debug.replay:replay", "Replay a trace against today's code."),
    "config": ("supervisor.cli.config.config:config", "Check, explain and change the configuration."),
    "secrets": ("supervisor.cli.secrets.secrets:secrets", "Manage encrypted API keys and passwords."),
    "plugins": (
        "supervisor.cli.plugins.plugins:plugins",
        "List the installed plugins, and whether they can be used.",
    ),
    "demo": ("supervisor.cli.debug.demo:demo", "Test the whole pipeline on this machine, without VRChat."),
}

EPILOG = """Exit status: 0 success, 1 failure, 2 wrong usage or unreadable configuration, 3 no instance is running,
4 another instance is running, 5 stopped and the state could not be saved, 70 the supervisor gave up."""


class LazyGroup(click.Group):
    """Imports a command when it is called, and none for the list in --help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: Any = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a refusal becomes one line and an exit status, never a traceback."""
        try:
            return super().invoke(ctx)
        except CommandRefused as refused:
            fail(refused.status, str(refused))
        except NoHomeFolder as error:
            fail(FAILED, f"{error}; write the whole path, or set HOME")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    help="Folder of the instance, with config/, data/ and Models/. Default: GERALD_HOME, else the checkout.",
)
@click.version_option(package_name="gerald", prog_name="supervisor")
@click.pass_context
def cli(context: click.Context, home: Path | None) -> None:
    """Gerald: the runtime of an AI that lives in VRChat.

    Start it with `supervisor run`, talk to it with `supervisor talk "Hello"`.
    """
    context.obj = find_home(home, os.environ)


def main() -> None:
    """The console script."""
    # Whatever is started from here imports nothing from the folder that somebody happens to be in.
    os.environ["PYTHONSAFEPATH"] = "1"
    encode_anything()
    try:
        cli.main(prog_name="supervisor", standalone_mode=True)
    except OSError as error:
        if reader_is_gone(error):  # it closed our output (`| head`)
            _discard_output()
            sys.exit(0)
        # A full disk, or another user's file. Commands report all other errors themselves.
        _discard_output()
        fail(
            FAILED,
            trouble(error) if error.filename else f"the output cannot be written: {error.strerror or error}",
        )


def reader_is_gone(error: OSError) -> bool:
    """Whether it says that nobody reads what is written. Windows calls that an invalid argument."""
    on_windows = sys.platform == "win32" and error.errno == errno.EINVAL and error.filename is None
    return isinstance(error, BrokenPipeError) or on_windows


def _discard_output() -> None:
    """Buffered output would fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
