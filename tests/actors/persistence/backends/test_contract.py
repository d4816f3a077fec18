"""What every backend promises, and what each of them promises besides."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.kernel.protocol.storage import Version
from actors.persistence.store.backends import StorageBackend
from actors.persistence.store.backends.files import KEPT_DAMAGED, FileBackend
from actors.persistence.store.backends.lmdb import DatabaseBackend, part_key
from actors.persistence.store.backends.memory import MemoryBackend
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.database import Database
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.errors import StoreError
from tests.doubles.sealer import XorSealer

MIB = 2**20
SECRET = b"what nobody else may read"


class Bench:
    """A place, and backends over it one after another. kept: how many copies there may be."""

    durable = True
    kept = 3

    def __init__(self, place: Path) -> None:
        self.place = place
        self.backend: StorageBackend = self.open()

    def open(self, sealing: StoreEncryption = PLAIN) -> StorageBackend:
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what is open."""

    def again(self, sealing: StoreEncryption = PLAIN) -> StorageBackend:
        """A new instance over the same place, as after a restart."""
        self.close()
        self.backend = self.open(sealing)
        return self.backend

    def alter(self, domain: str, change: Callable[[bytes], bytes], part: int = 0) -> None:
        """Change what is stored of the newest copy."""
        raise NotImplementedError

    def bytes_on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.place.rglob("*")) if path.is_file())


class MemoryBench(Bench):
    durable = False
    kept = 1

    def open(self, sealing: StoreEncryption = PLAIN) -> StorageBackend:
        return MemoryBackend(lambda _: 0.0, lambda: 0.0)


class FileBench(Bench):
    def open(self, sealing: StoreEncryption = PLAIN) -> StorageBackend:
        return FileBackend(self.place / "files", lambda _: self.kept, sealing)

    def alter(self, domain: str, change: Callable[[bytes], bytes], part: int = 0) -> None:
        newest = max((self.place / "files" / domain).glob("*.state"))
        newest.write_bytes(change(newest.read_bytes()))


class DatabaseBench(Bench):
    def open(self, sealing: StoreEncryption = PLAIN) -> StorageBackend:
        self.database = Database(self.place / "state.lmdb", MIB)
        return DatabaseBackend(self.database, lambda _: self.kept, sealing)

    def close(self) -> None:
        self.database.close()

    def alter(self, domain: str, change: Callable[[bytes], bytes], part: int = 0) -> None:
        newest = self.backend.load(domain).snapshots[0]

        def altered(txn: object) -> None:
            for slot in range(self.kept):
                key = part_key(domain, slot, part)
                data = txn.get(key)  # type: ignore[attr-defined]
                if data is not None and newest.parts[part] in data:
                    txn.put(key, change(data))  # type: ignore[attr-defined]
                    return
            raise AssertionError("it is not there")

        self.database.change("damaging", altered)


