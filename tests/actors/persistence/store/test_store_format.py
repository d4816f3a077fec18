"""A database of an earlier store format is set aside whole; one of a later format is not touched."""

from collections.abc import Iterator
from pathlib import Path

import lmdb
import pytest

from actors.kernel.message import Asker
from actors.kernel.protocol.storage import LoadState, SaveSnapshot, StateLoaded, Version
from actors.persistence.open_store import open_store
from actors.persistence.recovery.check import Case, StoreReport, examine
from actors.persistence.recovery.quarantine import prune
from actors.persistence.requests import StoreRequest
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store_format import STORE_FORMAT
from actors.persistence.write_behind import WriteBehind
from config.schema import Storage

STORAGE = Storage(map_size=2**20)


@pytest.fixture
def outdated(tmp_path: Path) -> Path:
    """A home with a database as the first store format left it, before which there was no mark."""
    (tmp_path / "data").mkdir()
    put(tmp_path, "state/users/0", b"a record of the first format")
    return tmp_path


def put(home: Path, key: str, value: bytes) -> None:
    where = str(home / "data" / "state.lmdb")
    with lmdb.open(where, map_size=2**20) as environment, environment.begin(write=True) as txn:
        txn.put(key.encode(), value)


def clerk_at(home: Path) -> WriteBehind:
    return WriteBehind(open_store(STORAGE, home), STORAGE)


def load(write_behind: WriteBehind, domain: str) -> StateLoaded:
    outcomes = write_behind.work((StoreRequest(LoadState(domain), Asker(domain, "1")),))
    (loaded,) = (o.message for o in outcomes if isinstance(o.message, StateLoaded))
    return loaded


def seen(home: Path) -> StoreReport:
    return examine(Case(open_store(STORAGE, home), ("users",), lambda domain, chain: None, home / "backups"))


def aside(home: Path) -> Iterator[Path]:
    return (home / "data").glob("state.lmdb.outdated.*")


def test_an_earlier_format_is_set_aside_as_it_is_and_said(outdated: Path) -> None:
    before = (outdated / "data" / "state.lmdb" / "data.mdb").read_bytes()
    write_behind = clerk_at(outdated)
    loaded = load(write_behind, "users")
    assert (loaded.parts, loaded.held) == ((), True)
    part = SaveSnapshot("users", 1, Version(loaded.epoch, 1), 0, 1, b"\x80")
    write_behind.work((StoreRequest(part, Asker("users", "1")),))
    write_behind.close()
    (kept,) = aside(outdated)
    assert (kept / "data.mdb").read_bytes() == before
    assert kept.name in write_behind.health.damage[""]
    assert "store format 1, of an earlier version of Gerald" in write_behind.health.damage[""]
    again = clerk_at(outdated)
    assert load(again, "users").version == Version(loaded.epoch, 1)
    assert not again.health.damage
    again.close()
    assert list(aside(outdated)) == [kept]


def test_the_doctor_names_it_before_and_after_and_never_removes_it(outdated: Path) -> None:
    report = seen(outdated)
    assert "store format 1, of an earlier version of Gerald" in report.notes[0]
    assert list(aside(outdated)) == []
    write_behind = clerk_at(outdated)
    load(write_behind, "users")
    write_behind.close()
    (kept,) = aside(outdated)
    report = seen(outdated)
    assert report.outdated == (str(kept),)
    store = open_store(STORAGE, outdated)
    prune(store, report.leftovers)
    store.close()
    assert seen(outdated).outdated == (str(kept),)


def test_an_empty_store_has_todays_format(tmp_path: Path) -> None:
    write_behind = clerk_at(tmp_path)
    load(write_behind, "users")
    stored = write_behind.store.database.read("reading", lambda txn: txn.get("format"))
    assert stored == str(STORE_FORMAT).encode()
    write_behind.close()


@pytest.mark.parametrize("stored", [str(STORE_FORMAT + 1).encode(), b"999", b"gerald-next", b""])
def test_a_later_format_is_refused_and_none_of_its_bytes_touched(tmp_path: Path, stored: bytes) -> None:
    write_behind = clerk_at(tmp_path)
    load(write_behind, "users")
    write_behind.close()
    put(tmp_path, "format", stored)
    file = tmp_path / "data" / "state.lmdb" / "data.mdb"
    before = file.read_bytes()
    write_behind = clerk_at(tmp_path)
    with pytest.raises(StoreError, match="later version of Gerald") as caught:
        write_behind.store.read("users")
    assert caught.value.remedy == "update Gerald"
    loaded = load(write_behind, "users")
    assert not loaded.held
    assert "later version of Gerald" in loaded.note
    assert loaded.parts == ()
    part = SaveSnapshot("users", 1, Version(loaded.epoch, 1), 0, 1, b"\x80")
    write_behind.work((StoreRequest(part, Asker("users", "1")), StoreRequest(None, Asker("", ""))))
    write_behind.close()
    assert file.read_bytes() == before
