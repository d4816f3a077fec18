"""Backups by persistence: asked for, on schedule, and used when nothing else is left."""

import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.kernel.protocol.storage import (
    ErasureRecorded,
    LoadState,
    RecordErasure,
    SaveSnapshot,
    StateLoaded,
    Version,
)
from actors.persistence.backup import backups
from actors.persistence.backup import file as backup_file
from actors.persistence.backup.backups import BEFORE_RESTORE, kept_in, name_for
from actors.persistence.backup.file import Backup, read
from actors.persistence.backup.schedule import FIRST_AFTER
from actors.persistence.messages import BackupFailed, BackupMade, MakeBackup
from actors.persistence.store.database import Database
from actors.persistence.store.errors import StoreError
from tests.actors.persistence.conftest import Persisting

DAY = 86_400.0
NOW = 1_700_000_000.0


class WallClock(SimpleNamespace):
    """Stands in for the module `time` where backups are made, and moves by hand only."""

    def __init__(self) -> None:
        super().__init__(now=NOW, strftime=time.strftime, strptime=time.strptime, gmtime=time.gmtime)

    def time(self) -> float:
        return float(self.now)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    clock = WallClock()
    monkeypatch.setattr(backups, "time", clock)
    return clock


@pytest.fixture
def often(tmp_path: Path) -> Iterator[Persisting]:
    """One that makes a backup every hour, and keeps three."""
    persisting = Persisting(tmp_path, backup_interval=3600.0, backup_keep=3)
    yield persisting
    persisting.close()


def state(count: int) -> bytes:
    return msgspec.msgpack.encode({"state": {"count": count}, "subscriptions": ()})


def save(persisting: Persisting, n: int, domain: str = "system", purge_older: bool = False) -> None:
    message = SaveSnapshot(domain, 1, Version(1, n), 0, 1, state(n), purge_older)
    persisting.world.tell("persistence", message, sender="asker")
    persisting.world.run()


def dead_letter(persisting: Persisting, hash_: str) -> None:
    persisting.asker.clear()
    persisting.world.tell("persistence", RecordErasure("users", (hash_,), 5.0), sender="asker")
    persisting.until(lambda: persisting.asker.of(ErasureRecorded))


def ask(persisting: Persisting, **fields: object) -> BackupMade | BackupFailed:
    persisting.asker.clear()
    persisting.world.tell("persistence", MakeBackup(**fields), sender="asker")  # type: ignore[arg-type]
    found = lambda: (*persisting.asker.of(BackupMade), *persisting.asker.of(BackupFailed))  # noqa: E731
    persisting.until(found)
    return found()[0]


def made(persisting: Persisting, **fields: object) -> Backup:
    answer = ask(persisting, **fields)
    assert isinstance(answer, BackupMade), answer
    return read(Path(answer.path))


def load(persisting: Persisting, domain: str) -> StateLoaded:
    persisting.asker.clear()
    persisting.world.tell("persistence", LoadState(domain), sender="asker")
    persisting.until(lambda: persisting.asker.of(StateLoaded))
    found: StateLoaded = persisting.asker.of(StateLoaded)[0]
    return found


def folder(persisting: Persisting) -> Path:
    return persisting.home / "data" / "backups"


def health(persisting: Persisting) -> HealthChanged | None:
    found = persisting.world.supervisor.of(HealthChanged)
    return found[-1] if found else None


def wait(persisting: Persisting, seconds: float) -> None:
    """Let time pass in the virtual world, and the writer finish what it was given."""
    persisting.world.advance(seconds)
    settle(persisting)


def settle(persisting: Persisting) -> None:
    writer = persisting.world.lives["persistence"].actor._writer  # type: ignore[attr-defined]
    persisting.until(
        lambda: not writer._waiting and not writer.stuck and not writer.write_behind.backup.backups.at_work
    )


# -- asked for


def test_a_backup_holds_every_domain_also_what_is_in_memory_only(persisting: Persisting) -> None:
    for domain in ("system", "users", "conversation"):
        save(persisting, 4, domain)
    persisting.world.tell("persistence", RecordErasure("users", ("hash",), 7.0), sender="asker")
    found = made(persisting)
    assert {name: held.version for name, held in found.header.domains.items()} == dict.fromkeys(
        ("conversation", "system", "users"), Version(1, 4)
    )
    assert found.content.tombstones == {"hash": 7.0}
    assert found.path.parent == folder(persisting)


def test_it_is_named_by_its_time_and_never_replaces_one(persisting: Persisting, wall: WallClock) -> None:
    save(persisting, 1)
    names = [made(persisting).path.name for _ in range(2)]
    assert names == ["gerald-20231114T221320Z.backup", "gerald-20231114T221321Z.backup"]


def test_it_can_be_made_elsewhere(persisting: Persisting, tmp_path: Path) -> None:
    save(persisting, 1)
    assert made(persisting, to=str(tmp_path / "stick")).path.parent == tmp_path / "stick"


