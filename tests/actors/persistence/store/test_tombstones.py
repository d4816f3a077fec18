"""Tombstones: what is written is read, and what the backups know is not lost with the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.persistence.store.database import Database
from actors.persistence.store.tombstones import PREFIX, Tombstones, hash_in, merged, record_of, stored, write


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.lmdb", 2**20)
    yield database
    database.close()


def test_what_is_written_is_read_and_a_damaged_one_left_out(database: Database) -> None:
    def put(txn: object) -> None:
        write(txn, {"aa": 5.0, "bb": 6.0})  # type: ignore[arg-type]
        txn.put(f"{PREFIX}cc", b"broken")  # type: ignore[attr-defined]

    database.change("writing", put)
    assert Tombstones(database, dict).read() == {"aa": 5.0, "bb": 6.0}


def test_missing_ones_come_from_the_backups_and_from_this_process_with_the_latest_time(
    database: Database,
) -> None:
    tombstones = Tombstones(database, lambda: {"aa": 5.0, "bb": 9.0})
    tombstones.note({"cc": 3.0, "aa": 7.0})
    database.change("writing", lambda txn: write(txn, {"bb": 10.0}))
    tombstones.restore_missing()
    assert database.read("reading", stored) == {"aa": 7.0, "bb": 10.0, "cc": 3.0}


def test_a_record_holds_its_hash() -> None:
    record = record_of("ab12", 4.0)
    assert (hash_in(record), record.saved_at) == ("ab12", 4.0)


def test_of_several_the_latest_counts() -> None:
    assert merged({"a": 1.0, "b": 5.0}, {}, {"a": 2.0, "b": 3.0, "c": 0.5}) == {"a": 2.0, "b": 5.0, "c": 0.5}
