"""The clerk's decisions: what is written when; and nothing is lost while the disk fails, nor overwritten unread."""

import errno
import itertools
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from actors.kernel.message import Asker, Message
from actors.kernel.protocol.storage import (
    Buffered,
    Committed,
    ErasureRecorded,
    LoadState,
    RecordErasure,
    SaveChange,
    SaveFailed,
    SaveSnapshot,
    SnapshotWanted,
    StateKilled,
    StateLoaded,
    Version,
)
from actors.persistence import domain_log as ledger_module
from actors.persistence.backup.backups import OUTDATED, kept_in
from actors.persistence.backup.file import listed
from actors.persistence.open_store import open_backups, open_store
from actors.persistence.requests import StoreOutcome, StoreRequest
from actors.persistence.store.database import Database
from actors.persistence.store.encryption import StoreEncryption, UnavailableCipher
from actors.persistence.store.snapshots.in_database import part_key
from actors.persistence.write_behind import LONGEST_NAME, WriteBehind
from config.schema import Storage
from tests.actors.persistence.conftest import HandClock
from tests.doubles.sealer import XorSealer

MIB = 2**20
TRY = None
"""What the actor asks when it wants to know whether the disk is well."""

_numbers = itertools.count(1)


def clerk_at(home: Path, **settings: object) -> WriteBehind:
    storage = Storage(map_size=MIB, **settings)
    return WriteBehind(open_store(storage, home), storage, backups=open_backups(storage, home))


Asked = LoadState | SaveChange | SaveSnapshot | RecordErasure | StateKilled | None


def outcomes(write_behind: WriteBehind, *messages: Asked) -> tuple[StoreOutcome, ...]:
    def address(message: Asked) -> str:
        return message.domain if message is not None else ""

    return write_behind.work(
        [StoreRequest(m, Asker(address(m), f"asker/1/{next(_numbers)}")) for m in messages]
    )


def work(write_behind: WriteBehind, *messages: Asked) -> tuple[Message, ...]:
    return tuple(outcome.message for outcome in outcomes(write_behind, *messages))


def whole(epoch: int, n: int, domain: str = "users", payload: bytes = b"") -> SaveSnapshot:
    return SaveSnapshot(domain, 1, Version(epoch, n), 0, 1, payload or f"{epoch}.{n}".encode())


def change(epoch: int, n: int, domain: str = "users", base: Version | None = None) -> SaveChange:
    before = Version(epoch, n - 1) if base is None else base
    return SaveChange(domain, 1, before, Version(epoch, n), f"to {epoch}.{n}".encode())


def load(write_behind: WriteBehind, domain: str = "users", refused: tuple[Version, ...] = ()) -> StateLoaded:
    found = work(write_behind, LoadState(domain, refused))
    (loaded,) = (message for message in found if isinstance(message, StateLoaded))
    return loaded


def content(loaded: StateLoaded) -> tuple[bytes, ...]:
    return (*loaded.parts, *(change.patch for change in loaded.changes))


def flip(write_behind: WriteBehind, key: str) -> None:
    def changed(value: bytes) -> bytes:
        assert value, key
        return value[:-1] + bytes((value[-1] ^ 1,))

    database = write_behind.store.database
    database.change("damaging", lambda txn: txn.put(key, changed(txn.get(key) or b"")))


