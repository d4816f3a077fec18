"""The process above the root: what happens when either of them dies."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pythonosc.osc_message import OscMessage

from supervisor.demo.instance import free_port
from tests.doubles.forked import ForkedProcess
from tests.flows.conftest import Command

pytestmark = pytest.mark.posix("signals of POSIX")
WITHIN = 40.0
FOREVER = ("supervision.backoff_initial=0.0", "supervision.backoff_max=0.0", "supervision.intensity=50")


class Launched:
    """`supervisor run` with its launcher, in a session of its own. start: starts a process as subprocess.Popen does."""

    def __init__(self, home: Path, *settings: str, start: Callable[..., Any] = ForkedProcess) -> None:
        import socket

        self.home = home
        self.ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.ear.bind(("127.0.0.1", 0))
        self.ear.settimeout(WITHIN)
        port = self.ear.getsockname()[1]
        self.osc_port = free_port()
        keys = (
            f"osc.output_port={port}",
            f"osc.input_port={self.osc_port}",
            "llm.mock_responses=true",
            "page.enabled=false",
            *settings,
        )
        options = [part for key in keys for part in ("--set", key)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GERALD_")}
        self.process = start(
            [sys.executable, "-m", "supervisor", "--home", str(home), "run", "--text", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=kept,
            start_new_session=True,
        )
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.seen: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.rstrip())

    def until(self, word: str) -> str:
        """Wait for a line that holds `word`."""
        while True:
            try:
                line = self.lines.get(timeout=WITHIN)
            except queue.Empty:
                raise AssertionError(f"no {word!r} in {self.seen}") from None
            self.seen.append(line)
            if word in line:
                return line

    def root(self) -> psutil.Process:
        """By what it published: psutil finds children by times of the wall clock, which may step."""
        deadline = time.monotonic() + WITHIN
        while True:
            # What a killed root published stays until the next one publishes.
            with contextlib.suppress(psutil.NoSuchProcess, OSError, ValueError):
                return psutil.Process(json.loads((self.home / "data" / "instance.json").read_text())["pid"])
            assert time.monotonic() < deadline, "no living root is published"

    def next(self) -> OscMessage:
        """The next datagram that VRChat gets."""
        return OscMessage(self.ear.recv(4096))

    def told(self, address: str) -> OscMessage:
        """The next one for this OSC address."""
        while True:
            if (message := self.next()).address == address:
                return message

    def wait(self) -> int:
        return int(self.process.wait(WITHIN))


@pytest.fixture
def launched(home: Path) -> Iterator[Launched]:
    made = Launched(home, *FOREVER)
    yield made
    end(made)


def end(made: Launched) -> None:
    if made.process.poll() is None:
        os.killpg(made.process.pid, signal.SIGKILL)
        made.process.wait()
    made.ear.close()


def drain(made: Launched) -> None:
    made.ear.setblocking(False)
    try:
        while True:
            made.ear.recv(4096)
    except BlockingIOError:
        made.ear.settimeout(WITHIN)


@pytest.fixture
def started(home: Path) -> Iterator[Launched]:
    """As a user starts it."""
    made = Launched(home, *FOREVER, start=subprocess.Popen)
    yield made
    end(made)


def test_a_killed_root_leaves_the_avatar_at_rest_and_comes_back(
    started: Launched, supervisor: Command, home: Path
) -> None:
    launched = started
    launched.until("READY")
    status = supervisor.json("status")
    assert isinstance(status, dict)
    assert status["launcher"] == {"pid": launched.process.pid, "restarts": 0}
    supervisor("tell", "osc.sender", "Typing", '{"on": true}')
    while not launched.told("/chatbox/typing").params[0]:
        pass
    drain(launched)
    first = launched.root()
    nodes = first.children()
    folder = Path(supervisor_folder(home))
    first.kill()
    assert launched.told("/chatbox/typing").params == [False]
    assert launched.told("/input/Vertical").params == [0.0]
    assert launched.told("/avatar/parameters/VRCEmote").params == [0]
    assert launched.told("/avatar/parameters/VRCFaceBlendV").params == [0.0]
    assert "was killed by SIGKILL; inputs are zeroed" in launched.until("was killed")
    launched.until("READY")
    second = launched.root()
    assert second.pid != first.pid
    _, alive = psutil.wait_procs(nodes, WITHIN)
    assert not alive, "the dead root's pinned actors have ended"
    assert not folder.exists()
    assert supervisor("talk", "Are you there?").strip()
    status = supervisor.json("status")
    assert isinstance(status, dict)
    assert status["launcher"]["restarts"] == 1
    assert "stopped" in supervisor("stop")
    assert launched.wait() == 0


def supervisor_folder(home: Path) -> str:
    address = json.loads((home / "data" / "instance.json").read_text())["address"]
    return str(Path(address).parent)


def test_a_root_that_keeps_dying_is_given_up_with_70(home: Path) -> None:
    made = Launched(home, "supervision.intensity=1", "supervision.backoff_initial=0.0")
    try:
        for _ in range(2):
            made.until("READY")
            made.root().kill()
        assert "more than 1 times in 60 s; giving up" in made.until("giving up")
        assert made.wait() == 70
    finally:
        end(made)


def test_a_root_whose_launcher_is_killed_stops_in_order(launched: Launched, supervisor: Command) -> None:
    launched.until("READY")
    root = launched.root()
    everybody = [root, *root.children(recursive=True)]
    line = Path(json.loads((launched.home / "data" / "instance.json").read_text())["line"])
    assert line.exists()
    launched.process.kill()
    launched.until("stopped in order")
    _, alive = psutil.wait_procs(everybody, WITHIN)
    assert not alive
    assert not line.parent.exists(), "what the launcher cannot remove any more"
    supervisor("status", code=3)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_one_signal_to_the_launcher_alone_stops_all_in_order(launched: Launched, name: str) -> None:
    launched.until("READY")
    launched.process.send_signal(getattr(signal, name))
    launched.until("stopped in order")
    assert launched.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_to_the_whole_group_is_one_request(launched: Launched, number: signal.Signals) -> None:
    launched.until("READY")
    os.killpg(launched.process.pid, number)
    launched.until("stopped in order")
    assert launched.wait() == 0


def test_a_signal_before_it_is_ready_stops_it_too(launched: Launched) -> None:
    launched.until("OK")
    root = launched.root()
    launched.process.send_signal(signal.SIGTERM)
    assert launched.wait() == 0
    assert not root.is_running()


def test_what_is_no_accident_is_not_repeated(launched: Launched, supervisor: Command, home: Path) -> None:
    launched.until("READY")
    assert "already runs" in supervisor("run", "--text", code=4)
    supervisor("stop")
    assert launched.wait() == 0
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "config.yaml").write_text("llm: [\n")
    assert "config.yaml:" in supervisor("run", "--text", "--strict", code=2)
