"""Whatever becomes of the terminal: no ghost, no second holder of the home, inputs at rest, and the state saved.

Five rounds of each way to lose it; 200 with GERALD_SOAK.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from supervisor.control.client import call
from supervisor.control.wire import RequestRefused
from supervisor.demo.instance import free_port
from supervisor.instance import NoInstance
from tests.doubles.forked import ForkedProcess
from tests.flows.conftest import Command

SOAK = bool(os.environ.get("GERALD_SOAK"))
ROUNDS = 200 if SOAK else 5
HOMES = 2
"""As many rounds run at a time: they wait for one another's processes."""
AS_A_USER = 20
"""Every so manieth round starts Gerald as a user does; the others fork it, which is a third of the work."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120 + 15 * ROUNDS),
    pytest.mark.posix("terminals of POSIX"),
]
WITHIN = 40.0


class Game:
    """Where VRChat would listen: which inputs are pressed."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(WITHIN)
        self.port = self.socket.getsockname()[1]

    def await_rest(self) -> None:
        """Wait for a zeroed input and for typing switched off."""
        wanted = {b"/input/Vertical", b"/chatbox/typing"}
        while wanted:
            data = self.socket.recv(4096)
            wanted -= {address for address in wanted if data.startswith(address)}


class Seat:
    """A home, the game that Gerald plays in it, and the commands for it. rounds: the numbers of the rounds here."""

    def __init__(self, home: Path, rounds: range) -> None:
        home.mkdir(exist_ok=True)
        self.home, self.rounds = home, rounds
        self.game, self.supervisor = Game(), Command(home)

    def until_running(self) -> dict[str, Any]:
        """Wait until an instance is ready here; its status."""
        for _ in range(int(10 * WITHIN)):
            with contextlib.suppress(NoInstance, RequestRefused):
                status = call(self.home, {"do": "status"})
                if status["ready"]:
                    return status
            threading.Event().wait(0.1)
        raise AssertionError("it never was ready")

    def remembered(self) -> set[str]:
        users: Any = self.supervisor.json("users", "list")
        return {user["display_name"] for user in users}


def in_homes(home: Path, play: Callable[[Seat], None]) -> None:
    """Play all rounds, shared out among homes, whose rounds run side by side."""
    seats = [Seat(home / str(number), range(number, ROUNDS, HOMES)) for number in range(HOMES)]
    with ThreadPoolExecutor(HOMES) as pool:
        for _ in pool.map(play, seats):
            pass
    for seat in seats:
        seat.game.socket.close()


def options(game: Game) -> list[str]:
    ports = (f"osc.output_port={game.port}", f"osc.input_port={free_port()}")
    settings = (*ports, "llm.mock_responses=true", "page.enabled=false")
    return ["--text", *(part for setting in settings for part in ("--set", setting))]


def command(home: Path, game: Game) -> list[str]:
    return [sys.executable, "-m", "supervisor", "--home", str(home), "run", *options(game)]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GERALD_")}


def read_until(fd: int, wanted: bytes) -> bytes:
    seen = b""
    while wanted not in seen:
        piece = os.read(fd, 65536)
        assert piece, seen
        seen += piece
    return seen