class Disk:
    """A disk that fails from time to time."""

    def __init__(self) -> None:
        self.fails = False
        Database.fault = staticmethod(self._fault)

    def _fault(self, point: str) -> None:
        if self.fails and point.startswith("before"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def disk() -> Disk:
    return Disk()


# -- saving


def test_changes_of_several_domains_are_committed_each_in_its_version(write_behind: WriteBehind) -> None:
    asked = (whole(1, 1), change(1, 2), whole(1, 1, "world"), change(1, 3), change(1, 2, "world"))
    assert work(write_behind, *asked) == tuple(Committed(m.domain, m.version) for m in asked)
    assert content(load(write_behind)) == (b"1.1", b"to 1.2", b"to 1.3")
    assert content(load(write_behind, "world")) == (b"1.1", b"to 1.2")


def test_a_load_sees_what_was_handed_over_before_it(write_behind: WriteBehind) -> None:
    answer = work(write_behind, whole(1, 1), LoadState("users"))[1]
    assert answer == StateLoaded("users", 2, Version(1, 1), 1, (b"1.1",))


def test_the_next_process_is_given_what_was_committed(tmp_path: Path) -> None:
    write_behind = clerk_at(tmp_path)
    epoch = load(write_behind).epoch
    work(write_behind, whole(epoch, 1), change(epoch, 2))
    write_behind.close()
    write_behind = clerk_at(tmp_path)
    loaded = load(write_behind)
    write_behind.close()
    assert content(loaded) == (b"1.1", b"to 1.2")
    assert (loaded.version, loaded.epoch, loaded.held, loaded.note) == (Version(1, 2), 2, True, "")


def test_changes_build_on_what_was_loaded(tmp_path: Path) -> None:
    for life in range(1, 5):
        write_behind = clerk_at(tmp_path)
        loaded = load(write_behind)
        assert loaded.epoch == life
        first = change(life, 1, base=loaded.version) if loaded.parts else whole(life, 1)
        assert work(write_behind, first, change(life, 2)) == (
            Committed("users", Version(life, 1)),
            Committed("users", Version(life, 2)),
        )
        write_behind.close()
    write_behind = clerk_at(tmp_path)
    assert len(load(write_behind).changes) == 7
    write_behind.close()


def test_an_older_version_is_acknowledged_but_does_not_replace_the_newer(write_behind: WriteBehind) -> None:
    work(write_behind, whole(2, 5))
    for older in (whole(2, 4), whole(1, 9), change(2, 5), change(2, 3)):
        assert work(write_behind, older) == (Committed("users", older.version),)
    assert content(load(write_behind)) == (b"2.5",)


def test_a_change_that_follows_on_nothing_is_refused_until_the_whole_state_comes(
    write_behind: WriteBehind,
) -> None:
    work(write_behind, whole(1, 1))
    (refused,) = work(write_behind, change(1, 7))
    assert isinstance(refused, SaveFailed)
    assert refused.snapshot
    assert work(write_behind, whole(1, 7), change(1, 8))[1] == Committed("users", Version(1, 8))


def test_a_change_before_anything_was_loaded_or_handed_over_whole_is_refused(
    write_behind: WriteBehind,
) -> None:
    (refused,) = work(write_behind, change(1, 1))
    assert isinstance(refused, SaveFailed)
    assert refused.snapshot


def test_only_the_last_part_is_answered(write_behind: WriteBehind) -> None:
    parts = [SaveSnapshot("users", 1, Version(1, 1), n, 3, str(n).encode()) for n in range(3)]
    found = outcomes(write_behind, *parts)
    assert [o.message for o in found] == [Committed("users", Version(1, 1))]
    assert load(write_behind).parts == (b"0", b"1", b"2")


def test_a_request_that_can_never_be_fulfilled_does_not_spoil_the_group(
    write_behind: WriteBehind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "LARGEST", 1000)
    bad = (
        whole(1, 1, ""),
        whole(1, 1, "d" * (LONGEST_NAME + 1)),
        whole(1, 1, "a/b"),
        whole(1, 1, payload=bytes(1001)),
    )
    found = work(write_behind, *bad, whole(1, 1, "world"))
    assert [type(message) for message in found] == [SaveFailed] * 4 + [Committed]
    assert not any(message.snapshot for message in found if isinstance(message, SaveFailed))
    assert write_behind.health.trouble is None


# -- by policy


@pytest.mark.parametrize("domain", ["users", "world", "system", "anything"])
def test_files_and_database_domains_are_committed_at_once(write_behind: WriteBehind, domain: str) -> None:
    assert work(write_behind, whole(1, 1, domain)) == (Committed(domain, Version(1, 1)),)
    assert work(write_behind, change(1, 2, domain)) == (Committed(domain, Version(1, 2)),)
    assert write_behind.logs.unwritten == ()
    assert write_behind.due_in() is None


@pytest.mark.parametrize("domain", ["conversation", "avatar"])
def test_memory_domains_are_kept_and_committed_when_the_interval_is_over(
    tmp_path: Path, clock: HandClock, domain: str
) -> None:
    write_behind = clerk_at(tmp_path, snapshot_interval=3.0)
    assert work(write_behind, whole(1, 1, domain)) == (Buffered(domain, Version(1, 1)),)
    clock.seconds += 1.0
    assert work(write_behind, change(1, 2, domain)) == (Buffered(domain, Version(1, 2)),)
    assert write_behind.logs.unwritten == (domain,)
    assert write_behind.due_in() == 2.0
    clock.seconds += 2.0
    assert write_behind.due_in() == 0.0
    (told,) = outcomes(write_behind)
    assert told == StoreOutcome(Asker(domain, ""), Committed(domain, Version(1, 2)))
    assert (write_behind.logs.unwritten, write_behind.due_in()) == ((), None)
    assert outcomes(write_behind) == ()
    write_behind.close()


def test_a_memory_domain_does_not_wait_longer_because_others_are_written(
    tmp_path: Path, clock: HandClock
) -> None:
    write_behind = clerk_at(tmp_path, snapshot_interval=3.0)
    work(write_behind, whole(1, 1, "conversation"))
    clock.seconds += 2.9
    assert work(write_behind, whole(1, 1)) == (Committed("users", Version(1, 1)),)
    assert write_behind.logs.unwritten == ("conversation",)
    clock.seconds += 0.2
    assert set(work(write_behind, change(1, 2))) == {
        Committed("users", Version(1, 2)),
        Committed("conversation", Version(1, 1)),
    }
    write_behind.close()


def test_copies_of_file_domains_are_in_files_too(write_behind: WriteBehind, tmp_path: Path) -> None:
    work(write_behind, whole(1, 1), whole(1, 1, "world"), whole(1, 1, "system"), change(1, 2))
    folders = {path.name: list(path.iterdir()) for path in (tmp_path / "data" / "state").iterdir()}
    assert {name: len(files) for name, files in folders.items()} == {"users": 1, "world": 1}


def test_a_state_that_is_older_than_its_time_to_live_has_expired(tmp_path: Path, clock: HandClock) -> None:
    def expired(domain: str) -> bool:
        write_behind = clerk_at(tmp_path)
        loaded = load(write_behind, domain)
        write_behind.close()
        assert loaded.parts
        return loaded.expired

    write_behind = clerk_at(tmp_path)
    work(write_behind, *(whole(1, 1, domain) for domain in ("avatar", "conversation", "users")), TRY)
    write_behind.close()
    clock.seconds += 299.0
    assert not expired("avatar")
    clock.seconds += 2.0
    assert expired("avatar")
    assert not expired("conversation")
    clock.seconds += 3600.0
    assert expired("conversation")
    clock.seconds += 10.0**8
    assert not expired("users")


def test_a_change_makes_a_state_young_again(tmp_path: Path, clock: HandClock) -> None:
    write_behind = clerk_at(tmp_path)
    work(write_behind, whole(1, 1, "avatar"))
    clock.seconds += 299.0
    work(write_behind, change(1, 2, "avatar"))
    clock.seconds += 299.0
    assert not load(write_behind, "avatar").expired
    clock.seconds += 2.0
    assert load(write_behind, "avatar").expired
    write_behind.close()


def test_what_has_been_in_memory_for_too_long_is_read_from_the_disk_again(
    tmp_path: Path, clock: HandClock
) -> None:
    write_behind = clerk_at(tmp_path)
    work(write_behind, whole(1, 1), change(1, 2), whole(1, 1, "conversation"))
    clock.seconds += write_behind.logs.cache.ttl + 1.0
    write_behind.logs.sweep()
    assert content(load(write_behind)) == (b"1.1", b"to 1.2")
    assert content(load(write_behind, "conversation")) == (b"1.1",)
    assert work(write_behind, change(3, 1, base=Version(1, 2))) == (Committed("users", Version(3, 1)),)
    write_behind.close()


# -- whole states wanted


def test_after_so_many_changes_the_whole_state_is_wanted_once(tmp_path: Path) -> None:
    write_behind = clerk_at(tmp_path, snapshot_changes=3)
    work(write_behind, whole(1, 1))
    assert work(write_behind, change(1, 2), change(1, 3)) == (
        Committed("users", Version(1, 2)),
        Committed("users", Version(1, 3)),
    )
    found = outcomes(write_behind, change(1, 4))
    assert [o.message for o in found] == [Committed("users", Version(1, 4)), SnapshotWanted("users")]
    assert found[1].asker == Asker("users", "")
    assert work(write_behind, change(1, 5)) == (Committed("users", Version(1, 5)),)
    work(write_behind, whole(1, 5))
    assert work(write_behind, change(1, 6), change(1, 7)) == (
        Committed("users", Version(1, 6)),
        Committed("users", Version(1, 7)),
    )
    assert work(write_behind, change(1, 8))[1] == SnapshotWanted("users")
    write_behind.close()


def test_a_domain_that_does_not_hand_it_over_comes_to_a_hard_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "HARD_LIMIT", 5)
    write_behind = clerk_at(tmp_path, snapshot_changes=3)
    work(write_behind, whole(1, 1))
    for n in range(2, 7):
        assert Committed("users", Version(1, n)) in work(write_behind, change(1, n))
    (refused,) = work(write_behind, change(1, 7))
    assert isinstance(refused, SaveFailed)
    assert refused.snapshot
    assert len(load(write_behind).changes) == 5
    write_behind.close()


