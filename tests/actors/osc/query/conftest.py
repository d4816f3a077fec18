"""A receiver and OSCQuery on this machine's loopback."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actors.kernel.protocol.lifecycle import HealthChanged
from actors.osc.messages import Games, GetGames, GetOscStatistics, OscStatistics, ParametersChanged
from actors.osc.query.query import OscQuery
from actors.osc.receiver import Receiver
from config.schema import Osc
from supervisor.demo.instance import free_port
from supervisor.demo.vrchat.query import LOOPBACK
from tests.doubles.mdns import alone_on_the_network
from tests.doubles.virtual_world import VirtualWorld

PATIENCE = 30.0
SMILE = "/avatar/parameters/Smile"


@pytest.fixture
def network() -> Iterator[None]:
    """Tests that run at the same time would find each other's games."""
    with alone_on_the_network():
        yield


class Room:
    """A receiver and OSCQuery, whose threads are real."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.interface = LOOPBACK
        self.default = free_port()
        self.osc = Osc(input_port=self.default, query="on")
        self.world = VirtualWorld()
        self.avatar = self.world.probe("avatar")
        self.asker = self.world.probe("asker")

    def start(self) -> None:
        self.world.start(Receiver(self.osc, [("avatar", ("*",))]), "osc.receiver")
        self.query = OscQuery(self.osc, self.home, self.interface)
        self.world.start(self.query, "osc.query")
        self.world.run()

    def until(self, holds: Callable[[], object]) -> None:
        until(holds, self)

    def games(self) -> Games:
        self.asker.clear()
        self.world.give("osc.query", GetGames(), sender="asker")
        return self.asker.of(Games)[0]

    def statistics(self) -> OscStatistics:
        self.asker.clear()
        self.world.give("osc.receiver", GetOscStatistics(), sender="asker")
        return self.asker.of(OscStatistics)[0]

    def said(self) -> list[str]:
        return [f"{one.health} {one.reason}" for one in self.world.supervisor.of(HealthChanged)]

    def failed(self) -> int:
        """How often the search has failed."""
        return self.query._failures

    def number(self) -> int:
        """Of the search that is under way."""
        return self.query._number

    def value(self, name: str) -> object:
        changed = self.avatar.of(ParametersChanged)
        return next((one.values[name] for one in reversed(changed) if name in one.values), None)

    def stop(self) -> None:
        for life in self.world.lives.values():
            life.stop()
        assert not any(self.world.failures.values())


def until(holds: Callable[[], object], *rooms: Room) -> None:
    """Have the actors of these rooms handle what comes, until it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"waited in vain: {[room.said() for room in rooms]}"
        for room in rooms:
            for life in tuple(room.world.lives.values()):
                life.step(0.01)
            room.world.run()


@pytest.fixture
def make_room(tmp_path: Path, network: None) -> Iterator[Callable[[str], Room]]:
    """Each has a home of its own."""
    made: list[Room] = []

    def make(name: str) -> Room:
        (tmp_path / name).mkdir()
        made.append(Room(tmp_path / name))
        return made[-1]

    yield make
    for room in made:
        room.stop()


@pytest.fixture
def room(make_room: Callable[[str], Room]) -> Room:
    return make_room("home")
