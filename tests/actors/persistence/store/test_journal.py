"""The journal of changes in the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.kernel.protocol.storage import Version
from actors.persistence.store import journal
from actors.persistence.store.database import Database
from actors.persistence.store.record import Kind, Record, pack

MIB = 2**20


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.lmdb", MIB)
    yield database
    database.close()


def change(epoch: int, n: int, domain: str = "users") -> Record:
    payload = f"{epoch}.{n}".encode()
    return Record(Kind.CHANGE, domain, 1, Version(epoch, n), 5.0, payload, Version(epoch, n - 1))


def write(database: Database, *records: Record) -> None:
    database.change("writing", lambda txn: journal.append(txn, records))


def read(database: Database, domain: str = "users") -> tuple[tuple[Record, ...], tuple[str, ...]]:
    return database.read("reading", lambda txn: journal.changes(txn, domain))


versions = st.builds(Version, st.integers(0, 10**12 - 1), st.integers(0, 10**12 - 1))


@given(versions, versions)
def test_keys_are_in_the_order_of_the_versions(one: Version, other: Version) -> None:
    assert (journal.key_of("users", one) < journal.key_of("users", other)) == (one < other)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sets(st.tuples(st.integers(1, 30), st.integers(1, 3000)), max_size=20))
def test_changes_are_read_in_order_however_they_came(
    database: Database, arriving: set[tuple[int, int]]
) -> None:
    database.change("emptying", lambda txn: journal.drop(txn, "users", Version()))
    write(database, *(change(*version) for version in arriving))
    assert read(database) == (tuple(change(*version) for version in sorted(arriving)), ())


def test_domains_are_kept_apart_even_when_one_name_begins_with_the_other(database: Database) -> None:
    write(database, change(1, 1), change(1, 1, "users2"), change(1, 1, "user"))
    assert read(database) == ((change(1, 1),), ())
    database.change("dropping", lambda txn: journal.drop(txn, "user", Version()))
    assert read(database) == ((change(1, 1),), ())
    assert read(database, "user") == ((), ())
    assert read(database, "users2") == ((change(1, 1, "users2"),), ())


def test_trimming_forgets_up_to_a_version_and_dropping_after_one(database: Database) -> None:
    write(database, *(change(epoch, n) for epoch in (1, 2) for n in (1, 2, 3)))
    database.change("trimming", lambda txn: journal.trim(txn, "users", Version(1, 2)))
    assert [c.version for c in read(database)[0]] == [
        Version(1, 3),
        *(Version(2, n) for n in (1, 2, 3)),
    ]
    database.change("dropping", lambda txn: journal.drop(txn, "users", Version(2, 1)))
    assert [c.version for c in read(database)[0]] == [Version(1, 3), Version(2, 1)]


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"no record",
        pack(change(1, 2))[:-1],
        pack(change(1, 2, "world")),
        pack(Record(Kind.PART, "users", 1, Version(1, 2), 5.0)),
    ],
    ids=["nothing", "no record", "torn", "of another domain", "of another kind"],
)
def test_what_does_not_belong_there_is_named_and_the_others_are_read(
    database: Database, wrong: bytes
) -> None:
    write(database, *(change(1, n) for n in (1, 2, 3)))
    key = journal.key_of("users", Version(1, 2))
    database.change("damaging", lambda txn: txn.put(key, wrong))
    assert read(database) == ((change(1, 1), change(1, 3)), (key,))


def test_a_change_under_another_ones_key_counts_as_what_it_is(database: Database) -> None:
    write(database, *(change(1, n) for n in (1, 2, 3)))
    key = journal.key_of("users", Version(1, 2))
    database.change("damaging", lambda txn: txn.put(key, pack(change(1, 3))))
    found, damaged = read(database)
    assert {c.version.n for c in found} == {1, 3}
    assert damaged == ()