def test_many_changes_that_were_loaded_make_the_whole_state_wanted_at_the_first(tmp_path: Path) -> None:
    write_behind = clerk_at(tmp_path, snapshot_changes=100)
    work(write_behind, whole(1, 1), *(change(1, n) for n in range(2, 10)))
    write_behind.close()
    write_behind = clerk_at(tmp_path, snapshot_changes=5)
    loaded = load(write_behind)
    first = change(loaded.epoch, 1, base=loaded.version)
    assert SnapshotWanted("users") in work(write_behind, first)
    write_behind.close()


# -- who is forgotten


def test_an_erasure_takes_the_kept_voice_along_and_is_not_confirmed_without(tmp_path: Path) -> None:
    storage, voices = Storage(map_size=MIB), tmp_path / "voices"
    write_behind = WriteBehind(open_store(storage, tmp_path), storage, voices=voices)
    voices.mkdir()
    for name in ("aa.voice", "bb.voice"):
        (voices / name).write_bytes(b"sealed")
    assert work(write_behind, RecordErasure("users", ("aa",), 7.0)) == (ErasureRecorded("users", ("aa",)),)
    assert [file.name for file in voices.iterdir()] == ["bb.voice"]
    (voices / "cc.voice").mkdir()  # cannot be removed as a file
    (refused,) = work(write_behind, RecordErasure("users", ("cc",), 7.0))
    assert isinstance(refused, SaveFailed)
    assert str(voices / "cc.voice") in refused.why
    assert load(write_behind).erased == {"aa": 7.0}
    write_behind.close()


