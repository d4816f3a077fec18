"""What is saved of a database that nothing can open any more."""

import os
from pathlib import Path

import pytest

from actors.kernel.protocol.storage import Version
from actors.kernel.resource import Resources
from actors.persistence.store import salvage
from actors.persistence.store.chain import Snapshot, records_of
from actors.persistence.store.database import Database
from actors.persistence.store.encryption import StoreEncryption
from actors.persistence.store.record import Kind, Record, pack
from actors.persistence.store.store import Batch
from actors.persistence.store.tombstones import record_of
from tests.actors.persistence.damage import clerk_at, load, prepare, state_of
from tests.doubles.sealer import XorSealer
from tests.doubles.stores import store_over

MIB = 2**20


def snapshot(n: int, domain: str = "users", parts: int = 1) -> Snapshot:
    return Snapshot(
        domain, 1, Version(1, n), 5.0, tuple(f"{domain} {n} part {p}".encode() for p in range(parts))
    )


def change(base: int, to: int, domain: str = "users") -> Record:
    return Record(Kind.CHANGE, domain, 1, Version(1, to), 5.0, b"patch", Version(1, base))


def scattered(folder: Path, *records: Record) -> Path:
    """A file with these records among noise, which no database is."""
    folder.mkdir(parents=True)
    noise = os.urandom(100)
    (folder / "data.mdb").write_bytes(noise.join((b"", *map(pack, records), b"")))
    return folder


def test_every_whole_record_is_found_and_sorted_by_domain(tmp_path: Path) -> None:
    there = (*records_of(snapshot(1, parts=3)), change(1, 2), *records_of(snapshot(4, "world")))
    folder = scattered(tmp_path / "broken", *there)
    assert salvage.records(folder) == there
    assert salvage.by_domain(folder) == {"users": list(there[:4]), "world": list(there[4:])}


def test_there_is_nothing_to_find_where_nothing_is(tmp_path: Path) -> None:
    assert salvage.records(tmp_path) == ()
    (tmp_path / "data.mdb").write_bytes(b"")
    assert salvage.records(tmp_path) == ()


def test_copies_are_put_together_and_torn_ones_left_out() -> None:
    whole, torn = records_of(snapshot(1, parts=3)), records_of(snapshot(2, parts=3))[:2]
    saved = salvage.sorted_out((*torn, *reversed(whole), change(2, 3), change(1, 2), change(1, 2)))
    assert saved.snapshots == (snapshot(1, parts=3),)
    assert sorted(c.version for c in saved.changes) == [Version(1, 2), Version(1, 3)]


def test_a_new_database_holds_the_newest_copies_all_changes_tombstones_and_the_newest_epochs(
    tmp_path: Path,
) -> None:
    epochs = [Record(Kind.EPOCH, "users", 1, Version(epoch, 0), 5.0) for epoch in (2, 7, 3)]
    tombstone_record = record_of("hash", 9.0)
    copies = [record for n in (3, 1, 2) for record in records_of(snapshot(n, parts=2))]
    folder = scattered(
        tmp_path / "state.lmdb", *copies, change(3, 4), change(4, 5), *epochs, tombstone_record
    )
    store = store_over(Database(folder, MIB))
    read = store.read("users")
    assert read.chain is not None
    assert (read.chain.snapshot, read.chain.version) == (snapshot(3, parts=2), Version(1, 5))
    found = store.database.read("reading", lambda txn: store.snapshots.get(txn, "users", touch=False))
    assert [s.version.n for s in found.snapshots] == [3, 2]
    assert store.read_tombstones() == {"hash": 9.0}
    assert store.open_epoch("users", 0) == 8
    assert "12 intact records were found in it and taken over" in store.database.notice
    store.close()


def test_sealed_records_are_taken_over_as_they_are(tmp_path: Path) -> None:
    encryption = StoreEncryption(XorSealer())
    there = [encryption.encrypted(record) for record in (*records_of(snapshot(1, parts=2)), change(1, 2))]
    folder = scattered(tmp_path / "state.lmdb", *there)
    store = store_over(Database(folder, MIB), encryption)
    read = store.read("users")
    assert read.chain is not None
    assert (read.chain.snapshot, read.chain.version) == (snapshot(1, parts=2), Version(1, 2))
    store.close()
    assert b"users 1 part" not in (folder / "data.mdb").read_bytes()


def test_the_unusable_file_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    folder = scattered(tmp_path / "state.lmdb", *records_of(snapshot(1)))
    before = (folder / "data.mdb").read_bytes()
    store = store_over(Database(folder, MIB))
    store.read("users")
    store.close()
    (aside,) = tmp_path.glob("state.lmdb.corrupt.*")
    assert (aside / "data.mdb").read_bytes() == before
    assert aside.name in store.database.notice


class Killed(BaseException):
    """The process is gone at this point."""


