"""The persistence actor and a real domain above it: what is kept over a stop, a failing disk and a crash."""

import os
from pathlib import Path

import msgspec
import pytest

from actors.kernel.domain import DomainActor
from actors.kernel.protocol import (
    Committed,
    Health,
    HealthChanged,
    LoadState,
    SaveFailed,
    SaveState,
    StateLoaded,
    Stop,
    UpdateState,
    Version,
)
from actors.persistence.persistence import database_path
from tests.actors.persistence.conftest import Persisting


class Counted(msgspec.Struct, frozen=True):
    count: int = 0
    words: tuple[str, ...] = ()


class Counter(DomainActor[Counted]):
    """A domain of the tests' own."""

    domain = "counter"


def save(persisting: Persisting, epoch: int, n: int, payload: bytes = b"x") -> None:
    persisting.world.tell("persistence", SaveState("users", 1, Version(epoch, n), payload), sender="asker")


def load(persisting: Persisting) -> StateLoaded:
    persisting.asker.clear()
    persisting.world.tell("persistence", LoadState("users"), sender="asker")
    persisting.until(lambda: persisting.asker.of(StateLoaded))
    found: StateLoaded = persisting.asker.of(StateLoaded)[0]
    return found


def healths(persisting: Persisting) -> list[HealthChanged]:
    return persisting.world.supervisor.of(HealthChanged)


def begin(persisting: Persisting, number: int = 1) -> Counter:
    counter = Counter(Counted())
    life = persisting.world.start(counter, "counter", number)
    persisting.until(lambda: life.is_ready)
    return counter


def count(persisting: Persisting, value: int) -> None:
    persisting.world.give("counter", UpdateState(msgspec.msgpack.encode({"count": value})), sender="asker")


def test_an_answer_goes_to_the_asker_and_names_the_question(persisting: Persisting) -> None:
    question = persisting.world.tell("persistence", LoadState("users"), sender="asker")
    persisting.until(lambda: persisting.asker.messages)
    assert persisting.asker.envelopes[0].answers == question
    assert persisting.asker.messages == [StateLoaded("users", b"", 1)]


def test_every_save_is_acknowledged(persisting: Persisting) -> None:
    for n in range(1, 101):
        save(persisting, 1, n)
    persisting.until(lambda: len(persisting.asker.messages) == 100)
    assert {message.version.n for message in persisting.asker.of(Committed)} == set(range(1, 101))


def test_the_newest_version_wins_when_saves_arrive_out_of_order(persisting: Persisting) -> None:
    for n in (3, 9, 1, 7, 8):
        save(persisting, 1, n, str(n).encode())
    persisting.until(lambda: len(persisting.asker.messages) == 5)
    assert load(persisting).payload == b"9"


def test_what_was_handed_over_before_the_stop_is_written_by_it(persisting: Persisting) -> None:
    save(persisting, 1, 1, b"at the last moment")
    persisting.world.tell("persistence", Stop())
    persisting.world.run()
    assert persisting.world.failures["persistence"] is None
    persisting.start()
    assert load(persisting).payload == b"at the last moment"


def test_a_domain_finds_its_state_after_a_stop_and_a_new_start(persisting: Persisting) -> None:
    counter = begin(persisting)
    count(persisting, 1)
    count(persisting, 2)
    persisting.until(lambda: counter.version == counter.committed)
    count(persisting, 3)
    persisting.world.tell("counter", Stop())
    persisting.world.run()
    persisting.world.tell("persistence", Stop())
    persisting.world.run()
    persisting.start()
    again = begin(persisting, 2)
    assert again.state == Counted(3)
    assert again.version == Version(counter.version.epoch + 1, 0)


def test_a_successor_of_a_crashed_incarnation_uses_the_database_that_is_open(persisting: Persisting) -> None:
    save(persisting, 1, 1, b"before")
    persisting.until(lambda: persisting.asker.of(Committed))
    persisting.world.lives["persistence"].fence()
    persisting.start()
    save(persisting, 1, 2, b"after")
    persisting.until(lambda: len(persisting.asker.of(Committed)) == 2)
    assert load(persisting).payload == b"after"


def test_a_disk_that_fails_degrades_and_heals_without_losing_the_state(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    persisting = Persisting(tmp_path)
    counter = begin(persisting)
    persisting.until(lambda: healths(persisting))
    first = next(health for health in healths(persisting) if health.address == "persistence")
    assert first.health is Health.DEGRADED
    assert "state.lmdb" in first.reason
    assert first.remedy == "a file stands where the folder should be: move it away"
    count(persisting, 5)
    persisting.until(lambda: [h for h in healths(persisting) if h.address == "counter"])
    assert counter.state == Counted(5)
    (tmp_path / "data").unlink()
    persisting.world.advance(2.0)
    persisting.until(lambda: counter.version == counter.committed)
    persisting.world.advance(2.0)
    persisting.until(lambda: healths(persisting)[-1].health is Health.OK)
    assert {h.address: h.health for h in healths(persisting)} == {
        "counter": Health.OK,
        "persistence": Health.OK,
    }
    persisting.world.tell("persistence", Stop())
    persisting.world.run()
    assert persisting.world.failures["persistence"] is None


@pytest.mark.skipif(os.name != "posix", reason="file size limits are POSIX's")
def test_a_full_disk_refuses_the_save_and_takes_it_later(persisting: Persisting) -> None:
    import resource

    save(persisting, 1, 1)
    persisting.until(lambda: persisting.asker.of(Committed))
    size = (persisting.path / "data.mdb").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20_000, hard))
    try:
        save(persisting, 1, 2, os.urandom(200_000))
        persisting.until(lambda: persisting.asker.of(SaveFailed))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert healths(persisting)[-1].health is Health.DEGRADED
    assert "disk is full" in healths(persisting)[-1].remedy
    persisting.world.advance(2.0)
    persisting.until(lambda: healths(persisting)[-1].health is Health.OK)
    assert load(persisting).version == Version(1, 2)


def test_states_that_could_not_be_written_are_named_by_the_stop(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    persisting = Persisting(tmp_path)
    save(persisting, load(persisting).epoch, 1)
    persisting.world.tell("persistence", Stop())
    persisting.world.run()
    failure = persisting.world.failures["persistence"]
    assert failure is not None
    assert failure.kind == "PersistenceError"
    assert "users" in failure.text


def test_a_database_url_is_relative_to_the_home(tmp_path: Path) -> None:
    assert database_path("lmdb://data/state.lmdb", tmp_path) == tmp_path / "data" / "state.lmdb"
    elsewhere = tmp_path / "elsewhere"
    assert database_path(f"lmdb://{elsewhere}", Path("home")) == elsewhere
