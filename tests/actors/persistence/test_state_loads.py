"""What is stored in a schema version too old to read is set aside whole before a new state begins."""

import time
from pathlib import Path

import pytest

from actors.kernel.message import Asker, Message
from actors.kernel.protocol.storage import (
    LoadState,
    RecordErasure,
    SaveChange,
    SaveSnapshot,
    SetStateAside,
    StateLoaded,
    Version,
)
from actors.kernel.state.document import TooOld
from actors.persistence.backup.backups import OUTDATED, kept_in
from actors.persistence.backup.file import read
from actors.persistence.open_store import open_backups, open_store
from actors.persistence.recovery.check import Case, examine
from actors.persistence.requests import StoreRequest
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.write_behind import WriteBehind
from config.schema import Storage
from tests.doubles.stores import encoded_state

STORAGE = Storage(map_size=2**20)


def clerk_at(home: Path) -> WriteBehind:
    return WriteBehind(open_store(STORAGE, home), STORAGE, backups=open_backups(STORAGE, home))


def answered(write_behind: WriteBehind, message: Message) -> StateLoaded:
    outcomes = write_behind.work((StoreRequest(message, Asker("users", "1")),))  # type: ignore[arg-type]
    (loaded,) = (o.message for o in outcomes if isinstance(o.message, StateLoaded))
    return loaded


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """With a state of people in schema version 1, and a change of it."""
    write_behind = clerk_at(tmp_path)
    epoch = answered(write_behind, LoadState("users")).epoch
    snapshot = SaveSnapshot("users", 1, Version(epoch, 1), 0, 1, encoded_state(people=1))
    change = SaveChange("users", 1, Version(epoch, 1), Version(epoch, 2), b"\x90")
    write_behind.work([StoreRequest(message, Asker("users", "1")) for message in (snapshot, change)])
    write_behind.close()
    return tmp_path


def test_it_is_kept_in_a_backup_of_its_own_and_nothing_is_answered(home: Path) -> None:
    write_behind = clerk_at(home)
    stored = answered(write_behind, LoadState("users"))
    loaded = answered(write_behind, SetStateAside("users"))
    assert (loaded.parts, loaded.version, loaded.held) == ((), Version(), True)
    assert loaded.epoch > stored.epoch
    (entry,) = kept_in(home / "data" / "backups", OUTDATED)
    assert str(entry.path) in write_behind.health.damage["users"]
    assert "schema version 1" in write_behind.health.damage["users"]
    content = read(entry.path).content
    assert content.chains["users"].version == stored.version == Version(1, 2)
    assert content.chains["users"].snapshot.parts == stored.parts
    assert len(content.chains["users"].changes) == 1
    write_behind.close()


def test_until_a_new_state_is_saved_the_stored_one_stays_and_one_backup_of_it_is_enough(home: Path) -> None:
    for _ in range(2):
        write_behind = clerk_at(home)
        assert answered(write_behind, LoadState("users")).version == Version(1, 2)
        answered(write_behind, SetStateAside("users"))
        write_behind.close()
    assert len(kept_in(home / "data" / "backups", OUTDATED)) == 1


def test_a_new_state_takes_its_place_and_the_backup_stays(home: Path) -> None:
    write_behind = clerk_at(home)
    answered(write_behind, LoadState("users"))
    version = Version(answered(write_behind, SetStateAside("users")).epoch, 1)
    change = SaveChange("users", 2, Version(1, 2), version, b"\x90")
    snapshot = SaveSnapshot("users", 2, version, 0, 1, encoded_state(people=2))
    write_behind.work([StoreRequest(message, Asker("users", "1")) for message in (change, snapshot)])
    assert not write_behind.health.damage
    write_behind.close()
    again = clerk_at(home)
    loaded = answered(again, LoadState("users"))
    assert (loaded.version, loaded.schema, loaded.note) == (version, 2, "")
    again.close()
    assert len(kept_in(home / "data" / "backups", OUTDATED)) == 1


@pytest.mark.parametrize("backups", [False, True])
def test_where_it_cannot_be_set_aside_it_is_not_written_over(home: Path, backups: bool) -> None:
    (home / "data" / "backups").write_text("in the way")
    made = open_backups(STORAGE, home) if backups else None
    write_behind = WriteBehind(open_store(STORAGE, home), STORAGE, backups=made)
    answered(write_behind, LoadState("users"))
    loaded = answered(write_behind, SetStateAside("users"))
    assert (loaded.held, loaded.parts) == (False, ())
    assert loaded.note
    write_behind.close()


def test_the_doctor_names_it_before_and_after(home: Path) -> None:
    backups = home / "data" / "backups"

    def fits(domain: str, chain: Chain) -> TooOld | None:
        return TooOld("schema version 1") if chain.snapshot.schema == 1 else None

    case = Case(open_store(STORAGE, home), ("users",), fits, backups)
    report = examine(case)
    assert "a backup of its own" in report.domains[0].damage[0].remedy
    write_behind = clerk_at(home)
    answered(write_behind, LoadState("users"))
    epoch = answered(write_behind, SetStateAside("users")).epoch
    snapshot = SaveSnapshot("users", 2, Version(epoch, 1), 0, 1, encoded_state(people=2))
    write_behind.work((StoreRequest(snapshot, Asker("users", "1")),))
    write_behind.close()
    report = examine(case)
    (entry,) = kept_in(backups, OUTDATED)
    assert report.outdated == (str(entry.path),)
    assert report.fine, report


def test_one_of_another_version_is_set_aside_besides(tmp_path: Path) -> None:
    backups = open_backups(STORAGE, tmp_path)
    chains = [Chain(Snapshot("users", 1, Version(1, n), 5.0, (encoded_state(people=n),))) for n in (1, 2, 2)]
    paths = [backups.set_aside("users", chain) for chain in chains]
    assert paths[1] == paths[2] != paths[0]
    assert [read(path).content.chains["users"] for path in paths] == chains


@pytest.mark.parametrize(("since", "older"), [(3600.0, True), (-3600.0, False)])
def test_it_is_said_that_what_is_stored_began_before_an_erasure(
    home: Path, since: float, older: bool
) -> None:
    write_behind = clerk_at(home)
    erasure = RecordErasure("users", ("aa",), time.time() + since)
    write_behind.work((StoreRequest(erasure, Asker("users", "1")),))
    assert answered(write_behind, LoadState("users")).older is older
    write_behind.close()


def test_nothing_is_older_than_an_erasure_where_there_was_none(home: Path) -> None:
    write_behind = clerk_at(home)
    assert not answered(write_behind, LoadState("users")).older
    write_behind.close()