@pytest.mark.parametrize(
    "point", ["before commit: recovering", "after commit: recovering", "before commit: marking"]
)
def test_a_process_killed_while_it_salvages_leaves_it_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    newest = prepare(tmp_path)
    file = tmp_path / "data" / "state.lmdb" / "data.mdb"
    file.write_bytes(bytes(8192) + file.read_bytes()[8192:])

    def fault(at: str) -> None:
        if at.startswith(point):
            raise Killed

    alive = Database.fault
    Database.fault = staticmethod(fault)
    write_behind = clerk_at(tmp_path)
    with pytest.raises(Killed):
        load(write_behind, "system")
    write_behind.store.database.close()
    Database.fault = staticmethod(alive)
    monkeypatch.setattr(Database, "_databases", Resources())
    write_behind = clerk_at(tmp_path)
    for domain, state in newest.items():
        assert state_of(load(write_behind, domain)) == state
    if "recovering" in point:
        assert "could not be used" in write_behind.health.damage[""]
    write_behind.close()
    assert len(list((tmp_path / "data").glob("state.lmdb.corrupt.*"))) == 1
    write_behind = clerk_at(tmp_path)
    assert load(write_behind, "system").note == ""
    assert write_behind.health.damage == {}
    write_behind.close()


def test_what_was_salvaged_does_not_come_back_to_a_store_begun_anew(tmp_path: Path) -> None:
    """The owner may remove the database, and leave the damaged one lying beside it."""
    prepare(tmp_path)
    folder = tmp_path / "data" / "state.lmdb"
    (folder / "data.mdb").write_bytes(bytes(8192) + (folder / "data.mdb").read_bytes()[8192:])
    write_behind = clerk_at(tmp_path)
    assert load(write_behind, "system").parts
    write_behind.close()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    write_behind = clerk_at(tmp_path)
    assert not load(write_behind, "system").parts
    write_behind.close()


@pytest.mark.parametrize("lost", [slice(0, 2 * 4096), slice(0, 100)], ids=["both heads", "the first bytes"])
def test_a_database_without_its_head_gives_every_state_back(tmp_path: Path, lost: slice) -> None:
    newest = prepare(tmp_path)
    file = tmp_path / "data" / "state.lmdb" / "data.mdb"
    data = bytearray(file.read_bytes())
    data[lost] = bytes(lost.stop)
    file.write_bytes(data)
    write_behind = clerk_at(tmp_path)
    for domain, state in newest.items():
        assert state_of(load(write_behind, domain)) == state
    write_behind.close()


def test_an_orphaned_record_is_there_at_the_next_start_too(tmp_path: Path) -> None:
    """A process killed while it wrote: the record lies in the file, and the database does not lead to it yet."""
    folder = tmp_path / "state.lmdb"
    store = store_over(Database(folder, MIB))
    store.write(Batch((snapshot(1),), (change(1, 2),)))
    store.database.close()
    with (folder / "data.mdb").open("ab") as file:
        file.write(bytes(4096) + pack(change(2, 3)))
    store = store_over(Database(folder, MIB))
    read = store.read("users")
    assert read.chain is not None
    assert read.chain.version == Version(1, 3)
    store.write(Batch((), (change(3, 4),)))
    store.database.close()
    (folder / "witness.json").unlink(missing_ok=True)
    data = (folder / "data.mdb").read_bytes()
    (folder / "data.mdb").write_bytes(data[: len(data) // 4096 * 4096])
    store = store_over(Database(folder, MIB))
    again = store.database.read("reading", lambda txn: txn.keys("log/users/"))
    assert len(again) == 3
    read = store.read("users")
    assert read.chain is not None
    assert read.chain.version == Version(1, 4)
    assert read.damaged == ()
    store.close()


def test_of_many_older_copies_only_the_newest_whole_ones_are_held_and_changes_once(tmp_path: Path) -> None:
    copies = [record for n in (4, 1, 3, 2) for record in records_of(snapshot(n, parts=2))]
    torn = records_of(snapshot(5, parts=2))[:1]
    folder = scattered(tmp_path / "broken", *copies, *torn, change(4, 5), change(4, 5))
    (held,) = salvage.by_domain(folder).values()
    assert [(record.kind, record.version.n) for record in held] == [
        *[(Kind.PART, n) for n in (4, 4, 3, 3, 5)],
        (Kind.CHANGE, 5),
    ]


def test_what_a_database_leads_to_itself_is_not_held(tmp_path: Path) -> None:
    there = (*records_of(snapshot(4, parts=2)), change(4, 5), change(5, 6), *records_of(snapshot(2, "world")))
    folder = scattered(tmp_path / "broken", *there)
    assert salvage.orphaned(folder, {"users": Version(1, 5), "world": Version(1, 2)}) == {
        "users": [change(5, 6)]
    }
    assert salvage.orphaned(folder, {"users": Version(1, 6)}) == {"world": [there[-1]]}