def test_an_erasure_takes_all_kept_pictures_along(tmp_path: Path) -> None:
    storage, pictures = Storage(map_size=MIB), tmp_path / "pictures"
    write_behind = WriteBehind(open_store(storage, tmp_path), storage, pictures=pictures)
    for hash_ in ("aa", "bb"):
        erased = ErasureRecorded("users", (hash_,))
        assert work(write_behind, RecordErasure("users", (hash_,), 7.0)) == (erased,)
        assert not pictures.exists() or list(pictures.iterdir()) == []
        pictures.mkdir(exist_ok=True)
        (pictures / "2026-01-03T15-30-45.123-0.jpg").write_bytes(b"somebody")
    write_behind.close()


@pytest.mark.skipif(
    not Path("/proc/self").is_dir(), reason="needs a folder of which nobody may remove a file"
)
def test_an_erasure_is_not_confirmed_while_a_picture_cannot_be_removed(tmp_path: Path) -> None:
    storage = Storage(map_size=MIB)
    write_behind = WriteBehind(open_store(storage, tmp_path), storage, pictures=Path("/proc/self"))
    (refused,) = work(write_behind, RecordErasure("users", ("cc",), 7.0))
    assert isinstance(refused, SaveFailed)
    assert "cannot be removed" in refused.why
    assert load(write_behind).erased == {}
    write_behind.close()


def test_tombstones_are_in_every_state_that_is_loaded_afterwards(tmp_path: Path) -> None:
    write_behind = clerk_at(tmp_path)
    work(write_behind, whole(1, 1), whole(1, 1, "conversation"))
    assert work(write_behind, RecordErasure("users", ("aa", "bb"), 7.0)) == (
        ErasureRecorded("users", ("aa", "bb")),
    )
    for domain in ("users", "conversation", "nobody"):
        assert load(write_behind, domain).erased == {"aa": 7.0, "bb": 7.0}
    write_behind.close()
    write_behind = clerk_at(tmp_path)
    assert work(write_behind, RecordErasure("users", ("cc",), 9.0)) == (ErasureRecorded("users", ("cc",)),)
    assert load(write_behind).erased == {"aa": 7.0, "bb": 7.0, "cc": 9.0}
    write_behind.close()


def test_a_tombstone_that_could_not_be_written_is_refused_and_never_written(
    write_behind: WriteBehind, disk: Disk
) -> None:
    work(write_behind, whole(1, 1))
    disk.fails = True
    (refused,) = work(write_behind, RecordErasure("users", ("aa",), 7.0))
    assert isinstance(refused, SaveFailed)
    assert "No space" in refused.why
    disk.fails = False
    assert work(write_behind, RecordErasure("users", ("bb",), 8.0)) == (ErasureRecorded("users", ("bb",)),)
    assert load(write_behind).erased == {"bb": 8.0}
    write_behind.close()
    assert write_behind.store.read_tombstones() == {"bb": 8.0}
    write_behind.close()


# -- states that kill


STATE = msgspec.msgpack.encode({"state": {}})


