"""The persistence actor and real domains above it: what is kept over stops, restarts, a failing disk and damage."""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from actors.kernel.mailbox import Mailbox
from actors.kernel.protocol.lifecycle import Health, HealthChanged, Stop
from actors.kernel.protocol.state import Updated, UpdateState
from actors.kernel.protocol.storage import (
    Buffered,
    Committed,
    ErasureRecorded,
    LoadState,
    RecordErasure,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    StateLoaded,
    Version,
)
from actors.kernel.state.document import Document
from actors.kernel.state.domain import DomainActor
from actors.kernel.state.patch import difference, pack
from actors.persistence import persistence as persistence_module
from actors.persistence.store.database import Database
from actors.persistence.store.record import pack as pack_record
from actors.persistence.store.record import scan, unpack
from actors.persistence.store.snapshots.in_database import part_key
from tests.actors.persistence.conftest import MIB, HandClock, Persisting


class Counted(msgspec.Struct, frozen=True):
    count: int = 0
    words: tuple[str, ...] = ()


class Counter(DomainActor[Counted]):
    """A domain of the tests' own, in the database."""

    domain = "counter"

    def validate(self, state: Counted, before: Counted) -> tuple[str, ...]:
        return ("count: less than none",) if state.count < 0 else ()


class Met(Counter):
    """One that is kept in files, too."""

    domain = "users"


class Talk(Counter):
    """One that is kept in memory, and written now and then."""

    domain = "conversation"


KINDS: tuple[type[Counter], ...] = (Counter, Met, Talk)


# -- what the tests do


def whole(persisting: Persisting, epoch: int, n: int, payload: bytes = b"x", domain: str = "system") -> None:
    message = SaveSnapshot(domain, 1, Version(epoch, n), 0, 1, payload)
    persisting.world.tell("persistence", message, sender="asker")


def change(persisting: Persisting, epoch: int, n: int, payload: bytes = b"x", domain: str = "system") -> None:
    message = SaveChange(domain, 1, Version(epoch, n - 1), Version(epoch, n), payload)
    persisting.world.tell("persistence", message, sender="asker")


def load(persisting: Persisting, domain: str = "system") -> StateLoaded:
    persisting.asker.clear()
    persisting.world.tell("persistence", LoadState(domain), sender="asker")
    persisting.until(lambda: persisting.asker.of(StateLoaded))
    found: StateLoaded = persisting.asker.of(StateLoaded)[0]
    return found


def healths(persisting: Persisting, address: str = "") -> list[HealthChanged]:
    found = persisting.world.supervisor.of(HealthChanged)
    return [health for health in found if not address or health.address == address]


def begin(persisting: Persisting, kind: type[Counter] = Counter, number: int = 1) -> Counter:
    """Start a domain, and wait until it has its state."""
    counter = kind(Counted())
    life = persisting.world.start(counter, kind.domain, number)
    persisting.until(lambda: life.is_ready)
    return counter


def count(persisting: Persisting, value: int, domain: str = "counter", **fields: object) -> None:
    message = UpdateState(msgspec.msgpack.encode({"count": value, **fields}))
    persisting.world.give(domain, message, sender="asker")


def settled(persisting: Persisting, counter: Counter) -> None:
    """Wait until the disk has all of a domain's state."""
    persisting.until(lambda: counter.version == counter.committed)


def stop(persisting: Persisting, *domains: str) -> None:
    """Stop the domains, and persistence after them."""
    for address in (*domains, "persistence"):
        persisting.world.tell(address, Stop())
        persisting.world.run()


def lived(persisting: Persisting, kind: type[Counter], *counts: int) -> Counter:
    """A domain that counted, each time to be on disk, and was stopped together with persistence."""
    counter = begin(persisting, kind)
    for value in counts:
        count(persisting, value, kind.domain)
        if kind is not Talk:
            settled(persisting, counter)
    stop(persisting, kind.domain)
    return counter


def altered(persisting: Persisting, key: str, change: Callable[[bytes], bytes]) -> None:
    """Change what lies in the database, while nobody has it open."""
    database = Database(persisting.path, MIB)
    database.change("damaging", lambda txn: txn.put(key, change(txn.get(key) or b"")))
    database.close()


