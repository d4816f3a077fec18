"""A home that waits for a host, on loopback, and what it tells."""

import datetime
import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor.hosts.build import Build
from supervisor.hosts.enrolment.desk import Desk, Offer
from supervisor.hosts.enrolment.server import EnrolmentServer, Event
from supervisor.hosts.enrolment.ticket import Phase
from supervisor.hosts.identity.examination import key_fingerprint
from supervisor.hosts.identity.home import make_home
from supervisor.hosts.identity.invitation import FINGERPRINT, Invitation, new_secret
from supervisor.hosts.identity.registry import Registry

BUILD = Build(gerald="0.1.0", code="a" * 32, wire=1, models={"llm/a.gguf": "1" * 64})


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class WaitingHome:
    """offset: added to the clock by which the invitation ends."""

    def __init__(self, data: Path, name: str = "gpu-box", lasts: float = 600.0) -> None:
        self.data, self.offset = data, 0.0
        self.identity = make_home(data, now())
        self.registry = Registry(data)
        self.events = queue.Queue[Event]()
        secret = new_secret()
        until = self.clock() + lasts
        offer = Offer(name, 7447, ("gerald.example",), BUILD)
        self.desk = Desk(data, self.registry, secret, offer, until, self.clock, now)
        self.server = EnrolmentServer(self.desk, self.identity, "127.0.0.1", 0, self.events.put)
        authority = key_fingerprint(self.identity.authority.read_bytes())[:FINGERPRINT]
        self.invitation = Invitation(("127.0.0.1",), self.server.port, authority, secret)
        self.phase: Phase | None = None
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def clock(self) -> float:
        return time.monotonic() + self.offset

    def event(self) -> Event:
        return self.events.get(timeout=30.0)

    def ended(self) -> Phase | None:
        """How it ended, once it has."""
        self._thread.join(30.0)
        return self.phase

    def close(self) -> None:
        self.offset = 1e6
        self.ended()

    def _wait(self) -> None:
        self.phase = self.server.wait()
        self.server.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[WaitingHome]:
    waiting = WaitingHome(tmp_path / "home" / "data")
    yield waiting
    waiting.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the host keeps its identity."""
    return tmp_path / "host" / "data" / "hosts" / "agent"
