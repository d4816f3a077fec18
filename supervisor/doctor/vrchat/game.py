"""Whether VRChat runs, with which ports, and where it writes its log."""

import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from actors.osc.wire import addresses_of
from actors.vocabulary.game_folder import own_folder, usual_places
from actors.world.logfile import newest
from config.files import located
from config.format import age
from config.schema import Osc
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.subject import Subject

NAME = "vrchat.exe"
FRESH = 120.0
"""Seconds within which a running game has written something into its log."""
_PORTS = re.compile(r"--osc=(\d{1,5}):([^:\s]*):(\d{1,5})")


@dataclass(frozen=True, slots=True)
class GameProcess:
    """osc: what `--osc=` says on its command line; "" if it is not there, or may not be read."""

    pid: int
    osc: str = ""


@dataclass(frozen=True, slots=True)
class GameFacts:
    """is_here: VRChat is to run on this machine. log: the newest, None without one, changed `log_age` seconds ago.
    log_given: vrchat.log_directory says where it is; log_trouble: why that cannot be looked at."""

    osc: Osc
    is_here: bool
    system: str
    processes: tuple[GameProcess, ...] = ()
    log: Path | None = None
    log_age: float = 0.0
    log_given: bool = False
    log_trouble: str = ""

    @property
    def runs(self) -> bool:
        """Whether it runs here, as far as that can be seen: under Proton the process may be hidden."""
        return self.is_here and bool(self.processes or (self.log is not None and self.log_age < FRESH))


def gather(subject: Subject) -> GameFacts:
    """Looks at the processes of this machine and at the folders of VRChat's log."""
    osc, vrchat = subject.config.osc, subject.config.vrchat
    folders: tuple[Path, ...] = usual_places(sys.platform, subject.environ, own_folder())
    if vrchat.log_directory is not None:
        folders = (located(subject.home.path, vrchat.log_directory),)
    trouble = ""
    try:
        found = next((log for folder in folders if (log := newest(folder, vrchat.username or ""))), None)
        since = time.time() - found.stat().st_mtime if found is not None else 0.0
    except OSError as error:
        found, since, trouble = None, 0.0, error.strerror or str(error)
    if vrchat.log_directory is not None and not trouble and not folders[0].is_dir():
        trouble = "there is no such folder"
    given = vrchat.log_directory is not None
    here = is_here(osc.output_host)
    return GameFacts(osc, here, sys.platform, game_processes(), found, since, given, trouble)


def is_here(host: str) -> bool:
    """Whether `host` is this machine: one of its addresses, or none at all."""
    own = {entry.address for entries in psutil.net_if_addrs().values() for entry in entries}
    found = addresses_of(host)
    return any(address.startswith("127.") or address == "::1" or address in own for address in found)


def game_processes() -> tuple[GameProcess, ...]:
    """Every VRChat of this machine, also below Proton."""
    found = []
    for process in psutil.process_iter(["pid", "name", "cmdline"]):
        line = process.info["cmdline"] or ()
        names = (
            process.info["name"] or "",
            *(part.replace("\\", "/").rpartition("/")[2] for part in line[:1]),
        )
        if NAME in (name.lower() for name in names):
            match = _PORTS.search(" ".join(line))
            found.append(GameProcess(process.info["pid"], match[0] if match else ""))
    return tuple(found)


def judge(facts: GameFacts) -> Findings:
    """What can be told of a game that runs elsewhere is little, and said so."""
    if not facts.is_here:
        where = f"VRChat is to run on {facts.osc.output_host} (osc.output_host)"
        return (note(f"{where}: whether it does cannot be seen from here"),)
    return (_life(facts), *_ports(facts), *_log(facts))


def _life(facts: GameFacts) -> Finding:
    if facts.processes:
        return ok("runs, as process " + ", ".join(str(one.pid) for one in facts.processes))
    if facts.runs:
        return ok(f"its log was written {facts.log_age:.0f} s ago; its process cannot be seen")
    if facts.system == "darwin":
        return note(
            "does not run on macOS", "set osc.output_host to the machine that it runs on, and osc.input_host"
        )
    return note("does not run on this machine", "start it; Gerald finds it by itself")


def _ports(facts: GameFacts) -> Findings:
    """A game with `--osc` listens and sends elsewhere; of several any may be the one that is meant."""
    told = [match for one in facts.processes if (match := _PORTS.fullmatch(one.osc))]
    wanted = (facts.osc.output_port, facts.osc.input_port)
    if not told or len(told) < len(facts.processes):
        told = [] if wanted == (9000, 9001) else told
    if not told or any((int(one[1]), int(one[3])) == wanted for one in told):
        return ()
    listens, sends = told[0][1], told[0][3]
    return (
        problem(
            f"it was started with {told[0][0]}, and osc.output_port is {wanted[0]}, osc.input_port {wanted[1]}",
            f"set osc.output_port to {listens} and osc.input_port to {sends}, or start it without --osc",
        ),
    )


def _log(facts: GameFacts) -> Findings:
    if facts.log_trouble:
        remedy = "set vrchat.log_directory to the folder of its output_log files, and let this user read it"
        return (problem(f"its log cannot be read: {facts.log_trouble}", remedy),)
    if facts.log is not None:
        return (ok(f"its log is found, written {age(facts.log_age)} ago: who is there is known"),)
    if not facts.runs and not facts.log_given:
        return ()
    remedy = "switch its logging on (Settings > Debug), or set vrchat.log_directory"
    return (note("its log is not found: who is there is not known", remedy),)
