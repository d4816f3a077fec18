"""The wire between machines with addresses of their own: cables are pulled, processes are killed."""

import queue
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor.demo.instance import free_port
from supervisor.hosts.wire.home_wire import HomeWire
from supervisor.hosts.wire.host_link import HostLink, LinkState
from supervisor.nodes.link import FrameType, Link, LinkClosed
from tests.doubles.namespaces import Machine, why_not
from tests.doubles.wired import PATIENCE, House

ROOT = Path(__file__).parents[4]
MAIL = FrameType.MAIL


class Machines:
    """A home that listens on all addresses, and a machine for each host."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.house = House(folder)
        self.port = free_port()
        self.changes: queue.SimpleQueue[HostLink] = queue.SimpleQueue()
        self.wire = HomeWire(self.house.identity, self.house.registry, f"0.0.0.0:{self.port}", lost_after=1.0)
        self.wire.start()
        self.wire.watch(self.changes.put)
        self.machines = {name: Machine() for name in names}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        for name in names:
            self.house.invite(name)
            self.start(name)
        waiting = set(names)
        while waiting:
            link = self.changes.get(timeout=PATIENCE)
            assert link.state is LinkState.UP, link
            waiting.discard(link.name)

    def start(self, name: str) -> None:
        machine = self.machines[name]
        agent = self.house.folder / name / "agent"
        command = [sys.executable, "-m", "tests.doubles.wired", agent, f"{machine.near}:{self.port}"]
        self.processes[name] = machine.start(command, ROOT)

    def await_state(self, name: str, state: LinkState) -> HostLink:
        while True:
            link = self.changes.get(timeout=PATIENCE)
            if (link.name, link.state) == (name, state):
                return link

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait(PATIENCE)
        self.wire.close()
        for machine in self.machines.values():
            machine.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Machines]:
    if reason := why_not():
        pytest.skip(reason)
    made = Machines(tmp_path, "box", "tower")
    yield made
    made.close()


def asked(link: Link, words: bytes) -> bytes:
    link.send(MAIL, words)
    return link.receive()[1]


def test_a_pulled_cable_costs_one_host_its_channels_and_it_comes_back_when_plugged_in(two: Machines) -> None:
    box, tower = two.wire.open("box"), two.wire.open("tower")
    assert asked(box, b"here") == asked(tower, b"here") == b"here"
    two.machines["box"].unplug()
    assert "silent" in two.await_state("box", LinkState.DOWN).why
    with pytest.raises(LinkClosed, match="silent"):
        box.receive()
    for n in range(20):
        assert asked(tower, b"%d" % n) == b"%d" % n
    two.machines["box"].plug_in()
    two.await_state("box", LinkState.UP)
    assert asked(two.wire.open("box"), b"back") == b"back"
    assert asked(tower, b"still here") == b"still here"


def test_a_killed_agent_is_known_before_its_silence_is_noticed_and_its_successor_is_let_in(
    two: Machines,
) -> None:
    box, tower = two.wire.open("box"), two.wire.open("tower")
    assert asked(box, b"here") == b"here"
    two.processes["box"].kill()
    two.processes["box"].wait(PATIENCE)
    assert "gone" in two.await_state("box", LinkState.DOWN).why
    two.start("box")
    two.await_state("box", LinkState.UP)
    assert asked(two.wire.open("box"), b"back") == b"back"
    assert asked(tower, b"still here") == b"still here"
