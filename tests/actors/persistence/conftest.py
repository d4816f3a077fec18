"""Stores, and persistence actors under the virtual clock, in a folder of the test's own."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actors.kernel.virtual import VirtualWorld
from actors.persistence.clerk import Clerk
from actors.persistence.database import Database
from actors.persistence.persistence import Persistence
from actors.persistence.store import Store
from config.schema import Storage

MIB = 2**20


class Persisting:
    """A world with the actor `persistence` in it, whose home is `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "data" / "state.lmdb"
        self.world = VirtualWorld()
        self.asker = self.world.probe("asker")
        self.lives = 0
        self.start()

    def start(self) -> None:
        self.lives += 1
        self.world.start(Persistence(Storage(map_size=MIB), self.home), "persistence", self.lives)

    def until(self, done: Callable[[], object], within: float = 10.0) -> None:
        """Let the actors work until `done`; the writer's thread wakes them."""
        end = time.monotonic() + within
        life = self.world.lives["persistence"]
        self.world.run()
        while not done():
            assert time.monotonic() < end, "it never came"
            life.step(0.5)
            self.world.run()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(Database(tmp_path / "state.lmdb", MIB))
    yield store
    store.close()


@pytest.fixture
def clerk(store: Store) -> Clerk:
    return Clerk(store)


@pytest.fixture
def persisting(tmp_path: Path) -> Iterator[Persisting]:
    persisting = Persisting(tmp_path)
    yield persisting
    writer = persisting.world.lives["persistence"].actor._writer  # type: ignore[attr-defined]
    writer.finish(10.0)