def flip(data: bytes) -> bytes:
    assert data
    return data[:-1] + bytes((data[-1] ^ 1,))


def newest_copy(persisting: Persisting, domain: str) -> str:
    """The key of the newest whole copy."""
    database = Database(persisting.path, MIB)
    found = database.read("looking", lambda txn: list(txn.items(f"copy/{domain}/")))
    database.close()
    return max(found, key=lambda item: unpack(bytes(item[1])).version)[0]


def damage_file(path: Path, at: int, length: int) -> None:
    data = bytearray(path.read_bytes())
    data[at : at + length] = bytes(length)
    path.write_bytes(data)


# -- asking


def test_an_answer_goes_to_the_asker_and_names_the_question(persisting: Persisting) -> None:
    question = persisting.world.tell("persistence", LoadState("system"), sender="asker")
    persisting.until(lambda: persisting.asker.messages)
    assert persisting.asker.envelopes[0].answers == question
    assert persisting.asker.messages == [StateLoaded("system", 1)]


def test_every_change_is_acknowledged(persisting: Persisting) -> None:
    whole(persisting, 1, 1)
    for n in range(2, 101):
        change(persisting, 1, n)
    persisting.until(lambda: len(persisting.asker.messages) == 100)
    assert {message.version.n for message in persisting.asker.of(Committed)} == set(range(1, 101))


def test_the_newest_version_wins_when_whole_states_arrive_out_of_order(persisting: Persisting) -> None:
    for n in (3, 9, 1, 7, 8):
        whole(persisting, 1, n, str(n).encode())
    persisting.until(lambda: len(persisting.asker.messages) == 5)
    assert load(persisting).parts == (b"9",)


def test_what_does_not_follow_is_refused(persisting: Persisting) -> None:
    change(persisting, 1, 5)
    persisting.until(lambda: persisting.asker.messages)
    (refused,) = persisting.asker.of(SaveFailed)
    assert refused.snapshot


def test_who_is_forgotten_is_told_with_every_state(persisting: Persisting) -> None:
    persisting.world.tell("persistence", RecordErasure("users", ("aa",), 7.0), sender="asker")
    persisting.until(lambda: persisting.asker.of(ErasureRecorded))
    assert load(persisting, "conversation").erased == {"aa": 7.0}
    stop(persisting)
    persisting.start()
    assert load(persisting, "users").erased == {"aa": 7.0}


# -- stops and restarts


