"""What snapshots in the database and in files promise alike, and what those in files promise besides."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.database import Database
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.errors import StoreError
from actors.persistence.store.snapshots import FoundSnapshots
from actors.persistence.store.snapshots.in_database import DatabaseSnapshots, part_key
from actors.persistence.store.snapshots.in_files import KEPT_DAMAGED, FileSnapshots
from tests.doubles.sealer import XorSealer

MIB = 2**20
SECRET = b"what nobody else may read"
KEPT = 3


class Bench:
    """A place, and what keeps snapshots there, as the store uses it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.open(PLAIN)

    def open(self, encryption: StoreEncryption) -> None:
        raise NotImplementedError

    def save(self, snapshot: Snapshot) -> None:
        raise NotImplementedError

    def load(self, domain: str) -> FoundSnapshots:
        raise NotImplementedError

    def keep_only(self, domain: str, version: Version) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Close what is open."""

    def again(self, encryption: StoreEncryption = PLAIN) -> "Bench":
        """Open the place again, as after a restart."""
        self.close()
        self.open(encryption)
        return self

    def alter(self, domain: str, change: Callable[[bytes], bytes], part: int = 0) -> None:
        """Change what is stored of the newest snapshot."""
        raise NotImplementedError

    def bytes_on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.place.rglob("*")) if path.is_file())


class FileBench(Bench):
    def open(self, encryption: StoreEncryption) -> None:
        self.files = FileSnapshots(self.place / "files", encryption)

    def save(self, snapshot: Snapshot) -> None:
        self.files.save(snapshot, KEPT)

    def load(self, domain: str) -> FoundSnapshots:
        return self.files.load(domain)

    def keep_only(self, domain: str, version: Version) -> None:
        self.files.keep_only(domain, version)

    def alter(self, domain: str, change: Callable[[bytes], bytes], part: int = 0) -> None:
        newest = max((self.place / "files" / domain).glob("*.state"))
        newest.write_bytes(change(newest.read_bytes()))


class DatabaseBench(Bench):
    def open(self, encryption: StoreEncryption) -> None:
        self.database = Database(self.place / "state.lmdb", MIB)
        self.snapshots = DatabaseSnapshots(encryption)

    def save(self, snapshot: Snapshot) -> None:
        self.database.change("saving", lambda txn: self.snapshots.put(txn, snapshot, KEPT))

    def load(self, domain: str) -> FoundSnapshots:
        return self.database.change("loading", lambda txn: self.snapshots.get(txn, domain))

    def keep_only(self, domain: str, version: Version) -> None:
        self.database.change("purging", lambda txn: self.snapshots.keep_only(txn, domain, version))
        self.database.compact()

    def close(self) -> None:
        self.database.close()

    def alter(self, domain: str, change: Callable[[bytes], bytes], part: int = 0) -> None:
        newest = self.load(domain).snapshots[0]

        def altered(txn: object) -> None:
            for slot in range(KEPT):
                key = part_key(domain, slot, part)
                data = txn.get(key)  # type: ignore[attr-defined]
                if data is not None and newest.parts[part] in data:
                    txn.put(key, change(data))  # type: ignore[attr-defined]
                    return
            raise AssertionError("it is not there")

        self.database.change("damaging", altered)


@pytest.fixture(params=[FileBench, DatabaseBench], ids=["files", "database"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench: Bench = request.param(tmp_path)
    yield bench
    bench.close()


def snapshot(n: int, epoch: int = 1, domain: str = "users", parts: tuple[bytes, ...] = ()) -> Snapshot:
    return Snapshot(domain, 2, Version(epoch, n), 5.0, parts or (f"{domain} {epoch}.{n}".encode(),))


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


def test_what_was_never_saved_is_not_there(bench: Bench) -> None:
    found = bench.load("users")
    assert (found.snapshots, found.damaged) == ((), ())


def test_what_was_saved_is_loaded(bench: Bench) -> None:
    bench.save(snapshot(1))
    found = bench.load("users")
    assert (found.snapshots, found.damaged) == ((snapshot(1),), ())


def test_the_newest_comes_first_and_no_more_are_kept_than_wanted(bench: Bench) -> None:
    for n in range(1, 8):
        bench.save(snapshot(n))
    expected = tuple(snapshot(n) for n in range(7, 7 - KEPT, -1))
    assert bench.load("users").snapshots == expected


def test_a_new_epoch_is_newer_than_any_number_of_the_one_before(bench: Bench) -> None:
    bench.save(snapshot(900, epoch=9))
    bench.save(snapshot(1, epoch=10))
    assert bench.load("users").snapshots[0] == snapshot(1, epoch=10)


def test_an_older_version_never_takes_the_place_of_a_newer_one(bench: Bench) -> None:
    for n in (7, 8, 9):
        bench.save(snapshot(n))
    before = bench.load("users").snapshots
    for older in (snapshot(3), snapshot(8), snapshot(99, epoch=0)):
        bench.save(older)
    assert bench.load("users").snapshots == before


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(arriving=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9)), min_size=1, max_size=12))
def test_the_newest_wins_in_whatever_order_snapshots_arrive(
    bench: Bench, arriving: list[tuple[int, int]]
) -> None:
    bench.keep_only("users", Version())
    for epoch, n in arriving:
        bench.save(snapshot(n, epoch))
    epoch, n = max(arriving)
    found = bench.load("users").snapshots
    assert found[0] == snapshot(n, epoch)
    assert [s.version for s in found] == sorted({s.version for s in found}, reverse=True)


def test_domains_are_kept_apart(bench: Bench) -> None:
    names = ("users", "user", "users2", "world", "Users.old", "世界")
    for n, name in enumerate(names, 1):
        bench.save(snapshot(n, domain=name))
    for n, name in enumerate(names, 1):
        assert bench.load(name).snapshots == (snapshot(n, domain=name),)


def test_only_the_wanted_version_is_left_of_the_domain_and_the_others_are_untouched(bench: Bench) -> None:
    for n in (1, 2, 3):
        bench.save(snapshot(n))
    bench.save(snapshot(1, domain="users2"))
    bench.keep_only("users", Version(1, 2))
    assert bench.load("users").snapshots == (snapshot(2),)
    assert bench.load("users2").snapshots == (snapshot(1, domain="users2"),)
    bench.keep_only("users", Version(1, 2))
    bench.keep_only("nobody", Version(1, 1))


@pytest.mark.parametrize(
    "parts",
    [
        (b"",),
        (b"", b"", b""),
        (b"a", b"", b"c"),
        tuple(f"part {n}".encode() for n in range(300)),
        (bytes(range(256)) * 4 * 1024, os.urandom(3 * MIB)),
    ],
    ids=["an empty part", "only empty parts", "an empty part between", "many parts", "large parts"],
)
def test_parts_come_back_as_they_were(bench: Bench, parts: tuple[bytes, ...]) -> None:
    bench.save(snapshot(1, parts=parts))
    bench.again()
    assert bench.load("users").snapshots == (snapshot(1, parts=parts),)


def test_a_snapshot_with_fewer_parts_leaves_nothing_of_the_one_before(bench: Bench) -> None:
    for n in range(1, KEPT + 1):
        bench.save(snapshot(n, parts=(b"1", b"2", b"3")))
    for n in range(KEPT + 1, 2 * KEPT + 1):
        bench.save(snapshot(n, parts=(b"4",)))
    found = bench.load("users")
    assert {s.parts for s in found.snapshots} == {(b"4",)}
    assert len(found.snapshots) == KEPT
    assert found.damaged == ()


def test_a_new_instance_finds_what_was_saved(bench: Bench) -> None:
    for n in (1, 2):
        bench.save(snapshot(n))
    again = bench.again()
    assert again.load("users").snapshots == (snapshot(2), snapshot(1))
    again.save(snapshot(1))
    again.save(snapshot(3))
    assert bench.again().load("users").snapshots == (snapshot(3), snapshot(2), snapshot(1))


@pytest.mark.parametrize(
    "damage",
    [
        flip,
        lambda data: data[:-1],
        lambda data: b"",
        lambda data: bytes(len(data)),
        lambda data: b"something else" * 100,
        lambda data: data[:20] + data[60:],
    ],
    ids=["flipped", "torn", "emptied", "zeroed", "overwritten", "cut"],
)
@pytest.mark.parametrize("part", [0, 1])
def test_a_damaged_snapshot_is_set_aside_said_and_the_one_before_used(
    bench: Bench, damage: Callable[[bytes], bytes], part: int
) -> None:
    for n in (1, 2):
        bench.save(snapshot(n, parts=(f"first of {n}".encode(), f"second of {n}".encode())))
    bench.alter("users", damage, part)
    again = bench.again()
    found = again.load("users")
    assert [s.version.n for s in found.snapshots] == [1]
    (said,) = found.damaged
    assert "damaged" in said
    assert "set aside as" in said
    quiet = bench.again().load("users")
    assert ([s.version.n for s in quiet.snapshots], quiet.damaged) == ([1], ())


def test_a_set_aside_snapshot_takes_no_place_of_a_good_one(bench: Bench) -> None:
    for n in (1, 2, 3):
        bench.save(snapshot(n))
    bench.alter("users", flip)
    again = bench.again()
    again.load("users")
    again.save(snapshot(1, epoch=2))
    assert [(s.version.epoch, s.version.n) for s in again.load("users").snapshots] == [
        (2, 1),
        (1, 2),
        (1, 1),
    ]


def test_only_the_last_damaged_snapshots_are_kept(bench: Bench) -> None:
    for n in range(1, KEPT_DAMAGED + 4):
        bench.save(snapshot(n, parts=(f"no longer whole {n}:".encode(),)))
        bench.alter("users", flip)
        assert bench.load("users").damaged
    kept = [n for n in range(1, KEPT_DAMAGED + 4) if holds(bench, n)]
    assert kept == list(range(4, KEPT_DAMAGED + 4))


def holds(bench: Bench, n: int) -> bool:
    """Whether the damaged snapshot `n` is still there, under whatever name."""
    wanted = f"no longer whole {n}".encode()
    if isinstance(bench, DatabaseBench):
        values = bench.database.read("reading", lambda txn: list(txn.items("corrupt/")))
        return any(wanted in value for _, value in values)
    return wanted in bench.bytes_on_disk()


def test_a_purge_takes_the_damaged_snapshots_too(bench: Bench) -> None:
    bench.save(snapshot(1, parts=(SECRET + b".",)))
    bench.alter("users", flip)
    assert bench.load("users").damaged
    bench.save(snapshot(2))
    bench.keep_only("users", Version(1, 2))
    assert SECRET not in bench.bytes_on_disk()
    assert bench.load("users").snapshots == (snapshot(2),)


def test_a_snapshot_of_another_domain_is_not_loaded(bench: Bench) -> None:
    bench.save(snapshot(1, domain="world"))
    bench.save(snapshot(1))
    if isinstance(bench, DatabaseBench):

        def swap(txn: object) -> None:
            stolen = txn.get(part_key("world", 0, 0))  # type: ignore[attr-defined]
            txn.put(part_key("users", 0, 0), stolen)  # type: ignore[attr-defined]

        bench.database.change("swapping", swap)
    else:
        files = {name: next((bench.place / "files" / name).iterdir()) for name in ("users", "world")}
        files["users"].write_bytes(files["world"].read_bytes())
    found = bench.again().load("users")
    assert found.snapshots == ()
    assert len(found.damaged) == 1


@pytest.mark.posix("modes of files")
def test_only_the_owner_may_read_what_is_stored(bench: Bench) -> None:
    mask = os.umask(0)
    try:
        bench.again()
        bench.save(snapshot(1))
        bench.alter("users", flip)
        bench.load("users")
        bench.save(snapshot(2))
    finally:
        os.umask(mask)
    for path in bench.place.rglob("*"):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_encrypted_snapshots_are_read_with_the_key_and_nothing_of_them_without(bench: Bench) -> None:
    sealed = bench.again(StoreEncryption(XorSealer()))
    whole = snapshot(1, parts=(SECRET * 3, b"", SECRET))
    sealed.save(whole)
    assert sealed.load("users").snapshots == (whole,)
    assert bench.again(StoreEncryption(XorSealer())).load("users").snapshots == (whole,)
    assert SECRET not in bench.bytes_on_disk()
    assert SECRET[:8] not in bench.bytes_on_disk()


@pytest.mark.parametrize(
    "encryption", [PLAIN, StoreEncryption(XorSealer(b"another"))], ids=["without a key", "with another key"]
)
def test_what_cannot_be_opened_is_an_error_and_is_not_touched(
    bench: Bench, encryption: StoreEncryption
) -> None:
    bench.again(StoreEncryption(XorSealer())).save(snapshot(1))
    with pytest.raises(StoreError) as caught:
        bench.again(encryption).load("users")
    assert "key" in caught.value.remedy
    found = bench.again(StoreEncryption(XorSealer())).load("users")
    assert (found.snapshots, found.damaged) == ((snapshot(1),), ())


def test_what_was_stored_before_the_key_is_read_with_it(bench: Bench) -> None:
    bench.save(snapshot(1))
    sealed = bench.again(StoreEncryption(XorSealer()))
    sealed.save(snapshot(2))
    assert sealed.load("users").snapshots == (snapshot(2), snapshot(1))


# -- in files


def test_a_file_under_another_versions_name_is_read_as_what_it_is(tmp_path: Path) -> None:
    files = FileSnapshots(tmp_path, PLAIN)
    files.save(snapshot(1), 2)
    (file,) = (tmp_path / "users").iterdir()
    file.rename(file.with_name("000000000009.000000000009.state"))
    found = files.load("users")
    assert found.snapshots == (snapshot(1),)
    assert "holds version 1.1" in found.damaged[0]


def test_other_files_in_the_folder_are_let_be(tmp_path: Path) -> None:
    files = FileSnapshots(tmp_path, PLAIN)
    for n in (1, 2, 3):
        files.save(snapshot(n), 2)
        (tmp_path / "users" / f"notes {n}.txt").write_text("mine")
    (tmp_path / "users" / "000000000009.000000000009.state.new").write_bytes(b"half written")
    (tmp_path / "users" / "000000000009.000000000009.state").mkdir()
    found = files.load("users")
    assert (found.snapshots, found.damaged) == ((snapshot(3), snapshot(2)), ())
    assert len(list((tmp_path / "users").glob("notes*"))) == 3


def test_a_snapshot_that_cannot_be_written_leaves_the_ones_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = FileSnapshots(tmp_path, PLAIN)
    for n in (1, 2):
        files.save(snapshot(n), 2)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("config.files.os.fsync", full)
        with pytest.raises(StoreError, match="No space") as caught:
            files.save(snapshot(3), 2)
    assert "free some space" in caught.value.remedy
    assert files.load("users").snapshots == (snapshot(2), snapshot(1))
    assert sorted(path.suffix for path in (tmp_path / "users").iterdir()) == [".state", ".state"]


def test_a_file_in_the_way_of_the_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "users").write_text("in the way")
    with pytest.raises(StoreError, match="users: writing a snapshot") as caught:
        FileSnapshots(tmp_path, PLAIN).save(snapshot(1), 2)
    assert "move it away" in caught.value.remedy
