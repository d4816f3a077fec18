"""A real `supervisor run` under a service manager, which is a socket of the test."""

import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor.demo.instance import free_port
from tests.doubles.forked import ForkedProcess
from tests.flows.conftest import Command
from tests.flows.test_launcher import Launched, end

pytestmark = pytest.mark.linux("systemd")
WITHIN = 40.0
WATCHDOG = 1.0
SILENCE = 3 * WATCHDOG


class Manager:
    """Reads what it is told, with the credentials of who did."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify")
        self._udp = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._udp.bind(self.address)
        self.heard: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while data := self._udp.recv(4096):
            self.heard.put(data.decode())

    def until(self, word: str) -> list[str]:
        """All up to the first that begins with `word`."""
        seen: list[str] = []
        deadline = time.monotonic() + WITHIN
        while not seen or not seen[-1].startswith(word):
            try:
                seen.append(self.heard.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"no {word} in {seen}") from None
        return seen

    def next_within(self, seconds: float) -> str | None:
        try:
            return self.heard.get(timeout=seconds)
        except queue.Empty:
            return None

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as udp:
            udp.sendto(b"", self.address)


@pytest.fixture
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    one = Manager(tmp_path_factory.mktemp("n"))
    yield one
    one.close()


@pytest.fixture
def environment(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", manager.address)
    monkeypatch.setenv("WATCHDOG_USEC", str(int(WATCHDOG * 1e6)))


@pytest.fixture
def service(home: Path, environment: None) -> Iterator[Launched]:
    made = Launched(home)
    yield made
    end(made)


def test_it_is_ready_when_gerald_is_and_a_root_that_hangs_lets_the_watchdog_run_out(
    service: Launched, manager: Manager, supervisor: Command
) -> None:
    manager.until("READY=1")
    assert supervisor.json_of("status")["ready"] is True
    service.until("READY")  # which was printed before
    manager.until("WATCHDOG=1")
    root = service.root()
    os.kill(root.pid, signal.SIGSTOP)
    late = 0
    while manager.next_within(SILENCE) is not None:
        late += 1
    assert late <= 1, "an answer from before may still count once"
    os.kill(root.pid, signal.SIGCONT)
    manager.until("WATCHDOG=1")
    os.kill(service.process.pid, signal.SIGTERM)
    assert manager.until("STOPPING=1")[-1].endswith("\nEXTEND_TIMEOUT_USEC=25000000")
    assert service.wait() == 0


def test_the_status_says_what_is_missing_and_a_stop_by_a_client_is_told_too(
    home: Path, environment: None, manager: Manager, supervisor: Command
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        service = Launched(home, f"osc.input_port={taken.getsockname()[1]}", "osc.query=off")
        try:
            manager.until("STATUS=ready: osc.receiver DEGRADED;")
            taken.close()
            manager.until("STATUS=ready")
            assert "stopped" in supervisor("stop")
            manager.until("STOPPING=1")
            assert service.wait() == 0
        finally:
            end(service)


def test_without_the_launcher_the_root_reports_by_itself(home: Path, manager: Manager) -> None:
    keys = (f"osc.output_port={free_port()}", f"osc.input_port={free_port()}", "llm.mock_responses=true")
    settings = [part for key in keys for part in ("--set", key)]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GERALD_")},
        "NOTIFY_SOCKET": manager.address,
        "WATCHDOG_USEC": str(int(WATCHDOG * 1e6)),
    }
    run = ["run", "--text", "--no-launcher", *settings]
    process = ForkedProcess([sys.executable, "-m", "supervisor", "--home", str(home), *run], env=environment)
    try:
        manager.until("READY=1")
        manager.until("WATCHDOG=1")
        manager.until("WATCHDOG=1")
        process.terminate()
        manager.until("STOPPING=1")
        assert process.wait(WITHIN) == 0
    finally:
        process.kill()
