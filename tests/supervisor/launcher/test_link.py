"""The root's end of the line, with the test in place of the launcher."""

import json
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection, Listener
from typing import Any

import pytest

from supervisor.launcher import link as link_module
from supervisor.launcher.launcher import VARIABLE
from supervisor.launcher.link import LauncherLink

WITHIN = 20.0
KEY = b"k" * 32


class Launcher:
    """Takes one root, and hears what it tells."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._listener = Listener(("127.0.0.1", 0), "AF_INET", authkey=KEY)
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        self.stopped = threading.Event()
        host, port = self._listener.address
        monkeypatch.setattr(link_module, "Client", lambda _, family, authkey: _client((host, port), authkey))
        self.told = f"AF_INET|here|{KEY.hex()}|77|3"

    def _accept(self) -> None:
        self.line: Connection[Any, Any] = self._listener.accept()

    def link(self) -> LauncherLink:
        made = LauncherLink(self.told, self.stopped.set)
        self._accepting.join(WITHIN)
        return made

    def hears(self) -> dict[str, Any]:
        """The next that is no heartbeat."""
        while True:
            assert self.line.poll(WITHIN)
            if heard := json.loads(self.line.recv_bytes()):
                return dict(heard)

    def close(self) -> None:
        self._accepting.join(WITHIN)
        self._listener.close()
        self.line.close()


def _client(address: tuple[str, int], authkey: bytes) -> "Connection[Any, Any]":
    from multiprocessing.connection import Client

    return Client(address, "AF_INET", authkey=authkey)


@pytest.fixture
def launcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Launcher]:
    one = Launcher(monkeypatch)
    yield one
    one.close()


def test_the_environment_names_the_launcher_once(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, launcher.told)
    first = LauncherLink.found(launcher.stopped.set)
    assert first is not None
    assert (first.pid, first.restarts) == (77, 3)
    assert LauncherLink.found(launcher.stopped.set) is None, "a child of the root must not find it"
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("launcher"))


def test_what_is_handed_over_arrives(launcher: Launcher) -> None:
    link = launcher.link()
    link.hand_over([b"\x00\xff", b"two"], ("127.0.0.1", 9000), "/left", {"intensity": 4})
    assert launcher.hears() == {
        "rest": ["00ff", "74776f"],
        "rest_at": ["127.0.0.1", 9000],
        "leaves": ["/left"],
        "restart": {"intensity": 4},
    }
    link.say_goodbye()
    assert launcher.hears() == {"goodbye": True}


def test_it_shows_life_again_and_again(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "BEAT", 0.01)
    launcher.link()
    for _ in range(3):
        assert launcher.line.poll(WITHIN)
        assert launcher.line.recv_bytes() == b"{}"


def test_only_a_request_to_stop_stops_it(launcher: Launcher) -> None:
    launcher.link()
    launcher.line.send_bytes(b"something else")
    assert not launcher.stopped.wait(0.1)
    launcher.line.send_bytes(b"stop")
    assert launcher.stopped.wait(WITHIN)


def test_a_launcher_that_is_gone_stops_it_and_telling_it_is_harmless(launcher: Launcher) -> None:
    link = launcher.link()
    launcher.line.close()
    assert launcher.stopped.wait(WITHIN)
    for _ in range(3):
        link.tell({"goodbye": True})
