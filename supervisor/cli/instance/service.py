"""`supervisor service`: a systemd unit for this home; on Windows a task of its Task Scheduler."""

import getpass
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

import click

from config.home import Home
from supervisor.cli.instance.hardening import HARDENING
from supervisor.cli.instance.task import installing, task
from supervisor.cli.options import in_home


@dataclass(frozen=True, slots=True)
class Service:
    """name: of the unit. about: its description. command: of `supervisor`, that it runs. printed_by: the command of
    `supervisor` that prints it. restarts: what the unit says of that."""

    name: str
    about: str
    command: tuple[str, ...]
    printed_by: str
    restarts: str


GERALD = Service(
    "gerald",
    "Gerald, an AI that lives in VRChat",
    ("run",),
    "service",
    "Gerald restarts itself after a crash",
)


@click.command()
@click.option(
    "--user",
    is_flag=True,
    help="Print a user unit, which needs no root; a task from logging on to logging off.",
)
@click.option("--text", is_flag=True, help="Run without microphone and voice.")
@in_home
def service(home: Home, user: bool, text: bool) -> None:
    """Print a systemd unit that keeps Gerald running in this home. Its first lines say how to install it.

    On Windows it is a task for the Task Scheduler, and how to install it is said on standard error."""
    place = home.path.absolute()
    if sys.platform == "win32":
        windows, user_name = PureWindowsPath(place), _windows_user(os.environ)
        click.echo(task(own_program(), windows, user=user_name, at_logon=user, text=text), nl=False)
        click.echo(installing(windows, at_logon=user, text=text), nl=False, err=True)
    else:
        click.echo(unit(own_program(), place, owner="" if user else owner_of(place), text=text), nl=False)


def own_program() -> tuple[str, ...]:
    """The absolute command of `supervisor` that was typed."""
    command = shutil.which(sys.argv[0]) or sys.argv[0]
    if not command.endswith(("supervisor", "supervisor.exe")):
        return (sys.executable, "-P", "-m", "supervisor")
    return (str(Path(command).absolute()),)


def unit(
    program: tuple[str, ...], home: Path, *, owner: str, text: bool = False, service: Service = GERALD
) -> str:
    """The unit's text. program: the absolute command of `supervisor`. owner: as whom a system unit runs, which is
    hardened; "" for a user unit, which could not be: most of that needs root."""
    user, name = not owner, service.name
    arguments = (*program, "--home", str(home), *service.command, *(("--text",) if text else ()))
    place = f"~/.config/systemd/user/{name}.service" if user else f"/etc/systemd/system/{name}.service"
    flag = " --user" if user else ""
    options = " --user" * user + " --text" * text
    stay = "#   loginctl enable-linger      # so that it runs while you are logged out\n" if user else ""
    return f"""# To install it:
#   supervisor --home {shlex.quote(str(home))} {service.printed_by}{options} > {place}
#   systemctl{flag} daemon-reload
#   systemctl{flag} enable --now {name}
{stay}# {service.restarts}; systemd restarts the launcher if that dies too.
[Unit]
Description={service.about}
After=network.target{"" if user else " sound.target"}
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
# `systemctl start` waits until it is ready, or has said what is missing; the launcher reports it.
Type=notify
NotifyAccess=main
TimeoutStartSec=180
# If its process does not answer for that long, and the launcher did not start it anew, systemd does. The launcher
# zeroes the inputs of VRChat first: by SIGTERM, since the usual SIGABRT would leave it no time.
WatchdogSec=60
WatchdogSignal=SIGTERM
{"" if user else f"User={owner}{chr(10)}"}ExecStart={" ".join(map(_quoted, arguments))}
WorkingDirectory={_escaped(str(home))}
# SIGTERM goes to the launcher, which stops the rest in order; what is left after the time-out is killed.
KillMode=mixed
TimeoutStopSec=25
Restart=on-failure
RestartSec=5
# 2: the configuration cannot be read. 4: another instance runs here. 5: the state could not be saved at the stop.
# 70: the supervisor gave up.
RestartPreventExitStatus=2 4 5 70
UMask=0077
{"NoNewPrivileges=yes" + chr(10) if user else HARDENING.format(home=_listed(str(home)), name=name)}
[Install]
WantedBy={"default" if user else "multi-user"}.target
"""


def owner_of(home: Path) -> str:
    """The user whose home it is. Raises ClickException where nobody can tell."""
    if sys.platform == "win32":
        raise click.ClickException("Windows has no systemd")
    else:
        try:
            return home.owner()
        except (KeyError, OSError) as error:
            hint = "try `supervisor service --user`"
            raise click.ClickException(f"{home}: its owner is unknown ({error}): {hint}") from None


def _windows_user(environ: Mapping[str, str]) -> str:
    """This user, as Windows writes it: PC\\name."""
    domain = environ.get("USERDOMAIN") or environ.get("COMPUTERNAME")
    name = getpass.getuser()
    return f"{domain}\\{name}" if domain else name


def _listed(path: str) -> str:
    """A path in a list of paths, which spaces divide."""
    return _quoted(path).replace("$$", "$")


def _escaped(text: str) -> str:
    """Escape percent signs, which begin systemd's specifiers."""
    return text.replace("%", "%%")


def _quoted(argument: str) -> str:
    escaped = _escaped(argument).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"' if any(sign in argument for sign in " \t'\"\\;") else escaped
