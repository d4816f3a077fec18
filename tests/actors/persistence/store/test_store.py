"""The store on a real LMDB: epochs, damage, growth, tombstones, and what a manifest knows."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import lmdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.kernel.errors import PersistenceError
from actors.kernel.protocol.storage import Version
from actors.persistence.open_store import database_path, open_store
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.database import Database
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.epochs import GAP, stored_epoch
from actors.persistence.store.errors import StoreError
from actors.persistence.store.journal import key_of
from actors.persistence.store.record import Kind, Record
from actors.persistence.store.snapshots.in_database import part_key
from actors.persistence.store.store import Batch, Store
from config.schema import Storage
from tests.doubles.sealer import XorSealer
from tests.doubles.stores import store_over

MIB = 2**20


def whole(n: int, epoch: int = 1, domain: str = "users", payload: bytes = b"") -> Snapshot:
    return Snapshot(domain, 1, Version(epoch, n), 5.0, (payload or f"{epoch}.{n}".encode(),))


def change(n: int, epoch: int = 1, domain: str = "users", base: Version | None = None) -> Record:
    before = Version(epoch, n - 1) if base is None else base
    return Record(Kind.CHANGE, domain, 1, Version(epoch, n), 5.0, f"{epoch}.{n}".encode(), before)


def save(store: Store, *snapshots: Snapshot) -> None:
    for snapshot in snapshots:
        store.write(Batch((snapshot,)))


def log(store: Store, *changes: Record) -> None:
    store.write(Batch((), changes))


def damage(store: Store, key: str) -> None:
    """Change one byte of what is stored under `key`."""

    def change(value: bytes) -> bytes:
        assert value, key
        return value[:-1] + bytes((value[-1] ^ 1,))

    store.database.change("damaging", lambda txn: txn.put(key, change(txn.get(key) or b"")))


def keys(store: Store, prefix: str = "") -> tuple[str, ...]:
    return store.database.read("listing", lambda txn: txn.keys(prefix))


def version(store: Store, domain: str = "users") -> Version | None:
    chain = store.read(domain).chain
    return chain.version if chain is not None else None


# -- copies and changes


def test_nothing_is_stored_at_first(store: Store) -> None:
    read = store.read("users")
    assert (read.chain, read.damaged, store.read_tombstones()) == (None, (), {})


def test_what_was_written_is_read_by_the_next_process(store: Store) -> None:
    store.write(Batch((whole(1),), (change(2), change(3))))
    store.close()
    assert store.read("users").chain == Chain(whole(1), (change(2), change(3)))


def test_peeking_shows_the_same_and_changes_nothing(store: Store) -> None:
    store.write(Batch((whole(1), whole(2)), (change(3),)))
    damage(store, part_key("users", 1, 0))
    store.close()
    before = (store.database.path / "data.mdb").read_bytes()
    assert store.peek("users") is None or store.peek("users") == Chain(whole(1))
    store.database.close()
    assert (store.database.path / "data.mdb").read_bytes() == before


def test_many_changes_of_many_domains_are_written_as_one(store: Store) -> None:
    commits = []
    Database.fault = staticmethod(lambda point: commits.append(point))
    store.read("users")
    commits.clear()
    domains = [f"domain{n}" for n in range(20)]
    snapshots = tuple(whole(1, domain=domain) for domain in domains)
    changes = tuple(change(n, domain=domain) for n in range(2, 50) for domain in domains)
    store.write(Batch(snapshots, changes, {"hash": 5.0}))
    assert [point for point in commits if point.startswith("after")] == ["after commit: writing"]
    assert {version(store, domain) for domain in domains} == {Version(1, 49)}
    assert store.read_tombstones() == {"hash": 5.0}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(arrivals=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9)), min_size=1, max_size=12))
def test_the_newest_version_wins_in_whatever_order_copies_arrive(
    store: Store, arrivals: list[tuple[int, int]]
) -> None:
    domain = f"d{os.urandom(8).hex()}"
    save(store, *(whole(n, epoch, domain) for epoch, n in arrivals))
    epoch, n = max(arrivals)
    assert store.read(domain).chain == Chain(whole(n, epoch, domain))


def test_the_journal_is_as_long_as_the_oldest_copy_needs_it(store: Store) -> None:
    save(store, whole(1))
    log(store, *(change(n) for n in range(2, 6)))
    save(store, whole(5))
    assert len(keys(store, "log/users/")) == 4  # the copy at 1.1 is kept, and needs them
    log(store, change(6))
    save(store, whole(6))
    assert keys(store, "log/users/") == (key_of("users", Version(1, 6)),)


def test_many_copies_of_one_state_do_not_grow_the_file(store: Store) -> None:
    for n in range(1, 400):
        save(store, whole(n, payload=b"x" * 5000))
    assert (store.database.path / "data.mdb").stat().st_size < MIB // 4


def test_many_changes_between_copies_do_not_grow_the_file(store: Store) -> None:
    for n in range(1, 300):
        if n % 20 == 1:
            store.write(Batch((whole(n),), (change(n),)))
        else:
            log(store, change(n))
    assert len(keys(store, "log/users/")) < 60
    assert (store.database.path / "data.mdb").stat().st_size < MIB // 4


# -- epochs


def test_every_epoch_never_was_before(store: Store) -> None:
    epochs = []
    for _ in range(5):
        epochs += [store.open_epoch("users", 0), store.open_epoch("users", 0)]
        store.close()
    assert epochs == sorted(set(epochs))


def test_an_epoch_is_greater_than_what_is_asked_for(store: Store) -> None:
    assert store.open_epoch("users", 41) == 42
    assert store.open_epoch("users", 7) == 43
    assert store.open_epoch("world", 0) == 1


def test_a_damaged_epoch_is_leapt_over(store: Store) -> None:
    before = [store.open_epoch("users", 0) for _ in range(3)]
    damage(store, "epoch/users")
    assert store.open_epoch("users", 0) > max(before) + GAP // 2


def test_in_place_of_a_damaged_epoch_stands_one_far_above_the_newest_change(store: Store) -> None:
    store.open_epoch("users", GAP - 1)
    log(store, change(1, GAP))
    damage(store, "epoch/users")
    assert store.database.read("reading", lambda txn: stored_epoch(txn, "users")) >= 2 * GAP


def test_the_witness_knows_the_epoch_of_a_database_that_is_gone(store: Store) -> None:
    before = [store.open_epoch("users", 0) for _ in range(3)]
    store.database.close()
    (store.database.path / "data.mdb").unlink()
    assert store.open_epoch("users", 0) > max(before)


# -- damage


def test_a_damaged_copy_gives_way_to_the_one_before_and_all_the_changes(store: Store) -> None:
    save(store, whole(1))
    store.write(Batch((whole(3),), (change(2), change(3))))
    log(store, change(4))
    damage(store, part_key("users", 1, 0))
    read = store.read("users")
    assert read.chain == Chain(whole(1), (change(2), change(3), change(4)))
    (said,) = read.damaged
    aside = said.rpartition(" ")[2]
    assert [key for key in keys(store) if key.startswith(aside)]


def test_a_damaged_change_ends_the_way_and_the_ones_behind_it_are_said_and_gone(store: Store) -> None:
    save(store, whole(1))
    log(store, *(change(n) for n in (2, 3, 4, 5)))
    damage(store, key_of("users", Version(1, 3)))
    read = store.read("users")
    assert read.chain == Chain(whole(1), (change(2),))
    assert "set aside as corrupt/users/" in read.damaged[0]
    assert "2 changes of users follow on nothing" in read.damaged[1]
    again = store.read("users")
    assert (again.chain, again.damaged) == (read.chain, ())


def test_the_good_copy_survives_the_next_ones(store: Store) -> None:
    save(store, whole(1), whole(2))
    damage(store, part_key("users", 1, 0))
    store.close()
    save(store, whole(1, epoch=2))
    damage(store, part_key("users", 1, 0))
    assert store.read("users").chain == Chain(whole(1))


def test_with_every_copy_damaged_nothing_is_read_and_all_are_kept(store: Store) -> None:
    save(store, whole(1), whole(2))
    for slot in (0, 1):
        damage(store, part_key("users", slot, 0))
    read = store.read("users")
    assert read.chain is None
    assert len(read.damaged) == 2
    assert len(keys(store, "corrupt/users/")) == 2


def test_then_the_copy_of_a_backup_is_used_and_said(store: Store) -> None:
    store._in_backups = lambda domain: (Chain(whole(9, domain=domain)), Chain(whole(8, domain=domain)))
    assert store.read("users").chain is None  # nothing was lost: there is nothing to bring back
    save(store, whole(11), whole(12))
    for slot in (0, 1):
        damage(store, part_key("users", slot, 0))
    read = store.read("users")
    assert read.chain == Chain(whole(9))
    assert read.damaged[-1] == "the state of users in a backup is used"


def test_a_refused_backup_gives_way_to_the_one_before(store: Store) -> None:
    store._in_backups = lambda domain: (Chain(whole(9, domain=domain)), Chain(whole(8, domain=domain)))
    save(store, whole(12))
    refused = (Version(1, 12), Version(1, 9))
    assert store.read("users", refused=refused).chain == Chain(whole(8))


def test_a_refused_state_stays_where_it_is(store: Store) -> None:
    store.write(Batch((whole(1),), (change(2), change(3))))
    assert store.read("users", refused=(Version(1, 3),)).chain == Chain(whole(1), (change(2),))
    assert store.read("users").chain == Chain(whole(1), (change(2), change(3)))


def test_a_record_under_another_domains_key_is_not_read(store: Store) -> None:
    save(store, whole(1, domain="world"))
    stolen = store.database.read("reading", lambda txn: txn.get(part_key("world", 0, 0)))
    assert stolen is not None
    store.database.change("swapping", lambda txn: txn.put(part_key("users", 0, 0), stolen))
    assert store.read("users").chain is None


def test_a_damaged_grave_hides_no_other(store: Store) -> None:
    store.write(Batch(tombstones={"aa": 5.0, "bb": 6.0}))
    damage(store, "grave/aa")
    assert store.read_tombstones() == {"bb": 6.0}


# -- the manifest


def closed(store: Store, n: int) -> None:
    save(store, whole(n))
    store.close({"users": Version(1, n)})


def test_a_database_replaced_by_an_older_one_is_told(store: Store) -> None:
    closed(store, 1)
    older = (store.database.path / "data.mdb").read_bytes()
    closed(store, 2)
    (store.database.path / "data.mdb").write_bytes(older)
    read = store.read("users")
    assert read.chain == Chain(whole(1))
    assert "was at version 1.2 when it was last closed, and only 1.1 is there" in read.damaged[0]


def test_one_that_was_closed_in_order_is_trusted_and_any_other_is_not(store: Store) -> None:
    closed(store, 1)
    assert version(store) == Version(1, 1)
    assert store.database.trusted
    store.database.close()
    (store.database.path / "witness.json").unlink()
    assert version(store) == Version(1, 1)
    assert not store.database.trusted


def test_one_that_was_killed_is_looked_at_closely(store: Store) -> None:
    closed(store, 1)
    store.open_epoch("users", 0)
    save(store, whole(2))
    store.database.close()
    assert version(store) == Version(1, 2)
    assert not store.database.trusted


# -- snapshots in files


def in_files(store: Store, snapshot: Snapshot) -> None:
    save(store, snapshot)
    store.files.save(snapshot, 2)


def test_snapshots_in_files_stand_in_for_those_of_the_database(store: Store) -> None:
    for n in (1, 2):
        in_files(store, whole(n))
    for slot in (0, 1):
        damage(store, part_key("users", slot, 0))
    read = store.read("users")
    assert read.chain == Chain(whole(2))
    assert len(read.damaged) >= 2


def test_a_database_that_is_older_than_the_files_beside_it_is_told(store: Store) -> None:
    in_files(store, whole(1))
    store.files.save(whole(5), 2)
    read = store.read("users")
    assert read.chain == Chain(whole(5))
    assert "is older than the snapshots in files beside it" in read.damaged[0]


def test_files_are_not_newer_than_the_changes_in_the_database(store: Store) -> None:
    in_files(store, whole(1))
    log(store, change(3, base=Version(1, 1)))
    store.files.save(whole(2), 2)
    read = store.read("users")
    assert (read.damaged, version(store)) == ((), Version(1, 3))


# -- encrypted


def test_encrypted_states_are_read_with_the_key_and_leave_no_word_behind(tmp_path: Path) -> None:
    def opened(encryption: StoreEncryption) -> Store:
        return store_over(Database(tmp_path / "sealed.lmdb", MIB), encryption)

    store = opened(StoreEncryption(XorSealer()))
    first, then = whole(1, payload=b"dear old friends"), change(2)
    then = msgspec.structs.replace(then, payload=b"and a new friend")
    store.write(Batch((first,), (then,)))
    assert store.read("users").chain == Chain(first, (then,))
    store.close()
    assert b"friend" not in (tmp_path / "sealed.lmdb" / "data.mdb").read_bytes()
    for wrong in (PLAIN, StoreEncryption(XorSealer(b"another"))):
        store = opened(wrong)
        with pytest.raises(StoreError, match=r"encrypted|decrypted"):
            store.read("users")
        store.database.close()
    store = opened(StoreEncryption(XorSealer()))
    read = store.read("users")
    assert (read.chain, read.damaged) == (Chain(first, (then,)), ())
    store.close()


# -- the disk


def test_the_map_grows_with_the_states(store: Store) -> None:
    large = os.urandom(5 * MIB)
    save(store, whole(1, payload=large))
    assert store.read("users").chain == Chain(whole(1, payload=large))


def test_a_map_at_its_limit_is_an_error_that_loses_nothing(tmp_path: Path) -> None:
    store = store_over(Database(tmp_path / "small.lmdb", MIB, limit=2 * MIB))
    save(store, whole(1))
    with pytest.raises(PersistenceError, match=r"small\.lmdb: writing: .*MAP_FULL"):
        save(store, whole(2, payload=os.urandom(5 * MIB)))
    assert store.read("users").chain == Chain(whole(1))
    store.close()


@pytest.mark.posix("modes of files")
def test_only_the_owner_may_read_the_files(store: Store) -> None:
    save(store, whole(1))
    store.close()
    assert stat.S_IMODE(store.database.path.stat().st_mode) == 0o700
    for file in store.database.path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_compacting_leaves_nothing_that_was_deleted(store: Store) -> None:
    save(store, whole(1, payload=b"a word too many" * 400))
    save(store, whole(2), whole(3))
    store.database.compact()
    file = store.database.path / "data.mdb"
    assert b"a word too many" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    save(store, whole(4))
    assert version(store) == Version(1, 4)


def test_a_process_opens_a_database_once(tmp_path: Path) -> None:
    first = Database.at(tmp_path / "state.lmdb", MIB)
    assert Database.at(tmp_path / "x" / ".." / "state.lmdb", MIB) is first
    first.change("writing", lambda txn: txn.put("a", b"1"))
    with pytest.raises(lmdb.Error, match="already open"):
        lmdb.open(str(first.path))
    first.close()


def test_a_file_that_is_no_database_is_moved_away_and_said(tmp_path: Path) -> None:
    folder = tmp_path / "state.lmdb"
    folder.mkdir()
    (folder / "data.mdb").write_bytes(b"no database" * 1000)
    store = store_over(Database(folder, MIB))
    save(store, whole(1))
    (aside,) = tmp_path.glob("state.lmdb.corrupt.*")
    assert (aside / "data.mdb").read_bytes().startswith(b"no database")
    assert aside.name in store.database.notice
    store.close()


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    store = store_over(Database(tmp_path / "data" / "state.lmdb", MIB))
    with pytest.raises(StoreError, match=r"data/state\.lmdb: opening") as caught:
        store.read("users")
    assert caught.value.remedy == "a file stands where the folder should be: move it away"


def test_a_store_that_takes_no_writes_can_still_be_read(store: Store) -> None:
    store.write(Batch((whole(1),), (change(2),)))
    store.close()
    lock = store.database.path / "lock.mdb"
    lock.unlink()
    lock.mkdir()
    with pytest.raises(PersistenceError):
        store.read("users")
    assert store.peek("users") == Chain(whole(1), (change(2),))


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.read("users"),
        lambda store: store.peek("users"),
        lambda store: store.write(Batch((whole(1),))),
        lambda store: store.open_epoch("users", 0),
        lambda store: store.read_tombstones(),
        lambda store: store.check(),
    ],
    ids=["read", "peek", "write", "open_epoch", "tombstones", "check"],
)
def test_whatever_is_asked_of_a_disk_that_fails_raises_one_kind_of_error(
    tmp_path: Path, call: Callable[[Store], object]
) -> None:
    (tmp_path / "data").write_text("in the way")
    store = open_store(Storage(map_size=MIB), tmp_path)
    with pytest.raises(StoreError):
        call(store)
    store.close()


def test_a_database_url_is_relative_to_the_home(tmp_path: Path) -> None:
    assert database_path("lmdb://data/state.lmdb", tmp_path) == tmp_path / "data" / "state.lmdb"
    elsewhere = tmp_path / "elsewhere"
    assert database_path(f"lmdb://{elsewhere}", Path("home")) == elsewhere


def test_an_older_snapshot_that_leads_further_is_found_though_it_is_not_held_at_first(store: Store) -> None:
    """A killed process wrote the newest copy last, and its successor went on from the one before."""
    save(store, whole(1), whole(5))
    log(store, change(1, epoch=2, base=Version(1, 1)))
    found = Chain(whole(1), (change(1, epoch=2, base=Version(1, 1)),))
    assert store.peek("users") == found
    assert store.read("users").chain == found


def test_of_the_snapshots_in_the_database_only_the_newest_is_held(store: Store) -> None:
    save(store, whole(1), whole(2))
    held = store.database.read("looking", lambda txn: store.snapshots.get(txn, "users", held=1)).snapshots
    assert [(copy.version, copy.parts) for copy in held] == [(Version(1, 2), (b"1.2",)), (Version(1, 1), ())]
