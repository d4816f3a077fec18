"""Real sockets on free loopback ports, and actors that are driven until something has happened."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest
from pythonosc.osc_message import OscMessage

from actors.kernel.actor import Actor
from actors.kernel.incarnation import Incarnation
from actors.kernel.virtual import VirtualWorld

PATIENCE = 10.0


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
            life.step(0.05)

    def stop(self) -> None:
        for life in self.world.lives.values():
            life.stop()


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.stop()