def test_what_was_handed_over_before_the_stop_is_written_by_it(persisting: Persisting) -> None:
    whole(persisting, 1, 1, b"at the last moment")
    whole(persisting, 1, 1, b"in memory only", "conversation")
    stop(persisting)
    assert persisting.world.failures["persistence"] is None
    persisting.start()
    assert load(persisting).parts == (b"at the last moment",)
    assert load(persisting, "conversation").parts == (b"in memory only",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_domain_finds_its_state_after_a_stop_and_a_new_start(
    persisting: Persisting, kind: type[Counter]
) -> None:
    counter = lived(persisting, kind, 1, 2, 3)
    persisting.start()
    again = begin(persisting, kind, 2)
    assert again.state == Counted(3)
    assert again.version == Version(counter.version.epoch + 1, 0)
    assert healths(persisting, "persistence") == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_domain_that_crashed_goes_on_where_it_was(persisting: Persisting, kind: type[Counter]) -> None:
    first = begin(persisting, kind)
    for value in (1, 2, 3):
        count(persisting, value, kind.domain)
        persisting.until(lambda: not first._writer.busy)
    persisting.world.lives[kind.domain].fence()
    again = begin(persisting, kind, 2)
    assert again.state == Counted(3)
    assert again.version.epoch > first.version.epoch
    count(persisting, 4, kind.domain)
    persisting.until(lambda: not again._writer.busy)
    stop(persisting, kind.domain)
    persisting.start()
    assert begin(persisting, kind, 3).state == Counted(4)


def test_a_memory_domain_is_told_committed_when_the_interval_is_over(tmp_path: Path) -> None:
    persisting = Persisting(tmp_path, snapshot_interval=0.05)
    whole(persisting, 1, 1, domain="conversation")
    persisting.until(lambda: persisting.asker.of(Committed))
    assert [type(message) for message in persisting.asker.messages] in ([Buffered, Committed], [Committed])
    persisting.close()


def test_a_memory_domain_is_on_disk_though_nobody_asks_for_it(tmp_path: Path) -> None:
    persisting = Persisting(tmp_path, snapshot_interval=0.05)
    talk = begin(persisting, Talk)
    count(persisting, 5, "conversation")
    settled(persisting, talk)
    persisting.close()


def test_a_durable_update_is_answered_when_it_is_on_disk(persisting: Persisting) -> None:
    begin(persisting)
    persisting.asker.clear()
    message = UpdateState(msgspec.msgpack.encode({"count": 5}), durable=True)
    persisting.world.tell("counter", message, sender="asker")
    persisting.until(lambda: persisting.asker.messages)
    (answer,) = persisting.asker.messages
    assert isinstance(answer, Committed)
    assert not persisting.asker.of(Updated)


def test_the_whole_state_is_handed_over_again_after_so_many_changes(tmp_path: Path) -> None:
    persisting = Persisting(tmp_path, snapshot_changes=5)
    counter = begin(persisting)
    for value in range(1, 40):
        count(persisting, value)
        settled(persisting, counter)
    persisting.until(lambda: counter._writer.snapshot is None)
    assert len(load(persisting, "counter").changes) <= 6
    stop(persisting, "counter")
    persisting.start()
    assert begin(persisting, number=2).state == Counted(39)
    persisting.close()


def test_a_successor_of_a_crashed_incarnation_uses_the_database_that_is_open(persisting: Persisting) -> None:
    whole(persisting, 1, 1, b"before")
    persisting.until(lambda: persisting.asker.of(Committed))
    persisting.world.lives["persistence"].fence()
    persisting.start()
    change(persisting, 1, 2, b"after")
    persisting.until(lambda: len(persisting.asker.of(Committed)) == 2)
    loaded = load(persisting)
    assert (loaded.parts, [c.patch for c in loaded.changes]) == ((b"before",), [b"after"])


@pytest.mark.parametrize("kind", KINDS)
def test_domains_go_on_over_a_restart_of_persistence(persisting: Persisting, kind: type[Counter]) -> None:
    counter = begin(persisting, kind)
    count(persisting, 1, kind.domain)
    persisting.until(lambda: not counter._writer.busy)
    mailbox: Mailbox = persisting.world.lives["persistence"].mailbox
    persisting.world.lives["persistence"].fence()
    count(persisting, 2, kind.domain)
    persisting.start(mailbox)
    persisting.until(lambda: not counter._writer.busy)
    count(persisting, 3, kind.domain)
    persisting.until(lambda: not counter._writer.busy)
    stop(persisting, kind.domain)
    persisting.start()
    assert begin(persisting, kind, 2).state == Counted(3)


def test_an_expired_state_is_begun_anew(tmp_path: Path, clock: HandClock) -> None:
    persisting = Persisting(tmp_path)
    lived(persisting, Talk, 1, 2)
    clock.seconds += 3601.0
    persisting.start()
    assert begin(persisting, Talk, 2).state == Counted()
    persisting.close()


# -- the disk fails


def test_a_disk_that_fails_degrades_and_heals_without_losing_the_state(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    persisting = Persisting(tmp_path)
    counter = begin(persisting)
    persisting.until(lambda: healths(persisting, "persistence"))
    first = healths(persisting, "persistence")[0]
    assert first.health is Health.DEGRADED
    assert "state.lmdb" in first.reason
    assert first.remedy == "a file stands where the folder should be: move it away"
    count(persisting, 5)
    persisting.until(lambda: healths(persisting, "counter"))
    assert counter.state == Counted(5)
    (tmp_path / "data").unlink()
    persisting.world.advance(6.0)
    persisting.until(lambda: counter.version.epoch and counter.version == counter.committed)
    assert counter.state == Counted(5)
    persisting.world.advance(6.0)
    persisting.until(lambda: healths(persisting)[-1].health is Health.OK)
    assert {h.address: h.health for h in healths(persisting)} == {
        "counter": Health.OK,
        "persistence": Health.OK,
    }
    stop(persisting, "counter")
    assert persisting.world.failures["persistence"] is None
    persisting.start()
    assert begin(persisting, number=2).state == Counted(5)
    persisting.close()


@pytest.mark.posix("limits the size of files by rlimit")
def test_a_full_disk_keeps_the_state_in_memory_and_takes_it_later(persisting: Persisting) -> None:
    import resource

    whole(persisting, 1, 1)
    persisting.until(lambda: persisting.asker.of(Committed))
    size = (persisting.path / "data.mdb").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20_000, hard))
    try:
        whole(persisting, 1, 2, os.urandom(200_000))
        persisting.until(lambda: persisting.asker.of(Buffered))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert persisting.asker.of(Buffered)[0].why
    assert healths(persisting)[-1].health is Health.DEGRADED
    assert "disk is full" in healths(persisting)[-1].remedy
    persisting.world.advance(2.0)
    persisting.until(lambda: healths(persisting)[-1].health is Health.OK)
    assert Committed("system", Version(1, 2)) in persisting.asker.messages
    assert load(persisting).version == Version(1, 2)


