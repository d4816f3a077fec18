"""What a service manager is told, at a socket of the test."""

import os
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from supervisor.launcher.service_manager import (
    STATUS_LENGTH,
    ServiceManager,
    Vitals,
    is_alive,
    is_due,
)

pytestmark = pytest.mark.posix("sockets of POSIX")


class Manager:
    """Hears what it is told."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._udp = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._udp.bind("\0" + address[1:] if address.startswith("@") else address)
        self._udp.setblocking(False)

    def heard(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self._udp.recv(4096).decode())
            except BlockingIOError:
                return found

    def close(self) -> None:
        self._udp.close()


def in_a_folder(folder: Path) -> str:
    return str(folder / "notify")


def abstract(folder: Path) -> str:
    return f"@gerald-{uuid.uuid4().hex}"


ABSTRACT = pytest.param(abstract, marks=pytest.mark.linux("abstract sockets"))


@pytest.fixture(params=[in_a_folder, ABSTRACT])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    address: Callable[[Path], str] = request.param
    one = Manager(address(tmp_path))
    yield one
    one.close()


def found(manager: Manager, **variables: str) -> tuple[ServiceManager, dict[str, str]]:
    environ = {"NOTIFY_SOCKET": manager.address, "HOME": "/h", **variables}
    return ServiceManager.found(25.0, environ), environ


def test_what_it_hears_of_a_life(manager: Manager) -> None:
    service, environ = found(manager, WATCHDOG_USEC="20000000", WATCHDOG_PID=str(os.getpid()))
    assert environ == {"HOME": "/h"}, "what is started from here must not tell it anything"
    service.started(100.0)
    service.hear({"status": "not everything is ready: llm starting"}, 101.0)
    service.hear({"status": "ready", "ready": True, "answers": True}, 102.0)
    assert manager.heard() == ["STATUS=not everything is ready: llm starting", "STATUS=ready", "READY=1"]
    service.tick(111.0)
    assert manager.heard() == []
    service.hear({"answers": True}, 112.0)
    service.hear({"answers": True}, 113.0)
    service.hear({"status": "ready"}, 114.0)
    assert manager.heard() == ["WATCHDOG=1"]
    service.stopping()
    service.hear({"stopping": True, "status": "ready", "ready": True}, 115.0)
    assert manager.heard() == ["STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=25000000"]


def test_a_root_that_answers_no_more_lets_the_watchdog_run_out(manager: Manager) -> None:
    service, _ = found(manager, WATCHDOG_USEC="20000000")
    service.started(0.0)
    service.hear({"ready": True, "answers": True}, 1.0)
    manager.heard()
    for now in range(2, 200):
        service.hear({}, float(now))  # it beats all the same: only its kernel hangs
    assert manager.heard() == []
    service.hear({"answers": True}, 200.0)
    assert manager.heard() == ["WATCHDOG=1"]


def test_a_new_root_is_given_the_time_to_start_and_no_more(manager: Manager) -> None:
    service, _ = found(manager, WATCHDOG_USEC="60000000")
    service.hear({"ready": True, "answers": True}, 0.0)
    service.started(100.0)
    manager.heard()
    for now in range(100, 400):
        service.tick(float(now))
    assert manager.heard() == ["WATCHDOG=1", "WATCHDOG=1"], "at 100 s and at 130 s"
    service.hear({"ready": True}, 400.0)
    assert manager.heard() == [], "systemd knows that it was ready"


@pytest.mark.parametrize(
    ("vitals", "now", "alive", "due"),
    [
        (Vitals(), 10.0, True, False),
        (Vitals(), 70.0, False, False),
        (Vitals(200.0), 99.0, True, False),
        (Vitals(200.0), 100.0, False, False),
        (Vitals(20.0, fed=5.0, ready=True, answered=14.0), 14.9, True, False),
        (Vitals(20.0, fed=5.0, ready=True, answered=14.0), 15.0, True, True),
        (Vitals(20.0, fed=5.0, ready=True, answered=14.0), 23.9, True, True),
        (Vitals(20.0, fed=5.0, ready=True, answered=14.0), 24.0, False, False),
        (Vitals(20.0, fed=5.0, answered=14.0), 15.0, True, False),
    ],
)
def test_when_a_sign_of_life_is_due(vitals: Vitals, now: float, alive: bool, due: bool) -> None:
    assert is_alive(vitals, now) is alive
    assert is_due(vitals, now) is due


def test_the_watchdog_of_another_process_is_none_of_ours(manager: Manager) -> None:
    assert found(manager, WATCHDOG_USEC="20000000", WATCHDOG_PID="1")[0].answer_every == 0.0
    assert found(manager, WATCHDOG_USEC="soon")[0].answer_every == 0.0
    assert found(manager, WATCHDOG_USEC="6000000")[0].answer_every == 1.0


def test_a_status_is_one_line_of_bounded_length(manager: Manager) -> None:
    service, _ = found(manager)
    service.show("two\nlines, MAINPID=1\r\n " + "x" * 1000)
    (heard,) = manager.heard()
    assert heard.startswith("STATUS=two lines, MAINPID=1 x")
    assert len(heard) == len("STATUS=") + STATUS_LENGTH


@pytest.mark.parametrize("address", ["", "vsock:2:1", "/nowhere/at/all", "@nobody-listens-here"])
def test_where_nobody_listens_nothing_happens(address: str) -> None:
    service = ServiceManager.found(25.0, {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"})
    assert service.present is address.startswith(("/", "@"))
    service.started(0.0)
    service.hear({"ready": True, "answers": True, "status": "ready"}, 1.0)
    service.tick(5.0)
    service.stopping()
