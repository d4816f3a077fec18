"""Real sockets on free loopback ports, and actors that are driven until something has happened."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.udp_client import SimpleUDPClient

from actors.kernel.actor import Actor
from actors.kernel.incarnation import Incarnation
from actors.osc.inputs import resting
from actors.osc.messages import EVERYTHING, GetOscStatistics, OscStatistics, ParametersChanged
from actors.osc.receiver import Receiver
from actors.osc.sender import Sender
from config.schema import Behaviour, Osc
from tests.doubles.virtual_world import VirtualWorld

PATIENCE = 10.0
RECEIVER = "osc.receiver"


class Peer:
    """What stands in for VRChat: a socket that receives, and remembers in order what came."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port: int = self.socket.getsockname()[1]

    def received(self) -> list[tuple[str, list[object]]]:
        """Everything that has come since the last call. On loopback what was sent has come."""
        found = []
        while True:
            try:
                message = OscMessage(self.socket.recv(65536))
            except BlockingIOError:
                return found
            found.append((message.address, message.params))


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.socket.close()


class Stage:
    """A virtual world with one actor, whose own threads are real."""

    def __init__(self) -> None:
        self.world = VirtualWorld()
        self.avatar = self.world.probe("avatar")
        self.system = self.world.probe("system")
        self.asker = self.world.probe("asker")

    def start(self, actor: Actor, address: str, number: int = 1) -> Incarnation:
        before = self.world.lives.get(address)
        return self.world.start(actor, address, number, before.mailbox if before else None)

    def until(self, address: str, holds: Callable[[], bool]) -> None:
        """Handle what comes until `holds`; fails after ten seconds."""
        life = self.world.lives[address]
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"not within {PATIENCE:g} s"
            life.step(0.005)

    def stop(self) -> None:
        for life in self.world.lives.values():
            life.stop()


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.stop()


class Ear:
    """A started receiver, and a client that sends to it."""

    def __init__(self, stage: Any, behaviour: Behaviour | None = None, **settings: Any) -> None:
        self.stage = stage
        self.osc = Osc(**{"input_port": 0, **settings})
        self.receiver = Receiver(self.osc, (("avatar", EVERYTHING),), behaviour)
        stage.start(self.receiver, RECEIVER)
        self.port = self.statistics().port
        self.client = SimpleUDPClient("127.0.0.1", self.port)
        self.client._sock.setblocking(True)

    def statistics(self) -> OscStatistics:
        world, asker = self.stage.world, self.stage.asker
        asker.clear()
        world.give(RECEIVER, GetOscStatistics(), sender="asker")
        (answer,) = asker.of(OscStatistics)
        return answer

    def values(self) -> dict[str, Any]:
        """The newest value of everything that the avatar was told."""
        changes = self.stage.avatar.of(ParametersChanged)
        return {name: value for changed in changes for name, value in changed.values.items()}

    def until(self, holds: Any) -> None:
        self.stage.until(RECEIVER, holds)

    def until_received(self, count: int) -> None:
        self.until(lambda: self.statistics().received >= count)

    def send(self, *datagrams: bytes) -> None:
        for data in datagrams:
            self.client._sock.sendto(data, ("127.0.0.1", self.port))


@pytest.fixture
def make_ear(stage: Stage) -> Iterator[Callable[..., Ear]]:
    made: list[Ear] = []

    def make(**settings: Any) -> Ear:
        made.append(Ear(stage, **settings))
        return made[-1]

    yield make
    for ear in made:
        ear.client.close()


@pytest.fixture
def ear(make_ear: Callable[..., Ear]) -> Ear:
    return make_ear()


@pytest.fixture
def sender(stage: Any, peer: Any) -> Any:
    """The world of a started sender, after its first words: everything to rest."""
    stage.start(Sender(Osc(output_port=peer.port)), "osc.sender")
    assert peer.received() == [(address, [value]) for address, value in resting()]
    return stage.world
