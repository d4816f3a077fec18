"""What each `storage.domains.NAME.backend` promises, through the store and the write-behind that dispatch on it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.kernel.message import Asker, Message
from actors.kernel.protocol.storage import (
    Buffered,
    Committed,
    LoadState,
    SaveChange,
    SaveSnapshot,
    StateLoaded,
    Version,
)
from actors.persistence.open_store import open_store
from actors.persistence.requests import StoreRequest
from actors.persistence.store.snapshots.in_database import part_key
from actors.persistence.write_behind import WriteBehind
from config.schema import Storage
from config.schema.storage import StoragePolicies

BACKENDS = ("memory", "file", "database")
TTL = 50.0


class Bench:
    """The domain `users` with one backend, at a time moved by hand."""

    def __init__(self, home: Path, backend: str, **policy: Any) -> None:
        domains = StoragePolicies(users={"backend": backend, **policy})  # type: ignore[arg-type]
        self.home = home
        self.now = 1000.0
        self.storage = Storage(map_size=2**20, domains=domains, snapshot_interval=10.0)
        self.start()

    def start(self) -> None:
        """A new process; what the one before had in memory only is lost."""
        store = open_store(self.storage, self.home)
        store.database.close()
        self.clerk = WriteBehind(store, self.storage, monotonic=lambda: self.now, wall=lambda: self.now)
        self.loaded = self.load()
        self.at = Version(self.loaded.epoch, 0)

    def work(self, *messages: Any) -> tuple[Message, ...]:
        requests = [StoreRequest(message, Asker("users", "1")) for message in messages]
        return tuple(outcome.message for outcome in self.clerk.work(requests))

    def load(self) -> StateLoaded:
        (loaded,) = (m for m in self.work(LoadState("users")) if isinstance(m, StateLoaded))
        return loaded

    def save(self) -> Message:
        """A snapshot of the next version; how it is acknowledged."""
        self.at = Version(self.at.epoch, self.at.n + 1)
        return self.work(SaveSnapshot("users", 1, self.at, 0, 1, b"\x80"))[0]

    def change(self) -> Message:
        """A change to the next version; how it is acknowledged."""
        base, self.at = self.at, Version(self.at.epoch, self.at.n + 1)
        return self.work(SaveChange("users", 1, base, self.at, b"\x90"))[0]

    @property
    def files(self) -> list[Path]:
        return sorted((self.home / "data" / "state").glob("users/*.state"))


@pytest.fixture(params=BACKENDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, request.param)
    yield bench
    bench.clerk.close()


@pytest.mark.parametrize(
    ("backend", "kind"), [("memory", Buffered), ("file", Committed), ("database", Committed)]
)
def test_a_change_is_on_disk_when_it_is_acknowledged_unless_it_is_kept_in_memory(
    tmp_path: Path, backend: str, kind: type[Message]
) -> None:
    bench = Bench(tmp_path, backend)
    assert isinstance(bench.save(), kind)
    assert isinstance(bench.change(), kind)
    saved = bench.at
    bench.start()
    assert bench.loaded.version == (saved if kind is Committed else Version())
    bench.clerk.close()


def test_what_is_kept_in_memory_is_written_after_the_interval_and_acknowledged_then(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "memory")
    bench.save()
    bench.now += 9.9
    assert isinstance(bench.change(), Buffered)
    bench.now += 0.2
    assert bench.clerk.due_in() == 0.0
    assert bench.work() == (Committed("users", bench.at),)
    saved = bench.at
    bench.start()
    assert bench.loaded.version == saved
    bench.clerk.close()


def test_every_backend_gives_back_what_an_orderly_end_wrote(bench: Bench) -> None:
    bench.save()
    bench.change()
    saved = bench.at
    bench.work(None)
    bench.clerk.close()
    bench.start()
    assert (bench.loaded.version, len(bench.loaded.changes), bench.loaded.note) == (saved, 1, "")


def test_only_a_file_domain_has_its_snapshots_in_files_too(bench: Bench) -> None:
    for _ in range(4):
        bench.save()
    kept = bench.storage.domains.users.backend == "file"
    assert len(bench.files) == (2 if kept else 0)


@pytest.mark.parametrize(("backend", "expired"), [("memory", True), ("file", False), ("database", False)])
def test_only_what_is_kept_in_memory_expires(tmp_path: Path, backend: str, expired: bool) -> None:
    bench = Bench(tmp_path, backend, ttl=TTL)
    bench.save()
    bench.work(None)
    bench.now += TTL
    assert not bench.load().expired
    bench.now += 0.1
    assert bench.load().expired == expired
    bench.clerk.close()


def test_a_time_to_live_of_zero_never_ends(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "memory", ttl=0.0)
    bench.save()
    bench.work(None)
    bench.now += 10.0**9
    assert not bench.load().expired
    bench.clerk.close()


@pytest.mark.parametrize("keep", [2, 4])
def test_each_keeps_as_many_snapshots_as_its_policy_says(tmp_path: Path, keep: int) -> None:
    bench = Bench(tmp_path, "file", keep=keep)
    for _ in range(6):
        bench.save()
    slots = bench.clerk.store.database.read("reading", lambda txn: txn.keys("copy/users/"))
    assert slots == tuple(part_key("users", slot, 0) for slot in range(keep))
    assert len(bench.files) == keep
    bench.clerk.close()


def test_a_lost_snapshot_of_a_file_domain_is_read_from_its_file(bench: Bench) -> None:
    bench.save()
    bench.work(None)
    saved = bench.at
    bench.clerk.store.database.change("damaging", lambda txn: txn.put(part_key("users", 0, 0), b"broken"))
    bench.clerk.close()
    bench.start()
    is_file = bench.storage.domains.users.backend == "file"
    assert bench.loaded.version == (saved if is_file else Version())
    assert "is damaged" in bench.loaded.note