def test_a_state_that_kills_twice_is_set_aside_and_an_older_one_is_used_then_a_new_one(
    tmp_path: Path,
) -> None:
    write_behind = clerk_at(tmp_path)
    epoch = load(write_behind).epoch
    work(write_behind, whole(epoch, 1, payload=STATE))
    work(write_behind, whole(epoch, 2, payload=STATE))
    write_behind.close()
    write_behind = clerk_at(tmp_path)
    newest = load(write_behind).version
    assert newest.n == 2
    work(write_behind, StateKilled("users", newest))
    assert load(write_behind).version == newest, "once may be bad luck"
    work(write_behind, StateKilled("users", newest))
    older = load(write_behind)
    assert older.version.n == 1
    (entry,) = kept_in(tmp_path / "data" / "backups", OUTDATED)
    kept = entry.path
    assert f"died 2 times in a row of its stored state, version {newest}" in older.note
    assert str(kept) in older.note
    assert listed(kept).domains["users"].version == newest
    work(write_behind, StateKilled("users", older.version))
    new = load(write_behind)
    assert new.held
    assert new.parts == ()
    work(write_behind, whole(new.epoch, 1, payload=STATE))
    assert str(kept) in "".join(write_behind.health.damage.values()), (
        "still said when the new state is written"
    )
    assert load(write_behind).parts
    write_behind.close()


def test_a_state_that_kills_and_cannot_be_set_aside_is_given_to_nobody(tmp_path: Path) -> None:
    write_behind = clerk_at(tmp_path)
    work(write_behind, whole(load(write_behind).epoch, 1, payload=STATE))
    killer = load(write_behind).version
    (tmp_path / "data" / "backups").write_bytes(b"no folder")
    for _ in range(2):
        work(write_behind, StateKilled("users", killer))
    found = load(write_behind)
    assert not found.held
    assert found.parts == ()
    assert write_behind.store.read("users").chain is not None, "it is kept"


def test_an_actor_that_works_with_its_state_has_died_of_none(write_behind: WriteBehind) -> None:
    epoch = load(write_behind).epoch
    for n in range(1, 4):
        work(write_behind, whole(epoch, n))
        work(write_behind, StateKilled("users", Version(epoch, n)))
        assert load(write_behind).version == Version(epoch, n)


# -- while the disk fails


def block(write_behind: WriteBehind) -> Callable[[], None]:
    """Put a folder in the place of the lock; what takes it away again."""
    lock = write_behind.store.database.path / "lock.mdb"
    write_behind.store.database.close()
    lock.unlink()
    lock.mkdir()
    return lock.rmdir


def test_while_the_disk_fails_all_is_kept_and_written_when_it_heals(tmp_path: Path, disk: Disk) -> None:
    write_behind = clerk_at(tmp_path)
    epoch = load(write_behind).epoch
    work(write_behind, whole(epoch, 1))
    disk.fails = True
    for n in (2, 3):
        (kept,) = work(write_behind, change(epoch, n))
        assert isinstance(kept, Buffered)
        assert kept.version == Version(epoch, n)
        assert "No space left on device" in kept.why
    assert write_behind.health.trouble is not None
    assert "free some space" in write_behind.health.trouble.remedy
    assert write_behind.logs.unwritten == ("users",)
    assert work(write_behind, TRY) == ()
    assert write_behind.health.trouble is not None
    disk.fails = False
    found = outcomes(write_behind, TRY)
    assert found == (StoreOutcome(Asker("users", ""), Committed("users", Version(epoch, 3))),)
    assert (write_behind.health.trouble, write_behind.logs.unwritten) == (None, ())
    write_behind.close()
    write_behind = clerk_at(tmp_path)
    assert content(load(write_behind)) == (b"1.1", b"to 1.2", b"to 1.3")
    write_behind.close()


def test_the_next_change_writes_what_waits_too(write_behind: WriteBehind, disk: Disk) -> None:
    work(write_behind, whole(1, 1))
    disk.fails = True
    work(write_behind, change(1, 2), whole(1, 1, "world"), whole(1, 1, "conversation"))
    disk.fails = False
    found = work(write_behind, change(1, 3))
    assert Committed("users", Version(1, 3)) in found
    assert Committed("world", Version(1, 1)) in found
    assert write_behind.health.trouble is None
    assert write_behind.logs.unwritten == ("conversation",)


def test_a_disk_that_is_only_tried_is_found_well_again(write_behind: WriteBehind, disk: Disk) -> None:
    disk.fails = True
    work(write_behind, TRY)
    assert write_behind.health.trouble is not None
    disk.fails = False
    work(write_behind, TRY)
    assert write_behind.health.trouble is None