def descendants(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def gone(processes: list[psutil.Process]) -> None:
    """Each of them has ended, and none is a ghost."""
    _, alive = psutil.wait_procs(processes, timeout=WITHIN)
    for process in alive:
        process.kill()
    assert not alive, alive


Lose = Callable[[int, ForkedProcess], None]


def close_terminal(ours: int, process: ForkedProcess) -> None:
    os.close(ours)


def hang_up(ours: int, process: ForkedProcess) -> None:
    os.killpg(process.pid, signal.SIGHUP)
    os.close(ours)


def hang_up_leader(ours: int, process: ForkedProcess) -> None:
    os.kill(process.pid, signal.SIGHUP)
    os.close(ours)


class Leader(NamedTuple):
    """The leader of the session, which waits for Gerald. line: what it is started with, before Gerald's command line.
    beside: what it is started with once Gerald's process, RUN, is its child already."""

    line: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    background: bool = False


UNTIL_IT_ENDS = "tail -s 0.1 --pid=$RUN -f /dev/null"
MAKE = ("make", "--old-file=setup", "--no-print-directory", "run")
BY_ITSELF = Leader()
BY_A_SHELL = Leader(("sh", "-c", '"$@"; :', "sh"), ("sh", "-c", f"{UNTIL_IT_ENDS}; :"))
BY_MAKE = Leader(MAKE, MAKE)
IN_THE_BACKGROUND = Leader(
    ("sh", "-mc", '"$@" & wait; :', "sh"), ("sh", "-mc", f"{UNTIL_IT_ENDS} & wait; :"), background=True
)
CHECKOUT = Path(__file__).parents[2]


def line_of(leader: Leader, home: Path, game: Game) -> list[str]:
    """The command line of a run, as `leader` starts it."""
    if leader is not BY_MAKE:
        return [*leader.line, *command(home, game)]
    return [*MAKE, f"ARGS={' '.join(options(game))}", f"VENV={Path(sys.executable).parent}"]


def beside(leader: Leader, home: Path) -> list[str]:
    """The command line of a leader that finds Gerald started."""
    if leader is not BY_MAKE:
        return list(leader.beside)
    program = home / "supervisor"
    program.write_text(f"#!/bin/sh\nexec {UNTIL_IT_ENDS}\n")
    program.chmod(0o700)
    return [*MAKE, f"VENV={home}"]


@pytest.mark.parametrize(
    ("leader", "lose"),
    [
        (BY_ITSELF, close_terminal),
        (BY_ITSELF, hang_up),
        (BY_A_SHELL, hang_up_leader),
        (BY_MAKE, close_terminal),
        (BY_MAKE, hang_up_leader),
        (IN_THE_BACKGROUND, close_terminal),
    ],
    ids=["itself", "itself, signal", "shell, signal", "make", "make, signal", "shell, background"],
)
def test_a_terminal_that_is_closed_ends_the_run_in_order(home: Path, leader: Leader, lose: Lose) -> None:
    def play(seat: Seat) -> None:
        for number in seat.rounds:
            lose_terminal(seat, leader, lose, number)
        seat.supervisor("status", code=3)

    in_homes(home, play)


def lose_terminal(seat: Seat, leader: Leader, lose: Lose, number: int) -> None:
    import pty

    ours, theirs = pty.openpty()
    forked = number % AS_A_USER > 0
    process = ForkedProcess(
        command(seat.home, seat.game) if forked else line_of(leader, seat.home, seat.game),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=CHECKOUT,
        env=environment() | {"GERALD_HOME": str(seat.home)},
        start_new_session=True,
        preloaded=forked,
        leader=beside(leader, seat.home) if forked else (),
        group=leader.background,
    )
    os.close(theirs)
    read_until(ours, b"READY")
    assert seat.supervisor("talk", f"I am round {number}", "--as", f"Anna{number}").strip()
    processes = [psutil.Process(process.pid), *descendants(process.pid)]
    lose(ours, process)
    seat.game.await_rest()
    process.wait(WITHIN)
    gone(processes)
    assert f"Anna{number}" in seat.remembered()


@pytest.mark.parametrize("output", ["a pipe without a reader", "a full disk", "a pipe that nobody reads"])
def test_output_that_goes_away_ends_nothing(home: Path, output: str) -> None:
    def play(seat: Seat) -> None:
        for number in seat.rounds:
            lose_output(seat, output, number)

    in_homes(home, play)


def lose_output(seat: Seat, output: str, number: int) -> None:
    reader, writer = os.pipe()
    if output == "a full disk":
        os.close(writer)
        writer = os.open("/dev/full", os.O_WRONLY)
    process = ForkedProcess(
        command(seat.home, seat.game),
        stdout=writer,
        env=environment(),
        start_new_session=True,
        preloaded=number % AS_A_USER > 0,
    )
    if output == "a pipe that nobody reads":
        fill(writer)
    os.close(writer)
    if output == "a pipe without a reader":
        read_until(reader, b"READY")
        os.close(reader)
    status = seat.until_running()
    assert seat.supervisor("talk", f"I am round {number}", "--as", f"Ben{number}").strip()
    assert status["launcher"]["restarts"] == 0
    assert second_run(seat) == 4  # nobody else gets the home
    seat.supervisor("stop")
    seat.game.await_rest()
    assert process.wait(WITHIN) == 0
    assert f"Ben{number}" in seat.remembered()
    if output != "a pipe without a reader":
        os.close(reader)


def fill(writer: int) -> None:
    """Leave no room in the pipe."""
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 65536)
    os.set_blocking(writer, True)


def second_run(seat: Seat) -> int:
    """The exit status of another run in this home."""
    return ForkedProcess(command(seat.home, seat.game), env=environment()).wait(WITHIN)


ODD = "Zo\u00eb \N{DOG FACE}"
POOR = {
    "Latin-1": {"PYTHONIOENCODING": "latin-1"},
    "C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.parametrize("encoding", POOR if ROUNDS > 5 else ["C"])
def test_a_console_that_lacks_a_letter_ends_no_command(home: Path, encoding: str) -> None:
    poor = {name: value for name, value in environment().items() if name != "PYTHONUTF8"} | POOR[encoding]

    def said(*arguments: str) -> str:
        line = [sys.executable, "-m", "supervisor", "--home", str(home), *arguments]
        done = subprocess.run(line, capture_output=True, timeout=60, stdin=subprocess.DEVNULL, env=poor)
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        return done.stdout.decode(
            "latin-1" if encoding == "Latin-1" else "utf-8"
        )  # click takes ASCII for UTF-8

    process = subprocess.Popen(command(home, Game()), stdout=subprocess.PIPE, env=poor)
    try:
        assert process.stdout is not None
        read_until(process.stdout.fileno(), b"READY")
        assert said("talk", "I like \N{DOG FACE}", "--as", ODD).strip()
        for arguments in (("users", "list"), ("users", "show", ODD), ("state", "show", "users")):
            assert "\\U0001f436" in said(*arguments), arguments
        said("status")
        said("stop")
        assert process.wait(WITHIN) == 0
    finally:
        process.terminate()
    assert "\\U0001f436" in said("users", "list")  # as stored