def test_a_disk_that_does_not_answer_is_said_and_nobody_waits_for_it(
    persisting: Persisting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persistence_module, "STUCK", 0.05)
    counter = begin(persisting)
    answers = threading.Event()
    Database.fault = staticmethod(lambda point: answers.wait(20.0) and None)

    def said(health: Health) -> bool:
        persisting.world.advance(1.0)
        return bool(healths(persisting, "persistence")) and healths(persisting)[-1].health is health

    count(persisting, 1)
    persisting.until(lambda: said(Health.DEGRADED))
    assert "the disk has not answered for" in healths(persisting, "persistence")[0].reason
    count(persisting, 2)
    assert counter.state == Counted(2)
    answers.set()
    persisting.until(lambda: said(Health.OK))
    settled(persisting, counter)


def test_states_that_could_not_be_written_are_named_by_the_stop(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    persisting = Persisting(tmp_path)
    whole(persisting, 7, 1)
    stop(persisting)
    failure = persisting.world.failures["persistence"]
    assert failure is not None
    assert failure.kind == "PersistenceError"
    assert "system" in failure.text


# -- recovery, each by real damage


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_newest_copy_costs_nothing(persisting: Persisting, kind: type[Counter]) -> None:
    lived(persisting, kind, 1, 2, 3)
    altered(persisting, newest_copy(persisting, kind.domain), flip)
    persisting.start()
    again = begin(persisting, kind, 2)
    assert again.state == Counted(3)
    stop(persisting, kind.domain)
    persisting.start()
    assert begin(persisting, kind, 3).state == Counted(3)


def last_change_lost(persisting: Persisting) -> None:
    """Counts to 3 and is killed; the change to 3 is damaged then, wherever it lies in the file."""
    counter = begin(persisting)
    for value in (1, 2, 3):
        count(persisting, value)
        settled(persisting, counter)
    persisting.world.lives["counter"].fence()
    stop(persisting)
    file = persisting.path / "data.mdb"
    data = file.read_bytes()
    lost = [record for record in scan(data) if record.version == counter.version]
    assert lost
    for record in lost:
        data = data.replace(pack_record(record), flip(pack_record(record)))
    file.write_bytes(data)


def test_a_damaged_change_costs_what_follows_and_is_said_until_the_state_is_whole_again(
    persisting: Persisting,
) -> None:
    last_change_lost(persisting)
    persisting.start()
    again = begin(persisting, number=2)
    assert again.state == Counted(2)
    persisting.until(lambda: healths(persisting, "persistence"))
    said = healths(persisting, "persistence")[0]
    assert said.health is Health.DEGRADED
    assert "log/counter/" in said.reason
    assert "backup" in said.remedy
    count(persisting, 9)
    settled(persisting, again)
    persisting.until(lambda: healths(persisting, "persistence")[-1].health is Health.OK)
    stop(persisting, "counter")
    persisting.start()
    assert begin(persisting, number=3).state == Counted(9)


def test_after_damage_all_is_whole_again_without_any_change(persisting: Persisting) -> None:
    last_change_lost(persisting)
    persisting.start()
    begin(persisting, number=2)
    persisting.until(
        lambda: (
            healths(persisting, "persistence") and healths(persisting, "persistence")[-1].health is Health.OK
        )
    )
    persisting.world.lives["counter"].fence()
    stop(persisting)
    before = len(healths(persisting, "persistence"))
    persisting.start()
    assert begin(persisting, number=3).state == Counted(2)
    persisting.world.run()
    assert len(healths(persisting, "persistence")) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: damage_file(path, 0, 8192),
    ],
    ids=["torn off", "without its head"],
)
def test_a_database_that_nothing_can_open_gives_back_what_it_holds(
    persisting: Persisting, kind: type[Counter], damage: Callable[[Path], None]
) -> None:
    lived(persisting, kind, 1, 2, 3)
    damage(persisting.path / "data.mdb")
    persisting.start()
    again = begin(persisting, kind, 2)
    persisting.until(lambda: healths(persisting, "persistence"))
    assert "a new one begun" in healths(persisting, "persistence")[0].reason
    count(persisting, again.state.count + 10, kind.domain)
    stop(persisting, kind.domain)
    persisting.start()
    assert begin(persisting, kind, 3).state == Counted(again.state.count)