@pytest.mark.parametrize("handed", [change(1, 2), whole(1, 2)], ids=["a change", "whole"])
def test_a_domain_that_restarts_meanwhile_gets_its_newest_state(
    write_behind: WriteBehind, handed: SaveChange | SaveSnapshot
) -> None:
    first = load(write_behind).epoch
    work(write_behind, whole(first, 1))
    unblock = block(write_behind)
    work(write_behind, handed)
    again = load(write_behind)
    assert again.version == handed.version
    assert again.held
    assert again.epoch > first
    assert "not from the disk" in again.note
    follows = change(again.epoch, 1, base=again.version)
    (kept,) = work(write_behind, follows)
    assert isinstance(kept, Buffered)
    unblock()
    assert Committed("users", follows.version) in work(write_behind, TRY)
    write_behind.close()
    assert load(write_behind).version == follows.version
    write_behind.close()


@pytest.mark.parametrize("domain", ["users", "conversation"])
def test_it_does_so_however_long_the_disk_fails(
    tmp_path: Path, clock: HandClock, disk: Disk, domain: str
) -> None:
    """The whole state is not in memory any more then, but the changes that wait for the disk are."""
    write_behind = clerk_at(tmp_path)
    epoch = load(write_behind, domain).epoch
    work(write_behind, whole(epoch, 1, domain), TRY)
    disk.fails = True
    work(write_behind, change(epoch, 2, domain), change(epoch, 3, domain), TRY)
    clock.seconds += write_behind.logs.cache.ttl + 1.0
    write_behind.logs.sweep()
    again = load(write_behind, domain)
    assert content(again) == (b"1.1", b"to 1.2", b"to 1.3")
    follows = change(again.epoch, 1, domain, base=again.version)
    assert isinstance(work(write_behind, follows)[0], Buffered)
    disk.fails = False
    work(write_behind, TRY)
    write_behind.close()
    assert content(load(clerk_at(tmp_path), domain))[-1] == follows.patch
    write_behind.close()


def test_epochs_are_unique_in_memory_only_mode_and_after_it(write_behind: WriteBehind) -> None:
    epochs = [load(write_behind).epoch]
    work(write_behind, whole(epochs[0], 1))
    unblock = block(write_behind)
    for _ in range(5):
        loaded = load(write_behind)
        epochs.append(loaded.epoch)
        work(write_behind, change(loaded.epoch, 1, base=loaded.version))
    unblock()
    work(write_behind, TRY)
    for _ in range(2):
        write_behind.close()
        epochs.append(load(write_behind).epoch)
    write_behind.close()
    assert epochs == sorted(set(epochs))


def blocked(home: Path) -> WriteBehind:
    """A clerk whose folder cannot be made, as long as the file `data` is there."""
    (home / "data").write_text("in the way")
    return clerk_at(home)


def test_with_a_disk_that_fails_from_the_beginning_nothing_is_known_to_be_there(tmp_path: Path) -> None:
    write_behind = blocked(tmp_path)
    loaded = load(write_behind)
    assert (loaded.held, loaded.parts) == (False, ())
    assert "state.lmdb" in loaded.note
    assert write_behind.health.trouble is not None
    assert write_behind.health.trouble.remedy == "a file stands where the folder should be: move it away"
    (tmp_path / "data").unlink()
    again = load(write_behind)
    assert (again.held, again.note, again.epoch) == (True, "", 1)
    assert write_behind.health.trouble is None
    write_behind.close()


def test_what_was_handed_over_before_the_disk_came_is_written_when_it_comes(tmp_path: Path) -> None:
    write_behind = blocked(tmp_path)
    for handed in (whole(7, 1), change(7, 2)):
        (kept,) = work(write_behind, handed)
        assert isinstance(kept, Buffered)
        assert kept.why
    (tmp_path / "data").unlink()
    assert work(write_behind, TRY) == (Committed("users", Version(7, 2)),)
    write_behind.close()
    write_behind = clerk_at(tmp_path)
    loaded = load(write_behind)
    assert content(loaded) == (b"7.1", b"to 7.2")
    assert loaded.epoch == 8
    write_behind.close()


def test_a_stored_state_that_could_not_be_read_is_not_overwritten_by_an_older_one(tmp_path: Path) -> None:
    write_behind = clerk_at(tmp_path)
    work(write_behind, whole(3, 9, payload=b"dear old friends"))
    write_behind.close()
    data = (tmp_path / "data").rename(tmp_path / "aside")
    write_behind = blocked(tmp_path)
    fresh = load(write_behind)
    assert not fresh.held
    assert fresh.epoch == 0
    work(write_behind, whole(fresh.epoch, 1, payload=b"nobody"))
    (tmp_path / "data").unlink()
    data.rename(tmp_path / "data")
    work(write_behind, TRY)
    write_behind.close()
    write_behind = clerk_at(tmp_path)
    assert content(load(write_behind)) == (b"dear old friends",)
    write_behind.close()