@pytest.fixture(params=[MemoryBench, FileBench, DatabaseBench], ids=["memory", "files", "database"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench: Bench = request.param(tmp_path)
    yield bench
    bench.close()


@pytest.fixture(params=[FileBench, DatabaseBench], ids=["files", "database"])
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench: Bench = request.param(tmp_path)
    yield bench
    bench.close()


def snapshot(n: int, epoch: int = 1, domain: str = "users", parts: tuple[bytes, ...] = ()) -> Snapshot:
    return Snapshot(domain, 2, Version(epoch, n), 5.0, parts or (f"{domain} {epoch}.{n}".encode(),))


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


# -- every backend


def test_what_was_never_saved_is_not_there(bench: Bench) -> None:
    found = bench.backend.load("users")
    assert (found.snapshots, found.damaged) == ((), ())


def test_what_was_saved_is_loaded(bench: Bench) -> None:
    bench.backend.save(snapshot(1))
    found = bench.backend.load("users")
    assert (found.snapshots, found.damaged) == ((snapshot(1),), ())


def test_the_newest_comes_first_and_no_more_are_kept_than_wanted(bench: Bench) -> None:
    for n in range(1, 8):
        bench.backend.save(snapshot(n))
    expected = tuple(snapshot(n) for n in range(7, 7 - bench.kept, -1))
    assert bench.backend.load("users").snapshots == expected


def test_a_new_epoch_is_newer_than_any_number_of_the_one_before(bench: Bench) -> None:
    bench.backend.save(snapshot(900, epoch=9))
    bench.backend.save(snapshot(1, epoch=10))
    assert bench.backend.load("users").snapshots[0] == snapshot(1, epoch=10)


def test_an_older_version_never_takes_the_place_of_a_newer_one(bench: Bench) -> None:
    for n in (7, 8, 9):
        bench.backend.save(snapshot(n))
    before = bench.backend.load("users").snapshots
    for older in (snapshot(3), snapshot(8), snapshot(99, epoch=0)):
        bench.backend.save(older)
    assert bench.backend.load("users").snapshots == before


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(arriving=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9)), min_size=1, max_size=12))
def test_the_newest_wins_in_whatever_order_copies_arrive(
    bench: Bench, arriving: list[tuple[int, int]]
) -> None:
    bench.backend.forget("users")
    for epoch, n in arriving:
        bench.backend.save(snapshot(n, epoch))
    epoch, n = max(arriving)
    found = bench.backend.load("users").snapshots
    assert found[0] == snapshot(n, epoch)
    assert [s.version for s in found] == sorted({s.version for s in found}, reverse=True)


def test_domains_are_kept_apart(bench: Bench) -> None:
    names = ("users", "user", "users2", "world", "Users.old", "世界")
    for n, name in enumerate(names, 1):
        bench.backend.save(snapshot(n, domain=name))
    for n, name in enumerate(names, 1):
        assert bench.backend.load(name).snapshots == (snapshot(n, domain=name),)


def test_what_was_forgotten_is_not_loaded_and_the_others_are(bench: Bench) -> None:
    bench.backend.save(snapshot(1))
    bench.backend.save(snapshot(1, domain="users2"))
    bench.backend.forget("users")
    assert bench.backend.load("users").snapshots == ()
    assert bench.backend.load("users2").snapshots == (snapshot(1, domain="users2"),)
    bench.backend.forget("users")
    bench.backend.forget("nobody")


def test_after_forgetting_an_older_version_may_come(bench: Bench) -> None:
    bench.backend.save(snapshot(9))
    bench.backend.forget("users")
    bench.backend.save(snapshot(1))
    assert bench.backend.load("users").snapshots == (snapshot(1),)


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
    bench.backend.save(snapshot(1, parts=parts))
    if bench.durable:
        bench.again()
    assert bench.backend.load("users").snapshots == (snapshot(1, parts=parts),)


def test_a_copy_with_fewer_parts_leaves_nothing_of_the_one_before(bench: Bench) -> None:
    for n in range(1, bench.kept + 1):
        bench.backend.save(snapshot(n, parts=(b"1", b"2", b"3")))
    for n in range(bench.kept + 1, 2 * bench.kept + 1):
        bench.backend.save(snapshot(n, parts=(b"4",)))
    found = bench.backend.load("users")
    assert {s.parts for s in found.snapshots} == {(b"4",)}
    assert len(found.snapshots) == bench.kept
    assert found.damaged == ()


# -- in files and in the database


def test_a_new_instance_finds_what_was_saved(durable: Bench) -> None:
    for n in (1, 2):
        durable.backend.save(snapshot(n))
    again = durable.again()
    assert again.load("users").snapshots == (snapshot(2), snapshot(1))
    again.save(snapshot(1))
    again.save(snapshot(3))
    assert durable.again().load("users").snapshots == (snapshot(3), snapshot(2), snapshot(1))


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
def test_a_damaged_copy_is_set_aside_said_and_the_one_before_used(
    durable: Bench, damage: Callable[[bytes], bytes], part: int
) -> None:
    for n in (1, 2):
        durable.backend.save(snapshot(n, parts=(f"first of {n}".encode(), f"second of {n}".encode())))
    durable.alter("users", damage, part)
    again = durable.again()
    found = again.load("users")
    assert [s.version.n for s in found.snapshots] == [1]
    (said,) = found.damaged
    assert "damaged" in said
    assert "set aside as" in said
    quiet = durable.again().load("users")
    assert ([s.version.n for s in quiet.snapshots], quiet.damaged) == ([1], ())