def test_the_epochs_are_in_it(persisting: Persisting) -> None:
    epoch = load(persisting, "system").epoch
    save(persisting, 1)
    assert made(persisting).content.epochs == {"system": epoch}


def test_none_can_be_encrypted_without_a_key(persisting: Persisting) -> None:
    save(persisting, 1)
    answer = ask(persisting, encrypt=True)
    assert isinstance(answer, BackupFailed)
    assert "no" in answer.why
    assert "supervisor restart persistence" in answer.remedy
    assert kept_in(folder(persisting)) == ()


def test_a_folder_that_cannot_be_is_told(persisting: Persisting, tmp_path: Path) -> None:
    save(persisting, 1)
    (tmp_path / "file").touch()
    answer = ask(persisting, to=str(tmp_path / "file" / "folder"))
    assert isinstance(answer, BackupFailed)
    assert str(tmp_path / "file") in answer.why


def test_none_is_made_while_the_disk_does_not_have_everything(persisting: Persisting) -> None:
    def full(point: str) -> None:
        raise OSError(28, "No space left on device")

    save(persisting, 1)
    made(persisting)
    Database.fault = staticmethod(full)
    save(persisting, 2)
    answer = ask(persisting)
    assert isinstance(answer, BackupFailed)
    assert "No space left" in answer.why


# -- on schedule


def test_none_is_made_in_the_first_minute_and_one_after_it(often: Persisting) -> None:
    save(often, 1)
    wait(often, FIRST_AFTER - 1.0)
    assert kept_in(folder(often)) == ()
    wait(often, 2.0)
    (only,) = kept_in(folder(often))
    assert read(only.path).header.domains["system"].version == Version(1, 1)


def test_it_is_made_an_interval_after_the_newest_whoever_made_that(
    often: Persisting, wall: WallClock
) -> None:
    save(often, 1)
    made(often)
    wait(often, 2 * FIRST_AFTER)
    assert len(kept_in(folder(often))) == 1
    wall.now += 3600.0
    wait(often, FIRST_AFTER)
    assert len(kept_in(folder(often))) == 2
    wait(often, 10 * FIRST_AFTER)
    assert len(kept_in(folder(often))) == 2


def test_only_so_many_are_kept_and_nothing_else_is_touched(often: Persisting, wall: WallClock) -> None:
    save(often, 1)
    folder(often).mkdir(parents=True)
    others = {name_for(folder(often), 1.0, BEFORE_RESTORE), folder(often) / "notes.txt"}
    for other in others:
        other.touch()
    for _ in range(5):
        wall.now += 3600.0
        wait(often, FIRST_AFTER)
    newest = [kept.made_at for kept in kept_in(folder(often))]
    assert newest == [wall.now, wall.now - 3600.0, wall.now - 7200.0]
    assert others <= set(folder(often).iterdir())


def test_with_an_interval_of_0_none_is_made(tmp_path: Path) -> None:
    never = Persisting(tmp_path, backup_interval=0.0)
    save(never, 1)
    wait(never, 10 * FIRST_AFTER)
    assert not folder(never).exists()
    never.close()


def test_a_failure_is_said_tried_again_and_forgotten_when_it_works(
    often: Persisting, wall: WallClock
) -> None:
    save(often, 1)
    folder(often).parent.mkdir(exist_ok=True)
    folder(often).write_text("a file in its place")
    wait(often, FIRST_AFTER + 1.0)
    said = health(often)
    assert said is not None
    assert said.health is Health.DEGRADED
    assert str(folder(often)) in said.reason
    assert "file stands where the folder should be" in said.remedy
    folder(often).unlink()
    wait(often, FIRST_AFTER)
    assert not folder(often).exists()  # not yet: the wall clock has not moved
    wall.now += 60.0
    wait(often, FIRST_AFTER)
    assert len(kept_in(folder(often))) == 1
    said = health(often)
    assert said is not None
    assert said.health is Health.OK


# -- when nothing else is left


def spoil(persisting: Persisting, *domains: str) -> None:
    """Every copy and change of these domains is damaged, in the database and in files."""

    def change(txn: object) -> None:
        for domain in domains:
            for kind in ("copy", "log"):
                for key in txn.keys(f"{kind}/{domain}/"):  # type: ignore[attr-defined]
                    value = txn.get(key)  # type: ignore[attr-defined]
                    txn.put(key, value[:-1] + bytes((value[-1] ^ 1,)))  # type: ignore[attr-defined]

    life = persisting.world.lives["persistence"]
    writer = life.actor._writer  # type: ignore[attr-defined]
    end = time.monotonic() + 60.0
    while writer.stuck > 0.0 or writer.write_behind.is_untidy:  # a copy that is just being made would be left
        assert time.monotonic() < end
        life.step(0.05)
    writer.write_behind.store.database.change("damaging", change)
    for domain in domains:
        for file in (persisting.home / "data" / "state" / domain).glob("*.state"):
            file.write_bytes(b"\0" * file.stat().st_size)


def started_again(persisting: Persisting) -> None:
    """As another process would: nothing is left in memory."""
    persisting.close()
    persisting.start()