def test_files_that_cannot_be_written_are_a_trouble_but_nothing_waits_for_them(
    write_behind: WriteBehind, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "state").write_text("in the way")
    assert work(write_behind, whole(1, 1)) == (Committed("users", Version(1, 1)),)
    assert write_behind.health.trouble is not None
    assert "move it away" in write_behind.health.trouble.remedy
    (tmp_path / "data" / "state").unlink()
    work(write_behind, TRY)
    assert write_behind.health.trouble is None
    assert len(list((tmp_path / "data" / "state" / "users").iterdir())) == 1


# -- damage


def remove(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.posix("removes what is open")
def test_a_removed_database_is_begun_anew_with_every_state(write_behind: WriteBehind) -> None:
    work(write_behind, whole(1, 1), change(1, 2), whole(1, 1, "world"), whole(1, 1, "conversation"), TRY)
    remove(write_behind.store.database.path)
    assert Committed("users", Version(1, 3)) in work(write_behind, change(1, 3))
    assert "was removed while in use" in write_behind.health.damage[""]
    work(write_behind, TRY)
    assert write_behind.logs.unwritten == ()
    write_behind.close()
    again = WriteBehind(write_behind.store, Storage(map_size=MIB))
    assert content(load(again)) == (b"1.1", b"to 1.2", b"to 1.3")
    assert content(load(again, "world")) == (b"1.1",)
    assert content(load(again, "conversation")) == (b"1.1",)


@pytest.mark.posix("removes what is open")
def test_a_state_that_is_not_in_memory_any_more_is_asked_for_whole(tmp_path: Path, clock: HandClock) -> None:
    write_behind = clerk_at(tmp_path)
    work(write_behind, whole(1, 1, "system"), change(1, 2, "system"))
    clock.seconds += write_behind.logs.cache.ttl + 1.0
    write_behind.logs.sweep()
    remove(write_behind.store.database.path)
    (refused,) = work(write_behind, change(1, 3, "system"))
    assert isinstance(refused, SaveFailed)
    assert refused.snapshot
    assert work(write_behind, whole(1, 3, "system")) == (Committed("system", Version(1, 3)),)
    write_behind.close()
    assert content(load(write_behind, "system")) == (b"1.3",)
    write_behind.close()


def restarted(write_behind: WriteBehind) -> WriteBehind:
    write_behind.close()
    return WriteBehind(write_behind.store, Storage(map_size=MIB))


def test_damage_is_told_until_the_state_is_written_whole_again(write_behind: WriteBehind) -> None:
    work(write_behind, whole(1, 1, "system"), whole(1, 1, "world"))
    flip(write_behind, part_key("system", 0, 0))
    write_behind = restarted(write_behind)
    loaded = load(write_behind, "system")
    assert loaded.parts == ()
    assert "copy/system/0 is damaged, set aside as corrupt/system/" in loaded.note
    assert list(write_behind.health.damage) == ["system"]
    work(write_behind, whole(1, 2, "world"))
    assert list(write_behind.health.damage) == ["system"]
    work(write_behind, whole(loaded.epoch, 1, "system"))
    assert write_behind.health.damage == {}


def test_after_damage_the_whole_state_is_wanted_and_no_change_taken_before_it(
    write_behind: WriteBehind,
) -> None:
    for n in (1, 2):
        work(write_behind, whole(1, n, "system"))
    flip(write_behind, part_key("system", 1, 0))
    write_behind = restarted(write_behind)
    loaded, wanted = work(write_behind, LoadState("system"))
    assert isinstance(loaded, StateLoaded)
    assert (loaded.version, wanted) == (Version(1, 1), SnapshotWanted("system"))
    (refused,) = work(write_behind, change(loaded.epoch, 1, "system", base=loaded.version))
    assert isinstance(refused, SaveFailed)
    assert refused.snapshot
    work(write_behind, whole(loaded.epoch, 1, "system"))
    follows = change(loaded.epoch, 2, "system")
    assert work(write_behind, follows) == (Committed("system", follows.version),)


def test_a_refused_version_gives_way_to_the_one_before_it(write_behind: WriteBehind) -> None:
    work(write_behind, whole(1, 1), change(1, 2), change(1, 3))
    assert content(load(write_behind)) == (b"1.1", b"to 1.2", b"to 1.3")
    assert content(load(write_behind, refused=(Version(1, 3),))) == (b"1.1", b"to 1.2")
    assert content(load(write_behind, refused=(Version(1, 3), Version(1, 2)))) == (b"1.1",)
    every = (Version(1, 3), Version(1, 2), Version(1, 1))
    assert content(load(write_behind, refused=every)) == ()


# -- starts and kills


class Killed(BaseException):
    """The process is gone at this point."""


@pytest.fixture
def kill() -> list[int]:
    """The process dies at the commit whose number is put in here, counted from now."""
    left: list[int] = []

    def fault(point: str) -> None:
        if left:
            left[0] -= 1
            if left[0] <= 0:
                left.clear()
                raise Killed(point)

    Database.fault = staticmethod(fault)
    return left


def test_no_version_is_issued_twice_and_nothing_committed_is_lost_over_many_kills(
    tmp_path: Path, kill: list[int]
) -> None:
    """Random lives, each killed before or after some commit; nothing is ever closed in order."""
    chance = random.Random(7)
    domains = ("users", "system", "conversation")
    issued: set[tuple[str, int]] = set()
    committed: dict[str, Version] = {}
    stored: dict[str, dict[Version, tuple[bytes, ...]]] = {domain: {} for domain in domains}
    for _ in range(50):
        write_behind = clerk_at(tmp_path)
        kill.append(chance.randint(1, 30))
        at: dict[str, tuple[Version, Version, tuple[bytes, ...]]] = {}
        try:
            for step in range(40):
                domain = chance.choice(domains)
                if domain not in at or chance.random() < 0.1:
                    loaded = load(write_behind, domain)
                    assert (domain, loaded.epoch) not in issued
                    issued.add((domain, loaded.epoch))
                    assert loaded.version >= committed.get(domain, Version())
                    if loaded.parts:
                        assert content(loaded) == stored[domain][loaded.version]
                    assert loaded.held
                    assert loaded.note == ""
                    at[domain] = (loaded.version, Version(loaded.epoch, 0), content(loaded))
                    continue
                base, last, now = at[domain]
                version = Version(last.epoch, last.n + 1)
                handed: SaveChange | SaveSnapshot
                if now and chance.random() < 0.8:
                    handed = change(version.epoch, version.n, domain, base)
                    now = (*now, handed.patch)
                else:
                    handed = whole(version.epoch, version.n, domain)
                    now = (handed.payload,)
                at[domain] = (version, version, now)
                stored[domain][version] = now
                for message in work(write_behind, handed, *([TRY] if step % 7 == 0 else [])):
                    assert not isinstance(message, SaveFailed)
                    if isinstance(message, Committed):
                        before = committed.get(message.domain, Version())
                        committed[message.domain] = max(before, message.version)
        except Killed:
            pass
        kill.clear()
        write_behind.store.database.close()
    assert len(issued) > 50
    assert len(committed) == 3


def test_epochs_are_unique_over_the_restart_of_a_process_that_never_closed(tmp_path: Path) -> None:
    epochs = []
    for _ in range(10):
        write_behind = clerk_at(tmp_path)
        epochs += [load(write_behind).epoch, load(write_behind).epoch]
        write_behind.store.database.close()
    assert epochs == sorted(set(epochs))


def test_what_cannot_be_decrypted_is_a_trouble_although_the_disk_is_well(tmp_path: Path) -> None:
    def opened(encryption: StoreEncryption) -> WriteBehind:
        storage = Storage(map_size=MIB)
        return WriteBehind(open_store(storage, tmp_path, encryption), storage)

    write_behind = opened(StoreEncryption(XorSealer()))
    epoch = load(write_behind).epoch
    work(write_behind, whole(epoch, 1))
    write_behind.close()

    write_behind = opened(StoreEncryption(UnavailableCipher("the key is missing", "bring it"), writes=False))
    assert not load(write_behind).held
    plain = load(write_behind, "world")
    assert plain.held
    assert isinstance(work(write_behind, whole(plain.epoch, 1, "world"))[0], Committed)
    for _ in range(2):
        assert str(write_behind.health.trouble) == "the key is missing"
        work(write_behind, TRY)
    write_behind.close()

    write_behind = opened(StoreEncryption(XorSealer(), writes=False))
    assert content(load(write_behind)) == (f"{epoch}.1".encode(),)
    assert write_behind.health.trouble is None


def test_a_change_that_comes_between_the_parts_of_a_state_that_is_to_stay_alone_is_kept(
    tmp_path: Path,
) -> None:
    write_behind = clerk_at(tmp_path)
    work(write_behind, LoadState("users"))
    work(write_behind, whole(1, 1), change(1, 2))
    first, last = (
        SaveSnapshot("users", 1, Version(1, 2), part, 2, b"part %d" % part, purge_older=True)
        for part in (0, 1)
    )
    answers = work(write_behind, first, change(1, 3), last)
    assert Committed("users", Version(1, 3)) in answers
    write_behind.close()
    again = work(clerk_at(tmp_path), LoadState("users"))[0]
    assert isinstance(again, StateLoaded)
    assert (again.version, again.parts) == (Version(1, 3), (b"part 0", b"part 1"))
    assert len(again.changes) == 1
