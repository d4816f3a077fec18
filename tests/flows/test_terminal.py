"""Whatever becomes of the terminal: no ghost, no second holder of the home, inputs at rest, and the state saved.

Five rounds of each way to lose it; 200 with GERALD_SOAK.
"""

import contextlib
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from supervisor.demo.instance import free_port
from tests.flows.conftest import Command

SOAK = bool(os.environ.get("GERALD_SOAK"))
ROUNDS = 200 if SOAK else 5
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(60 + 30 * ROUNDS),
    pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX"),
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


@pytest.fixture
def game() -> Iterator[Game]:
    made = Game()
    yield made
    made.socket.close()


def options(game: Game) -> list[str]:
    settings = (f"osc.output_port={game.port}", f"osc.input_port={free_port()}", "llm.mock_responses=true")
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


def remembered(supervisor: Command) -> set[str]:
    return {user["display_name"] for user in supervisor.json("users", "list")}  # type: ignore[attr-defined]


Lose = Callable[[int, subprocess.Popen[bytes]], None]


def close_terminal(ours: int, process: subprocess.Popen[bytes]) -> None:
    os.close(ours)


def hang_up(ours: int, process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGHUP)
    os.close(ours)


def hang_up_leader(ours: int, process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGHUP)
    os.close(ours)


def as_in_a_terminal() -> None:
    os.close(os.open(os.ttyname(0), os.O_RDWR))  # the controlling one
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may run under nohup


BY_ITSELF: tuple[str, ...] = ()
BY_A_SHELL = ("sh", "-c", '"$@"; :', "sh")
"""The leader of the session is another process, which waits."""
BY_MAKE = ("make", "--old-file=setup", "--no-print-directory", "run")
IN_THE_BACKGROUND = ("sh", "-mc", '"$@" & wait; :', "sh")
CHECKOUT = Path(__file__).parents[2]


def led_by(leader: tuple[str, ...], home: Path, game: Game) -> list[str]:
    """The command line of a run, as `leader` starts it."""
    if leader is not BY_MAKE:
        return [*leader, *command(home, game)]
    return [*leader, f"ARGS={' '.join(options(game))}", f"VENV={Path(sys.executable).parent}"]


@pytest.mark.parametrize(
    ("leader", "lose", "rounds"),
    [
        (BY_ITSELF, close_terminal, ROUNDS),
        (BY_ITSELF, hang_up, ROUNDS),
        (BY_A_SHELL, hang_up_leader, ROUNDS if SOAK else 2),
        (BY_MAKE, close_terminal, ROUNDS if SOAK else 2),
        (BY_MAKE, hang_up_leader, ROUNDS if SOAK else 1),
        (IN_THE_BACKGROUND, close_terminal, ROUNDS if SOAK else 1),
    ],
)
def test_a_terminal_that_is_closed_ends_the_run_in_order(
    home: Path, game: Game, supervisor: Command, leader: tuple[str, ...], lose: Lose, rounds: int
) -> None:
    for number in range(rounds):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            led_by(leader, home, game),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=CHECKOUT,
            env=environment() | {"GERALD_HOME": str(home)},
            start_new_session=True,
            preexec_fn=as_in_a_terminal,
        )
        os.close(theirs)
        read_until(ours, b"READY")
        assert supervisor("talk", f"I am round {number}", "--as", f"Anna{number}").strip()
        processes = [psutil.Process(process.pid), *descendants(process.pid)]
        lose(ours, process)
        game.await_rest()
        process.wait(WITHIN)
        gone(processes)
        assert f"Anna{number}" in remembered(supervisor)
    supervisor("status", code=3)


@pytest.mark.parametrize("output", ["a pipe without a reader", "a full disk", "a pipe that nobody reads"])
def test_output_that_goes_away_ends_nothing(home: Path, game: Game, supervisor: Command, output: str) -> None:
    for number in range(ROUNDS):
        reader, writer = os.pipe()
        target = os.open("/dev/full", os.O_WRONLY) if output == "a full disk" else writer
        process = subprocess.Popen(
            command(home, game),
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        )
        if output == "a pipe without a reader":
            os.close(writer)
            read_until(reader, b"READY")
            os.close(reader)
        elif output == "a pipe that nobody reads":
            os.set_blocking(writer, False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    os.write(writer, b"x" * 65536)
            os.set_blocking(writer, True)
        until_running(supervisor)
        assert supervisor("talk", f"I am round {number}", "--as", f"Ben{number}").strip()
        before = supervisor.json_of("status")
        assert before["launcher"]["restarts"] == 0
        supervisor("run", "--text", code=4)  # nobody else gets the home
        supervisor("stop")
        game.await_rest()
        assert process.wait(WITHIN) == 0
        assert f"Ben{number}" in remembered(supervisor)
        for fd in (reader, writer):
            with contextlib.suppress(OSError):
                os.close(fd)


def until_running(supervisor: Command) -> None:
    end = time.monotonic() + WITHIN
    while True:
        with contextlib.suppress(AssertionError):
            if supervisor.json_of("status")["ready"]:
                return
        assert time.monotonic() < end, "it never was ready"


ODD = "Zo\u00eb \N{DOG FACE}"
POOR = {
    "Latin-1": {"PYTHONIOENCODING": "latin-1"},
    "C": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.parametrize("encoding", POOR if ROUNDS > 5 else ["C"])
def test_a_console_that_lacks_a_letter_ends_no_command(home: Path, game: Game, encoding: str) -> None:
    poor = {name: value for name, value in environment().items() if name != "PYTHONUTF8"} | POOR[encoding]

    def said(*arguments: str) -> str:
        line = [sys.executable, "-m", "supervisor", "--home", str(home), *arguments]
        done = subprocess.run(line, capture_output=True, timeout=60, stdin=subprocess.DEVNULL, env=poor)
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        return done.stdout.decode(
            "latin-1" if encoding == "Latin-1" else "utf-8"
        )  # click takes ASCII for UTF-8

    process = subprocess.Popen(command(home, game), stdout=subprocess.PIPE, env=poor)
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