def test_a_domain_of_which_nothing_is_left_gets_what_a_backup_has(persisting: Persisting) -> None:
    for n in (1, 2):
        save(persisting, n, "users")
    made(persisting)
    save(persisting, 3, "users")
    save(persisting, 5, "system")
    settle(persisting)
    spoil(persisting, "users")
    started_again(persisting)
    found = load(persisting, "users")
    assert (found.version, found.parts) == (Version(1, 2), (state(2),))
    assert found.epoch > 1
    assert "in a backup is used" in found.note
    persisting.until(lambda: health(persisting) is not None)
    said = health(persisting)
    assert said is not None
    assert said.health is Health.DEGRADED
    assert "in a backup is used" in said.reason
    assert load(persisting, "system").version == Version(1, 5)  # what is whole is not touched


def test_a_database_whose_file_is_gone_gets_what_a_backup_has(persisting: Persisting) -> None:
    save(persisting, 1)
    load(persisting, "system")
    dead_letter(persisting, "anna")
    made(persisting)
    persisting.close()
    (persisting.path / "data.mdb").unlink()
    persisting.start()
    found = load(persisting, "system")
    assert found.parts == (state(1),)
    assert "in a backup is used" in found.note
    assert found.erased == {"anna": 5.0}  # an older backup, restored, must not bring them back


def test_a_new_home_takes_nothing_from_backups_by_itself_but_who_is_forgotten(persisting: Persisting) -> None:
    save(persisting, 1)
    dead_letter(persisting, "anna")
    made(persisting)
    persisting.close()
    shutil.rmtree(persisting.path)
    persisting.start()
    found = load(persisting, "system")
    assert (found.parts, found.note) == ((), "")
    assert found.erased == {"anna": 5.0}


def test_who_is_forgotten_stays_so_when_the_database_is_removed_under_a_running_instance(
    persisting: Persisting,
) -> None:
    save(persisting, 1)
    dead_letter(persisting, "anna")
    load(persisting, "system")
    shutil.rmtree(persisting.path)
    save(persisting, 2)
    assert load(persisting, "system").erased == {"anna": 5.0}
    started_again(persisting)
    assert load(persisting, "system").erased == {"anna": 5.0}


def test_a_damaged_backup_is_passed_over(persisting: Persisting, wall: WallClock) -> None:
    save(persisting, 1, "users")
    made(persisting)
    wall.now += DAY
    save(persisting, 2, "users")
    newer = made(persisting)
    data = newer.path.read_bytes()
    newer.path.write_bytes(data[:-1])
    spoil(persisting, "users")
    started_again(persisting)
    assert load(persisting, "users").version == Version(1, 1)


def test_with_no_backup_of_use_it_begins_anew_and_says_so(persisting: Persisting) -> None:
    save(persisting, 1, "users")
    settle(persisting)
    spoil(persisting, "users")
    started_again(persisting)
    found = load(persisting, "users")
    assert found.parts == ()
    assert "damaged" in found.note


def test_a_folder_that_cannot_be_read_keeps_nobody_from_starting(
    persisting: Persisting, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(persisting, 1, "users")
    settle(persisting)
    spoil(persisting, "users")
    started_again(persisting)
    monkeypatch.setattr(backups, "kept_in", _refuse)
    found = load(persisting, "users")
    assert (found.parts, found.held) == ((), True)


def _refuse(folder: Path, *kinds: str) -> tuple[object, ...]:
    raise StoreError(f"{folder}: permission denied", "give the bot's user the right to read there")


def test_what_a_killed_process_left_half_written_is_removed(often: Persisting) -> None:
    save(often, 1)
    folder(often).mkdir(parents=True)
    half = folder(often) / "gerald-20200101T000000Z.backup.new"
    half.touch()
    wait(often, FIRST_AFTER + 1.0)
    assert len(list(folder(often).iterdir())) == 1
    assert not half.exists()


def test_what_is_checked_is_what_lies_on_the_disk(
    persisting: Persisting, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(persisting, 1)
    write = backup_file._write

    def faulty(path: Path, pieces: Iterable[bytes]) -> None:
        write(path, pieces)
        data = path.read_bytes()
        path.write_bytes(data[:200] + b"!" + data[201:])

    monkeypatch.setattr(backup_file, "_write", faulty)
    answer = ask(persisting)
    assert isinstance(answer, BackupFailed)
    assert "is damaged" in answer.why
    assert list(folder(persisting).iterdir()) == []


def test_a_name_that_is_no_time_is_no_backup(tmp_path: Path) -> None:
    for name in ("gerald-20239914T221320Z.backup", "gerald-x.backup", "other.backup"):
        (tmp_path / name).touch()
    assert kept_in(tmp_path) == ()
    assert kept_in(tmp_path / "nowhere") == ()
    (tmp_path / "gerald-20231114T221320Z.backup").touch()
    assert [kept.made_at for kept in kept_in(tmp_path)] == [NOW]
    assert time.gmtime(NOW).tm_year == 2023