def test_a_set_aside_copy_takes_no_place_of_a_good_one(durable: Bench) -> None:
    for n in (1, 2, 3):
        durable.backend.save(snapshot(n))
    durable.alter("users", flip)
    again = durable.again()
    again.load("users")
    again.save(snapshot(1, epoch=2))
    assert [(s.version.epoch, s.version.n) for s in again.load("users").snapshots] == [
        (2, 1),
        (1, 2),
        (1, 1),
    ]


def test_only_the_last_damaged_copies_are_kept(durable: Bench) -> None:
    for n in range(1, KEPT_DAMAGED + 4):
        durable.backend.save(snapshot(n, parts=(f"no longer whole {n}:".encode(),)))
        durable.alter("users", flip)
        assert durable.backend.load("users").damaged
    kept = [n for n in range(1, KEPT_DAMAGED + 4) if durable_holds(durable, n)]
    assert kept == list(range(4, KEPT_DAMAGED + 4))


def durable_holds(durable: Bench, n: int) -> bool:
    """Whether the damaged copy `n` is still there, under whatever name."""
    wanted = f"no longer whole {n}".encode()
    if isinstance(durable, DatabaseBench):
        values = durable.database.read("reading", lambda txn: list(txn.items("corrupt/")))
        return any(wanted in value for _, value in values)
    return wanted in durable.bytes_on_disk()


def test_forgetting_takes_the_damaged_copies_too(durable: Bench) -> None:
    durable.backend.save(snapshot(1, parts=(SECRET + b".",)))
    durable.alter("users", flip)
    assert durable.backend.load("users").damaged
    durable.backend.forget("users")
    if isinstance(durable, DatabaseBench):
        durable.database.compact()
    assert SECRET not in durable.bytes_on_disk()


def test_a_copy_of_another_domain_is_not_loaded(durable: Bench) -> None:
    durable.backend.save(snapshot(1, domain="world"))
    durable.backend.save(snapshot(1))
    if isinstance(durable, DatabaseBench):

        def swap(txn: object) -> None:
            stolen = txn.get(part_key("world", 0, 0))  # type: ignore[attr-defined]
            txn.put(part_key("users", 0, 0), stolen)  # type: ignore[attr-defined]

        durable.database.change("swapping", swap)
    else:
        files = {name: next((durable.place / "files" / name).iterdir()) for name in ("users", "world")}
        files["users"].write_bytes(files["world"].read_bytes())
    found = durable.again().load("users")
    assert found.snapshots == ()
    assert len(found.damaged) == 1


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_only_the_owner_may_read_what_is_stored(durable: Bench) -> None:
    mask = os.umask(0)
    try:
        durable.again()
        durable.backend.save(snapshot(1))
        durable.alter("users", flip)
        durable.backend.load("users")
        durable.backend.save(snapshot(2))
    finally:
        os.umask(mask)
    for path in durable.place.rglob("*"):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_sealed_copies_are_read_with_the_key_and_nothing_of_them_without(durable: Bench) -> None:
    sealed = durable.again(StoreEncryption(XorSealer()))
    whole = snapshot(1, parts=(SECRET * 3, b"", SECRET))
    sealed.save(whole)
    assert sealed.load("users").snapshots == (whole,)
    assert durable.again(StoreEncryption(XorSealer())).load("users").snapshots == (whole,)
    assert SECRET not in durable.bytes_on_disk()
    assert SECRET[:8] not in durable.bytes_on_disk()


@pytest.mark.parametrize(
    "sealing", [PLAIN, StoreEncryption(XorSealer(b"another"))], ids=["without a key", "with another key"]
)
def test_what_cannot_be_opened_is_an_error_and_is_not_touched(
    durable: Bench, sealing: StoreEncryption
) -> None:
    durable.again(StoreEncryption(XorSealer())).save(snapshot(1))
    with pytest.raises(StoreError) as caught:
        durable.again(sealing).load("users")
    assert "key" in caught.value.remedy
    found = durable.again(StoreEncryption(XorSealer())).load("users")
    assert (found.snapshots, found.damaged) == ((snapshot(1),), ())


