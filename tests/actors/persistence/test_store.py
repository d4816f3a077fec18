"""The store on a real LMDB: generations, epochs, damage, growth."""

import os
import stat
from pathlib import Path

import lmdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.kernel.errors import PersistenceError
from actors.kernel.protocol import Version
from actors.persistence.database import Database
from actors.persistence.record import record
from actors.persistence.store import KEPT_DAMAGED, Store

MIB = 2**20


def save(store: Store, epoch: int, n: int, payload: bytes = b"", domain: str = "users") -> None:
    store.write((record(domain, 1, Version(epoch, n), 5.0, payload or f"{epoch}.{n}".encode()),))


def damage(store: Store, key: str) -> None:
    """Change one byte of what is stored under `key`."""

    def change(value: bytes) -> bytes:
        return value[:-1] + bytes((value[-1] ^ 1,))

    store.database.change("damaging", lambda txn: txn.put(key, change(txn.get(key) or b"")))


def keys(store: Store) -> tuple[str, ...]:
    return store.database.read("listing", lambda txn: txn.keys(""))


def test_nothing_is_stored_at_first(store: Store) -> None:
    loaded = store.load("users")
    assert (loaded.record, loaded.epoch, loaded.set_aside) == (None, 1, ())


def test_what_was_written_is_loaded_by_the_next_process(store: Store) -> None:
    save(store, 1, 1)
    save(store, 1, 2)
    store.close()
    loaded = store.load("users")
    assert loaded.record is not None
    assert loaded.record.payload == b"1.2"


def test_every_load_opens_an_epoch_that_never_was(store: Store) -> None:
    epochs = []
    for _ in range(5):
        epochs += [store.load("users").epoch, store.open_epoch("users")]
        store.close()
    assert epochs == sorted(set(epochs))


def test_an_epoch_is_greater_than_that_of_any_record(store: Store) -> None:
    save(store, 41, 7)
    assert store.load("users").epoch == 42


def test_a_damaged_epoch_is_leapt_over(store: Store) -> None:
    before = [store.open_epoch("users") for _ in range(3)]
    damage(store, "epoch/users")
    assert store.open_epoch("users") > max(before) + 100


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(arrivals=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9)), min_size=1, max_size=12))
def test_the_newest_version_wins_in_whatever_order_saves_arrive(
    store: Store, arrivals: list[tuple[int, int]]
) -> None:
    domain = f"d{os.urandom(8).hex()}"
    for epoch, n in arrivals:
        save(store, epoch, n, domain=domain)
    newest = max(arrivals)
    found = store.peek(domain)
    assert found is not None
    assert (found.version, found.payload) == (Version(*newest), f"{newest[0]}.{newest[1]}".encode())


@pytest.mark.parametrize("saves", [2, 3])
def test_a_damaged_record_gives_way_to_the_generation_before(store: Store, saves: int) -> None:
    for n in range(1, saves + 1):
        save(store, 1, n)
    damage(store, f"state/users/{(saves - 1) % 2}")
    loaded = store.load("users")
    assert loaded.record is not None
    assert loaded.record.payload == f"1.{saves - 1}".encode()
    (aside,) = loaded.set_aside
    assert aside.startswith(f"state/users/{(saves - 1) % 2}.corrupt.")
    assert aside in keys(store)


def test_the_good_generation_survives_the_next_save(store: Store) -> None:
    save(store, 1, 1)
    save(store, 1, 2)
    damage(store, "state/users/1")
    store.close()
    save(store, 2, 1)
    damage(store, "state/users/1")
    loaded = store.load("users")
    assert loaded.record is not None
    assert loaded.record.payload == b"1.1"


def test_with_both_generations_damaged_nothing_is_loaded_and_both_are_kept(store: Store) -> None:
    save(store, 1, 1)
    save(store, 1, 2)
    damage(store, "state/users/0")
    damage(store, "state/users/1")
    loaded = store.load("users")
    assert loaded.record is None
    assert len(loaded.set_aside) == 2


def test_only_the_last_damaged_records_are_kept(store: Store) -> None:
    for n in range(1, 2 * KEPT_DAMAGED + 4, 2):
        save(store, n, 1)
        damage(store, "state/users/0")
        store.load("users")
        store.close()
    assert len([key for key in keys(store) if ".corrupt." in key]) == KEPT_DAMAGED


def test_a_record_under_another_domains_key_is_not_loaded(store: Store) -> None:
    save(store, 1, 1, domain="world")
    stolen = store.database.read("reading", lambda txn: txn.get("state/world/0"))
    assert stolen is not None
    store.database.change("swapping", lambda txn: txn.put("state/users/0", stolen))
    assert store.load("users").record is None


def test_the_map_grows_with_the_states(store: Store) -> None:
    large = os.urandom(5 * MIB)
    save(store, 1, 1, large)
    found = store.peek("users")
    assert found is not None
    assert found.payload == large


def test_a_map_at_its_limit_is_an_error_that_loses_nothing(tmp_path: Path) -> None:
    store = Store(Database(tmp_path / "small.lmdb", MIB, limit=2 * MIB))
    save(store, 1, 1)
    with pytest.raises(PersistenceError, match=r"small\.lmdb: writing: .*MAP_FULL"):
        save(store, 1, 2, os.urandom(5 * MIB))
    found = store.peek("users")
    assert found is not None
    assert found.payload == b"1.1"
    store.close()


def test_many_saves_of_one_state_do_not_grow_the_file(store: Store) -> None:
    for n in range(1, 400):
        save(store, 1, n, b"x" * 5000)
    assert (store.database.path / "data.mdb").stat().st_size < MIB // 4


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_only_the_owner_may_read_the_files(store: Store) -> None:
    save(store, 1, 1)
    assert stat.S_IMODE(store.database.path.stat().st_mode) == 0o700
    for file in store.database.path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


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
    store = Store(Database(folder, MIB))
    save(store, 1, 1)
    (aside,) = tmp_path.glob("state.lmdb.corrupt.*")
    assert (aside / "data.mdb").read_bytes().startswith(b"no database")
    assert aside.name in store.database.notice
    store.close()


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    store = Store(Database(tmp_path / "data" / "state.lmdb", MIB))
    with pytest.raises(PersistenceError, match=r"data/state\.lmdb: opening") as caught:
        store.load("users")
    assert caught.value.remedy == "a file stands where the folder should be: move it away"  # type: ignore[attr-defined]


def test_a_store_that_takes_no_writes_can_still_be_read(store: Store) -> None:
    save(store, 1, 1)
    store.close()
    lock = store.database.path / "lock.mdb"
    lock.unlink()
    lock.mkdir()
    with pytest.raises(PersistenceError):
        store.load("users")
    found = store.peek("users")
    assert found is not None
    assert found.payload == b"1.1"