def test_without_its_database_a_file_domain_is_given_its_copy_in_a_file(persisting: Persisting) -> None:
    lived(persisting, Met, 1, 2, 3)
    shutil.rmtree(persisting.path)
    persisting.start()
    assert begin(persisting, Met, 2).state == Counted(3)
    persisting.until(lambda: healths(persisting, "persistence"))
    assert "older than the snapshots in files" in healths(persisting, "persistence")[0].reason


def test_when_nothing_is_left_it_begins_anew_and_says_so(persisting: Persisting) -> None:
    counter = lived(persisting, Counter, 1, 2, 3)
    damage_file(persisting.path / "data.mdb", 0, (persisting.path / "data.mdb").stat().st_size)
    persisting.start()
    again = begin(persisting, number=2)
    assert again.state == Counted()
    assert again.version.epoch > counter.version.epoch
    persisting.until(lambda: healths(persisting, "persistence"))
    assert healths(persisting, "persistence")[0].health is Health.DEGRADED
    count(persisting, 7)
    settled(persisting, again)
    stop(persisting, "counter")
    persisting.start()
    assert begin(persisting, number=3).state == Counted(7)


def test_a_whole_record_that_is_no_sound_state_gives_way_to_the_one_before(persisting: Persisting) -> None:
    """No sum tells of it: the domain itself refuses what it was given."""
    counter = begin(persisting)
    count(persisting, 3)
    settled(persisting, counter)
    version = counter.version
    persisting.world.lives["counter"].fence()
    bad = pack(difference(Document(Counted(3)), Document(Counted(-5))))
    poison = SaveChange("counter", 1, version, Version(version.epoch, version.n + 1), bad)
    persisting.world.tell("persistence", poison, sender="asker")
    persisting.until(lambda: persisting.asker.of(Committed))
    stop(persisting)
    persisting.start()
    again = begin(persisting, number=2)
    assert again.state == Counted(3)
    assert "cannot be used" in healths(persisting, "counter")[0].reason
    count(persisting, 4)
    settled(persisting, again)
    stop(persisting, "counter")
    persisting.start()
    assert begin(persisting, number=3).state == Counted(4)


@pytest.mark.posix("removes what is open")
@pytest.mark.parametrize("kind", KINDS)
def test_a_database_removed_while_in_use_is_begun_anew_with_the_state(
    persisting: Persisting, kind: type[Counter]
) -> None:
    counter = begin(persisting, kind)
    count(persisting, 1, kind.domain)
    persisting.until(lambda: not counter._writer.busy)
    shutil.rmtree(persisting.path)
    count(persisting, 2, kind.domain)
    persisting.until(lambda: not counter._writer.busy)
    stop(persisting, kind.domain)
    persisting.start()
    assert begin(persisting, kind, 2).state == Counted(2)


def test_a_part_of_the_state_goes_where_the_database_keeps_it(persisting: Persisting) -> None:
    lived(persisting, Counter, 1)
    assert newest_copy(persisting, "counter") in {part_key("counter", slot, 0) for slot in (0, 1)}
