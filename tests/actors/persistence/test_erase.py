"""What was to be forgotten is found in none of the store's files any more, not even in pages that are free."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from actors.kernel.actor import handles
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Stop
from actors.kernel.state.domain import DomainActor
from actors.persistence.persistence import Persistence
from actors.persistence.write_behind import WriteBehind
from actors.persistence.writer import Writer
from config.schema import Performance, Storage
from tests.doubles.virtual_world import VirtualWorld


class Confided(Message):
    who: str
    text: str


class Forgettable(Message):
    who: str


class Diary(msgspec.Struct, frozen=True):
    said: tuple[tuple[str, str], ...] = ()


class Diarist(DomainActor[Diary]):
    """Kept in files, as the users are."""

    domain = "users"

    def __init__(self) -> None:
        super().__init__(Diary())

    @handles
    def on_said(self, message: Confided) -> None:
        self.become(Diary((*self.state.said, (message.who, message.text))))

    @handles
    def on_unsaid(self, message: Forgettable) -> None:
        self.become(Diary(tuple(said for said in self.state.said if said[0] != message.who)))
        self.erase()


class Home:
    """Persistence and a diarist, from start to stop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.world = VirtualWorld()
        storage = Storage(map_size=2**20, snapshot_changes=5)
        self.world.start(Persistence(storage, Performance(), path, writing=self.writing), "persistence")
        self.diarist = Diarist()
        self.world.start(self.diarist, "users")
        self.settle()

    def writing(self, path: Path, write_behind: Callable[[], WriteBehind]) -> Writer:
        self.writer = Writer.at(path, write_behind)
        return self.writer

    @property
    def is_busy(self) -> bool:
        """Whether the disk has work. What follows an erasure is done in nobody's sight, and may take its time."""
        return self.writer.stuck > 0.0 or self.writer.write_behind.is_untidy

    def settle(self) -> None:
        """Until all is on disk that was said, and nothing else."""
        end = time.monotonic() + 60.0
        quiet = 0
        while quiet < 4:
            assert time.monotonic() < end
            self.world.advance(0.05)
            worked = self.world.lives["persistence"].step(0.05)
            done = self.diarist.version in (self.diarist.committed, type(self.diarist.version)())
            quiet = 0 if worked or not done or self.is_busy else quiet + 1

    def tell(self, message: Message) -> None:
        self.world.tell("users", message)
        self.settle()

    def stop(self) -> None:
        self.world.give("users", Stop())
        self.settle()
        self.world.give("persistence", Stop())

    def found(self, word: bytes) -> int:
        files = (path for path in self.path.rglob("*") if path.is_file())
        return sum(path.read_bytes().count(word) for path in files)


def test_what_is_erased_is_in_no_file_and_the_rest_is_there_at_the_next_start(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for number in range(8):
        home.tell(Confided("Anna", f"annas secret {number}"))
        home.tell(Confided("Ben", f"bens secret {number}"))
    assert home.found(b"annas secret") > 8
    home.tell(Forgettable("Anna"))
    assert home.found(b"annas secret") == 0
    home.tell(Confided("Ben", "more"))
    home.stop()
    assert home.found(b"annas secret") == 0
    again = Home(tmp_path)
    assert [text for _, text in again.diarist.state.said] == [*(f"bens secret {n}" for n in range(8)), "more"]
    again.stop()
