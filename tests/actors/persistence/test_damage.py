"""Whatever becomes of the files: each domain gets the newest state that is still there, or it is said what is missing.

With GERALD_SOAK=1 every region of every file is damaged in every way.
"""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from actors.kernel.message import Asker
from actors.kernel.protocol.storage import LoadState, SaveSnapshot, SnapshotWanted, StateLoaded, Version
from actors.kernel.state.document import Document
from actors.persistence.requests import StoreRequest
from actors.persistence.write_behind import WriteBehind
from tests.actors.persistence.damage import (
    DOMAINS,
    REGION,
    Notes,
    check,
    clerk_at,
    copy_of,
    files_of,
    flipped,
    prepare,
    regions,
    state_of,
    truncated,
    zeroed,
)

SOAK = os.environ.get("GERALD_SOAK") == "1"
STEP = 1 if SOAK else 5
Damage = Callable[[bytes, int], bytes]
KINDS: tuple[Damage, ...] = (flipped, zeroed, truncated)
DATABASE = Path("data") / "state.lmdb"


class Whole:
    """A home that was used and closed in order, the same after the first of its lives, and its newest states."""

    def __init__(self, place: Path) -> None:
        self.home, self.older = place / "home", place / "older"
        self.newest = prepare(self.home, between=self._keep)
        self.files = tuple(path.relative_to(self.home) for path in files_of(self.home))

    def _keep(self) -> None:
        copy_of(self.home, self.older)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return Whole(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def home(whole: Whole, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return copy_of(whole.home, tmp_path / "home")


def start(write_behind: WriteBehind, domain: str) -> tuple[StateLoaded, bool]:
    """What a domain would be given, and whether it is asked for its whole state."""
    outcomes = write_behind.work((StoreRequest(LoadState(domain), Asker(domain, "1")),))
    (loaded,) = (o.message for o in outcomes if isinstance(o.message, StateLoaded))
    return loaded, any(isinstance(o.message, SnapshotWanted) for o in outcomes)


def heal(home: Path) -> dict[str, Notes]:
    """A start after damage, in which every domain does as it is asked; the states that it went on with. One that has
    to begin from nothing hands that over, too."""
    write_behind = clerk_at(home)
    states = {}
    for domain in DOMAINS:
        loaded, wanted = start(write_behind, domain)
        states[domain] = state_of(loaded)
        if wanted or not loaded.parts:
            payload = msgspec.msgpack.encode(Document(states[domain]))
            part = SaveSnapshot(domain, 1, Version(loaded.epoch, 1), 0, 1, payload)
            write_behind.work((StoreRequest(part, Asker(domain, "2")),))
    write_behind.work((StoreRequest(None, Asker("", "")),))
    write_behind.close()
    return states


def assert_quiet(home: Path, states: dict[str, Notes], what: str) -> None:
    """A start at which nothing is missing and nothing is said."""
    write_behind = clerk_at(home)
    for domain in DOMAINS:
        loaded, wanted = start(write_behind, domain)
        assert (loaded.note, loaded.held, wanted) == ("", True, False), (what, domain)
        assert state_of(loaded) == states[domain], (what, domain)
    assert write_behind.health.damage == {}, what
    assert write_behind.health.trouble is None, what
    write_behind.close()


def test_without_damage_nothing_is_said_and_every_state_is_there(home: Path, whole: Whole) -> None:
    assert len(whole.files) > 3
    check(home, whole.newest, "whole")
    assert_quiet(home, whole.newest, "whole")


@pytest.mark.timeout(3600 if SOAK else 300)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_damaged_region_of_any_file(whole: Whole, tmp_path: Path, kind: Damage) -> None:
    offset = KINDS.index(kind) * 2 % STEP
    cases = 0
    for file in whole.files:
        for number, start_ in enumerate(regions(whole.home / file, STEP, offset)):
            home = copy_of(whole.home, tmp_path / "home")
            what = f"{kind.__name__} {file} at {start_}"
            (home / file).write_bytes(kind((home / file).read_bytes(), start_))
            check(home, whole.newest, what)
            cases += 1
            if number % 8 == 0 or SOAK:
                home = copy_of(whole.home, tmp_path / "home")
                (home / file).write_bytes(kind((home / file).read_bytes(), start_))
                assert_quiet(home, heal(home), what)
    size = (whole.home / DATABASE / "data.mdb").stat().st_size
    assert cases >= size // REGION // STEP


def test_every_file_swapped_with_that_of_an_older_life(whole: Whole, tmp_path: Path) -> None:
    older = [file for file in whole.files if (whole.older / file).exists()]
    assert DATABASE / "data.mdb" in older
    for file in older:
        home = copy_of(whole.home, tmp_path / "home")
        shutil.copy2(whole.older / file, home / file)
        check(home, whole.newest, f"older {file}")
        home = copy_of(whole.home, tmp_path / "home")
        shutil.copy2(whole.older / file, home / file)
        assert_quiet(home, heal(home), f"older {file}")


def test_every_file_in_another_ones_place(whole: Whole, tmp_path: Path) -> None:
    turned = (*whole.files[1:], whole.files[0])
    for file, other in zip(whole.files, turned, strict=True):
        home = copy_of(whole.home, tmp_path / "home")
        shutil.copy2(whole.home / other, home / file)
        check(home, whole.newest, f"{other} in the place of {file}")


def test_every_file_removed(whole: Whole, tmp_path: Path) -> None:
    for file in whole.files:
        home = copy_of(whole.home, tmp_path / "home")
        (home / file).unlink()
        check(home, whole.newest, f"without {file}")
        home = copy_of(whole.home, tmp_path / "home")
        (home / file).unlink()
        assert_quiet(home, heal(home), f"without {file}")


def test_the_whole_database_replaced_by_an_older_one(whole: Whole, home: Path) -> None:
    shutil.rmtree(home / DATABASE)
    shutil.copytree(whole.older / DATABASE, home / DATABASE)
    copy_of(home, home.with_name("same"))
    check(home, whole.newest, "older database")
    same = home.with_name("same")
    assert_quiet(same, heal(same), "older database")


def test_the_whole_database_removed(whole: Whole, home: Path) -> None:
    shutil.rmtree(home / DATABASE)
    write_behind = clerk_at(home)
    loaded, _ = start(write_behind, "users")
    assert state_of(loaded).n > 0  # from the copies in files
    assert "older than the snapshots in files" in loaded.note
    write_behind.close()


def test_everything_at_an_older_life_is_an_older_life(whole: Whole, tmp_path: Path) -> None:
    """The owner put an old copy of all in place: that is what is there."""
    home = copy_of(whole.older, tmp_path / "home")
    assert_quiet(home, heal(home), "all of the older life")


@pytest.mark.parametrize("seed", range(300 if SOAK else 30))
def test_random_bytes_anywhere(whole: Whole, home: Path, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 6)):
        file = home / chance.choice(whole.files)
        data = bytearray(file.read_bytes())
        at, length = chance.randrange(len(data)), chance.randint(1, 3000)
        data[at : at + length] = chance.randbytes(length)
        file.write_bytes(data)
    same = copy_of(home, home.with_name("same"))
    check(home, whole.newest, f"seed {seed}")
    assert_quiet(same, heal(same), f"seed {seed}")
