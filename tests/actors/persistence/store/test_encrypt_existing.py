"""Encryption is switched on over what was stored in plain, and off again."""

from pathlib import Path

import pytest

from actors.kernel.protocol.storage import Version
from actors.persistence.open_store import open_store
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.database import Database
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.errors import StoreError
from actors.persistence.store.record import Kind, Record
from actors.persistence.store.store import Batch, Store
from config.schema import Storage
from tests.doubles.sealer import XorSealer

WORD = b"lighthouse"
ENCRYPTED = StoreEncryption(XorSealer())


def opened(home: Path, encryption: StoreEncryption) -> Store:
    return open_store(Storage(map_size=2**20), home, encryption)


def readable(home: Path) -> list[str]:
    """The files in which the word can be read."""
    found = (path for path in home.rglob("*") if path.is_file())
    return sorted(path.name for path in found if WORD in path.read_bytes())


def words(store: Store) -> tuple[bytes, ...]:
    chain = store.read("users").chain
    assert chain is not None
    return (*chain.snapshot.parts, *(change.payload for change in chain.changes))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """With a store in plain: copies, changes, a copy in a file, and pages that are free."""
    store = opened(tmp_path, PLAIN)
    for n in range(1, 30):
        store.write(Batch((Snapshot("users", 1, Version(1, n), 5.0, (WORD * n,)),)))
    store.write(Batch((), (Record(Kind.CHANGE, "users", 1, Version(1, 30), 5.0, WORD, Version(1, 29)),)))
    store.files.save(Snapshot("users", 1, Version(1, 29), 5.0, (WORD * 29,)), 2)
    store.close()
    assert len(readable(tmp_path)) == 2
    return tmp_path


def test_what_was_stored_in_plain_is_readable_nowhere_and_is_still_the_same(home: Path) -> None:
    store = opened(home, ENCRYPTED)
    assert words(store) == (WORD * 29, WORD)
    assert readable(home) == []
    store.write(Batch((), (Record(Kind.CHANGE, "users", 1, Version(1, 31), 5.0, b"31", Version(1, 30)),)))
    store.close()
    assert readable(home) == []
    store = opened(home, ENCRYPTED)
    assert words(store) == (WORD * 29, WORD, b"31")
    assert store.read("users").damaged == ()
    assert store.database.trusted
    store.close()


def test_it_is_done_once_and_anew_after_something_was_written_in_plain(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(Database, "fault", staticmethod(done.append))
    for expected in (1, 0):
        store = opened(home, ENCRYPTED)
        store.read_tombstones()
        store.close()
        assert done.count("after commit: encrypting") == expected
        done.clear()
    store = opened(home, StoreEncryption(XorSealer(), writes=False))
    store.write(Batch((Snapshot("users", 1, Version(2, 1), 5.0, (WORD,)),)))
    store.close()
    assert "data.mdb" in readable(home)
    store = opened(home, ENCRYPTED)
    assert words(store) == (WORD,)
    store.close()
    assert readable(home) == []


@pytest.mark.parametrize("point", ["before commit: encrypting", "after commit: encrypting"])
def test_a_process_that_dies_meanwhile_leaves_the_rest_to_the_next_orderly_start(
    home: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    class Killed(BaseException):
        pass

    def fault(at: str) -> None:
        if at == point:
            raise Killed

    monkeypatch.setattr(Database, "fault", staticmethod(fault))
    store = opened(home, ENCRYPTED)
    with pytest.raises(Killed):
        store.read_tombstones()
    store.database.close()
    monkeypatch.undo()
    for _ in range(2):
        store = opened(home, ENCRYPTED)
        assert words(store) == (WORD * 29, WORD)
        store.close()
    assert readable(home) == []


def test_a_disk_that_fails_meanwhile_loses_nothing_and_is_told_of(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: Database) -> None:
        raise StoreError("the disk is full", "free some space")

    monkeypatch.setattr(Database, "compact", failing)
    store = opened(home, ENCRYPTED)
    assert words(store) == (WORD * 29, WORD)
    assert "is not encrypted yet: the disk is full" in store.database.notice
    store.close()
    monkeypatch.undo()
    store = opened(home, ENCRYPTED)
    assert words(store) == (WORD * 29, WORD)
    store.close()
    assert readable(home) == []
