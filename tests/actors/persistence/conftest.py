"""Stores, clerks, and persistence actors under the virtual clock, in a folder of the test's own."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from actors.kernel.mailbox import Mailbox
from actors.persistence import write_behind as clerk_module
from actors.persistence.open_store import open_store
from actors.persistence.persistence import Persistence
from actors.persistence.store.database import Database
from actors.persistence.store.store import Store
from actors.persistence.write_behind import WriteBehind
from config.schema import Performance, Storage
from tests.doubles.virtual_world import VirtualWorld

MIB = 2**20


class Persisting:
    """A world with the actor `persistence` in it, whose home is `home`."""

    def __init__(self, home: Path, **settings: object) -> None:
        self.home = home
        self.path = home / "data" / "state.lmdb"
        self.world = VirtualWorld()
        self.asker = self.world.probe("asker")
        self.lives = 0
        self._storage = Storage(map_size=MIB, **settings)
        self.start()

    def start(self, mailbox: Mailbox | None = None) -> None:
        self.lives += 1
        persistence = Persistence(self._storage, Performance(), self.home)
        self.world.start(persistence, "persistence", self.lives, mailbox)

    def until(self, done: Callable[[], object], within: float = 10.0) -> None:
        """Let the actors work until `done`; the writer's thread wakes them."""
        end = time.monotonic() + within
        life = self.world.lives["persistence"]
        self.world.run()
        while not done():
            assert time.monotonic() < end, "it never came"
            life.step(0.5)
            self.world.run()

    def close(self) -> None:
        """End the writer's thread, whatever became of the actor."""
        writer = self.world.lives["persistence"].actor._writer  # type: ignore[attr-defined]
        writer.finish(10.0)


class HandClock(SimpleNamespace):
    """Stands in for the module `time`, and moves by hand only."""

    def __init__(self) -> None:
        super().__init__(seconds=0.0)

    def monotonic(self) -> float:
        return 1000.0 + self.seconds

    def time(self) -> float:
        return 1_700_000_000.0 + self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """The clock of every clerk that is made after it."""
    clock = HandClock()
    monkeypatch.setattr(clerk_module, "time", clock)
    return clock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(Storage(map_size=MIB), tmp_path)
    yield store
    store.close()


@pytest.fixture
def write_behind(store: Store) -> WriteBehind:
    return WriteBehind(store, Storage(map_size=MIB))


@pytest.fixture
def persisting(tmp_path: Path) -> Iterator[Persisting]:
    persisting = Persisting(tmp_path)
    yield persisting
    persisting.close()


@pytest.fixture(autouse=True)
def no_fault() -> Iterator[None]:
    """What a test made of the database's points of fault does not outlive it."""
    fault = Database.fault
    yield
    Database.fault = staticmethod(fault)