def test_what_was_stored_before_the_key_is_read_with_it(durable: Bench) -> None:
    durable.backend.save(snapshot(1))
    sealed = durable.again(StoreEncryption(XorSealer()))
    sealed.save(snapshot(2))
    assert sealed.load("users").snapshots == (snapshot(2), snapshot(1))


# -- in memory


class HandClock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def memory(clock: HandClock) -> MemoryBackend:
    return MemoryBackend(lambda domain: {"short": 5.0, "long": 60.0}.get(domain, 0.0), clock)


def test_each_domain_lives_as_long_as_its_own_time_to_live() -> None:
    clock = HandClock()
    backend = memory(clock)
    for domain in ("short", "long", "ever"):
        backend.save(snapshot(1, domain=domain))
    clock.now += 4.9
    assert backend.sweep() == ()
    clock.now += 0.1
    assert backend.sweep() == ("short",)
    assert backend.load("short").snapshots == ()
    clock.now += 55.0
    assert backend.sweep() == ("long",)
    clock.now += 10.0**9
    assert backend.sweep() == ()
    assert backend.load("ever").snapshots == (snapshot(1, domain="ever"),)


def test_what_has_expired_is_not_loaded_before_it_is_swept_either() -> None:
    clock = HandClock()
    backend = memory(clock)
    backend.save(snapshot(1, domain="short"))
    clock.now += 5.0
    assert backend.load("short").snapshots == ()


def test_reading_and_writing_begin_the_time_to_live_anew() -> None:
    clock = HandClock()
    backend = memory(clock)
    backend.save(snapshot(1, domain="short"))
    for n in (2, 3):
        clock.now += 4.0
        assert backend.load("short").snapshots
        clock.now += 4.0
        backend.save(snapshot(n, domain="short"))
    clock.now += 4.0
    backend.save(snapshot(1, domain="short"))  # older: it changes nothing
    clock.now += 1.0
    assert backend.sweep() == ("short",)


# -- in files


def test_a_file_under_another_versions_name_is_read_as_what_it_is(tmp_path: Path) -> None:
    backend = FileBackend(tmp_path, lambda _: 3, PLAIN)
    backend.save(snapshot(1))
    (file,) = (tmp_path / "users").iterdir()
    file.rename(file.with_name("000000000009.000000000009.state"))
    found = backend.load("users")
    assert found.snapshots == (snapshot(1),)
    assert "holds version 1.1" in found.damaged[0]


def test_other_files_in_the_folder_are_let_be(tmp_path: Path) -> None:
    backend = FileBackend(tmp_path, lambda _: 2, PLAIN)
    for n in (1, 2, 3):
        backend.save(snapshot(n))
        (tmp_path / "users" / f"notes {n}.txt").write_text("mine")
    (tmp_path / "users" / "000000000009.000000000009.state.new").write_bytes(b"half written")
    (tmp_path / "users" / "000000000009.000000000009.state").mkdir()
    found = backend.load("users")
    assert (found.snapshots, found.damaged) == ((snapshot(3), snapshot(2)), ())
    assert len(list((tmp_path / "users").glob("notes*"))) == 3


def test_a_copy_that_cannot_be_written_leaves_the_ones_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = FileBackend(tmp_path, lambda _: 2, PLAIN)
    for n in (1, 2):
        backend.save(snapshot(n))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("config.files.os.fsync", full)
        with pytest.raises(StoreError, match="No space") as caught:
            backend.save(snapshot(3))
    assert "free some space" in caught.value.remedy
    assert backend.load("users").snapshots == (snapshot(2), snapshot(1))
    assert sorted(path.suffix for path in (tmp_path / "users").iterdir()) == [".state", ".state"]


def test_a_file_in_the_way_of_the_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "users").write_text("in the way")
    with pytest.raises(StoreError, match="users: writing a copy") as caught:
        FileBackend(tmp_path, lambda _: 2, PLAIN).save(snapshot(1))
    assert "move it away" in caught.value.remedy
