"""What is restored is what the backup holds, under new versions; what it replaced is kept; tombstones stay."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document
from actors.kernel.state.patch import difference, pack
from actors.persistence.backup import backups
from actors.persistence.backup.backups import BEFORE_RESTORE, kept_in
from actors.persistence.backup.file import read
from actors.persistence.backup.restore import move_aside, move_back, renumbered
from actors.persistence.open_store import open_store
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.database import Database
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.epochs import GAP
from actors.persistence.store.errors import StoreError
from actors.persistence.store.record import Kind, Record
from actors.persistence.store.store import Batch
from actors.users.users import Users
from config.files import replace_file
from config.home import Home
from config.schema import Config
from supervisor.offline.restore import RestoreResult, restore, stored_content
from supervisor.offline.store import OfflineStore
from tests.doubles.sealer import XorSealer

SCHEMAS = {"users": Users.schema}


class Counted(msgspec.Struct, frozen=True):
    count: int = 0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def stored(home: Home) -> Iterator[OfflineStore]:
    stored = room_of(home)
    yield stored
    stored.store.close()


@pytest.fixture(autouse=True)
def no_fault() -> Iterator[None]:
    fault = Database.fault
    yield
    Database.fault = staticmethod(fault)


def room_of(home: Home, encryption: StoreEncryption = PLAIN) -> OfflineStore:
    config = Config()
    return OfflineStore(home, config, open_store(config.storage, home.path, encryption), encryption)


def whole(domain: str, epoch: int, n: int, count: int = 0) -> Snapshot:
    payload = msgspec.msgpack.encode(Document(Counted(count)))
    return Snapshot(domain, SCHEMAS.get(domain, 1), Version(epoch, n), 5.0, (payload,))


def change(domain: str, epoch: int, n: int, count: int) -> Record:
    steps = pack(difference(Document(Counted(count - 1)), Document(Counted(count))))
    return Record(
        Kind.CHANGE, domain, SCHEMAS.get(domain, 1), Version(epoch, n), 6.0, steps, Version(epoch, n - 1)
    )


def save(stored: OfflineStore, *snapshots: Snapshot, **more: object) -> None:
    stored.store.write_everywhere(Batch(snapshots, **more))  # type: ignore[arg-type]


def chain(stored: OfflineStore, domain: str) -> Chain:
    found = stored.store.read(domain)
    assert found.chain is not None, found
    assert not found.damaged
    return found.chain


def backed_up(stored: OfflineStore) -> Path:
    return stored.backups.make(stored_content(stored.store)).path


def restored(stored: OfflineStore, file: Path, *domains: str) -> RestoreResult:
    content = read(file, stored.encryption).content
    return restore(stored, content, domains or tuple(content.chains))


def test_the_state_is_that_of_the_backup_under_a_higher_version(home: Home, stored: OfflineStore) -> None:
    stored.store.open_epoch("users", 0)
    save(stored, whole("users", 1, 1), changes=(change("users", 1, 2, 1), change("users", 1, 3, 2)))
    file = backed_up(stored)
    stored.store.open_epoch("users", 6)
    save(stored, whole("users", 7, 50, 99))
    done = restored(stored, file)
    assert done.versions == {"users": Version(8, 2)}
    found = chain(stored, "users")
    assert found.version == Version(8, 2)
    assert found.snapshot.parts == whole("users", 1, 1).parts
    assert [c.payload for c in found.changes] == [change("users", 1, n, n - 1).payload for n in (2, 3)]
    assert stored.store.open_epoch("users", 0) == 9


def test_what_was_replaced_can_be_restored_in_turn(home: Home, stored: OfflineStore) -> None:
    save(stored, whole("users", 1, 1, 10))
    file = backed_up(stored)
    save(stored, whole("users", 1, 2, 20))
    (before,) = restored(stored, file).before
    assert before.name.startswith("before-restore-")
    assert chain(stored, "users").snapshot.parts == whole("users", 1, 1, 10).parts
    restored(stored, before)
    assert chain(stored, "users").snapshot.parts == whole("users", 1, 1, 20).parts


@pytest.mark.parametrize("lost", ["it is an older one", "it is gone"])
def test_copies_in_files_that_are_newer_than_the_database_do_not_outlive_it(
    home: Home, stored: OfflineStore, tmp_path: Path, lost: str
) -> None:
    stored.store.open_epoch("users", 0)
    save(stored, whole("users", 1, 1, 10))
    file = backed_up(stored)
    stored.store.close()
    shutil.copytree(home.data / "state.lmdb", tmp_path / "older")
    stored.store.open_epoch("users", 6)
    save(stored, whole("users", 7, 1, 20))
    stored.store.close()
    shutil.rmtree(home.data / "state.lmdb")
    if lost == "it is an older one":
        shutil.copytree(tmp_path / "older", home.data / "state.lmdb")
    done = restored(stored, file)
    assert done.versions == {"users": Version(8, 0)}
    assert chain(stored, "users").snapshot.parts == whole("users", 1, 1, 10).parts
    restored(stored, done.before[0])
    assert chain(stored, "users").snapshot.parts == whole("users", 1, 1, 20).parts


def test_only_the_domains_that_are_named_are_touched(home: Home, stored: OfflineStore) -> None:
    save(stored, whole("users", 1, 1, 10), whole("system", 1, 1, 10))
    file = backed_up(stored)
    save(stored, whole("users", 1, 2, 20), whole("system", 1, 2, 20))
    assert restored(stored, file, "system").versions.keys() == {"system"}
    assert chain(stored, "users").version == Version(1, 2)
    assert chain(stored, "system").snapshot.parts == whole("system", 1, 1, 10).parts


def test_the_copies_in_files_follow(home: Home, stored: OfflineStore) -> None:
    save(stored, whole("users", 1, 1, 10))
    file = backed_up(stored)
    save(stored, whole("users", 1, 2, 20))
    version = restored(stored, file).versions["users"]
    assert stored.store.files.load("users").snapshots[0].version == version


def test_it_can_be_restored_into_an_empty_home(home: Home, stored: OfflineStore, tmp_path: Path) -> None:
    save(stored, whole("users", 4, 1, 10), tombstones={"hash": 7.0})
    stored.store.open_epoch("users", 11)
    file = backed_up(stored)
    other = Home(tmp_path / "other")
    empty = room_of(other)
    assert restored(empty, file) == RestoreResult({"users": Version(13, 0)})
    assert empty.store.read_tombstones() == {"hash": 7.0}
    empty.store.close()


def test_who_was_forgotten_before_or_since_stays_forgotten(home: Home, stored: OfflineStore) -> None:
    save(stored, whole("users", 1, 1), tombstones={"early": 1.0, "both": 1.0})
    file = backed_up(stored)
    save(stored, tombstones={"late": 3.0, "both": 3.0})
    restored(stored, file)
    assert stored.store.read_tombstones() == {"early": 1.0, "late": 3.0, "both": 3.0}


def test_who_is_forgotten_by_a_newer_backup_only_is_not_brought_back_by_an_older_one(
    home: Home, stored: OfflineStore
) -> None:
    save(stored, whole("users", 1, 1))
    older = backed_up(stored)
    save(stored, whole("users", 1, 2), tombstones={"late": 3.0})
    newer = backed_up(stored)
    newer.write_bytes(newer.read_bytes()[:-1])  # it is damaged, and can tell it all the same
    stored.store.close()
    shutil.rmtree(home.data / "state.lmdb")
    again = room_of(home)
    restored(again, older)
    assert again.store.read_tombstones() == {"late": 3.0}
    again.store.close()


def test_the_next_start_finds_nothing_amiss(home: Home, stored: OfflineStore) -> None:
    save(stored, whole("users", 1, 1))
    file = backed_up(stored)
    save(stored, whole("users", 1, 9))
    stored.store.close({"users": Version(1, 9)})
    done = restored(stored, file)
    found = stored.store.read("users")
    assert found.damaged == ()
    assert found.chain is not None
    assert found.chain.version == done.versions["users"]


def test_nothing_is_changed_when_the_present_state_cannot_be_kept(
    home: Home, stored: OfflineStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(stored, whole("users", 1, 1))
    file = backed_up(stored)
    save(stored, whole("users", 1, 2))
    monkeypatch.setattr(backups, "name_for", lambda folder, now, kind: Path("/proc/no/such.backup"))
    with pytest.raises(StoreError):
        restored(stored, file)
    assert chain(stored, "users").version == Version(1, 2)


# -- a store that cannot be read


@pytest.fixture
def locked(home: Home) -> Callable[..., tuple[Path, OfflineStore]]:
    """A plain backup, and the store encrypted with a key that is lost."""

    def lock(**more: object) -> tuple[Path, OfflineStore]:
        plain = room_of(home)
        save(plain, whole("users", 1, 1, 10))
        file = backed_up(plain)
        plain.store.close()
        shutil.rmtree(home.data / "state.lmdb")
        shutil.rmtree(home.data / "state")
        sealed = room_of(home, StoreEncryption(XorSealer()))
        sealed.store.open_epoch("users", 20)
        save(sealed, whole("users", 21, 1, 20), **more)
        sealed.store.close()
        return file, room_of(home)

    return lock


def test_it_is_moved_aside_and_no_version_of_it_is_issued_again(
    home: Home, locked: Callable[[], tuple[Path, OfflineStore]]
) -> None:
    file, stored = locked()
    done = restored(stored, file)
    assert done.versions == {"users": Version(22, 0)}
    assert [path.name.partition(".before-restore-")[0] for path in done.before] == ["state.lmdb", "state"]
    assert all(path.is_dir() for path in done.before)
    assert chain(stored, "users").snapshot.parts == whole("users", 1, 1, 10).parts
    assert kept_in(home.data / "backups", BEFORE_RESTORE) == ()
    stored.store.close()


def test_who_was_forgotten_in_it_stays_forgotten(
    home: Home, locked: Callable[..., tuple[Path, OfflineStore]]
) -> None:
    file, stored = locked(tombstones={"late": 3.0})
    restored(stored, file)
    assert stored.store.read_tombstones() == {"late": 3.0}
    stored.store.close()


def test_one_of_which_not_even_the_bytes_can_be_had_is_moved_aside_too(
    home: Home, stored: OfflineStore
) -> None:
    stored.store.open_epoch("users", 6)
    save(stored, whole("users", 7, 1, 10))
    file = backed_up(stored)
    stored.store.close()
    data = home.data / "state.lmdb" / "data.mdb"
    data.unlink()
    data.mkdir()
    done = restored(stored, file)
    assert done.versions["users"] > Version(7 + GAP, 0)
    assert chain(stored, "users").snapshot.parts == whole("users", 7, 1, 10).parts


def test_one_domain_alone_is_not_restored_over_it(
    home: Home, locked: Callable[[], tuple[Path, OfflineStore]]
) -> None:
    file, stored = locked()
    content = read(file).content
    both = msgspec.structs.replace(content, chains={**content.chains, "system": Chain(whole("system", 1, 1))})
    with pytest.raises(StoreError, match="cannot be read") as error:
        restore(stored, both, ("users",))
    assert "--domain" in error.value.remedy
    assert not list(home.data.glob("*.before-restore-*"))
    stored.store.close()


def test_it_is_put_back_when_the_disk_takes_nothing(
    home: Home, locked: Callable[[], tuple[Path, OfflineStore]]
) -> None:
    file, stored = locked()
    before = (home.data / "state.lmdb" / "data.mdb").read_bytes()

    def full(point: str) -> None:
        if "writing" in point:
            raise OSError(28, "No space left on device")

    Database.fault = staticmethod(full)
    with pytest.raises(StoreError, match="No space left"):
        restored(stored, file)
    stored.store.close()
    assert (home.data / "state.lmdb" / "data.mdb").read_bytes() == before
    assert list((home.data / "state" / "users").glob("*.state"))


def test_what_was_moved_aside_comes_back_whole(home: Home, stored: OfflineStore) -> None:
    save(stored, whole("users", 1, 1))
    moved = move_aside(stored.store)
    assert not stored.store.database.path.exists()
    replace_file(home.data / "state", (b"in the way",), durable=False)
    move_back(stored.store, moved)
    assert chain(stored, "users").version == Version(1, 1)


def test_versions_are_counted_anew_and_follow_on_each_other() -> None:
    old = Chain(whole("users", 3, 7), (change("users", 3, 8, 1), change("users", 3, 9, 2)))
    new = renumbered(old, 5)
    assert new.snapshot.version == Version(5, 0)
    assert [(c.base, c.version) for c in new.changes] == [
        (Version(5, 0), Version(5, 1)),
        (Version(5, 1), Version(5, 2)),
    ]
