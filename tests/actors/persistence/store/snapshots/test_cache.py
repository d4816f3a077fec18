"""The read cache: what it holds, and for how long."""

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.snapshots.cache import LARGEST, SnapshotCache


class HandClock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def snapshot(n: int, domain: str = "users", size: int = 1) -> Snapshot:
    return Snapshot(domain, 2, Version(1, n), 5.0, (bytes(size),))


def test_the_newest_of_each_domain_is_cached() -> None:
    cache = SnapshotCache(5.0, HandClock())
    assert cache.load("users") is None
    for n in (2, 3, 1):
        cache.save(snapshot(n))
    cache.save(snapshot(9, "world"))
    assert cache.load("users") == snapshot(3)
    assert cache.load("world") == snapshot(9, "world")


def test_after_forgetting_an_older_version_may_come() -> None:
    cache = SnapshotCache(5.0, HandClock())
    cache.save(snapshot(9))
    cache.forget("users")
    cache.forget("nobody")
    assert cache.load("users") is None
    cache.save(snapshot(1))
    assert cache.load("users") == snapshot(1)


def test_what_is_too_large_is_not_cached_and_takes_the_older_one_away() -> None:
    cache = SnapshotCache(5.0, HandClock())
    cache.save(snapshot(1))
    cache.save(snapshot(2, size=LARGEST + 1))
    assert cache.load("users") is None


def test_what_has_expired_is_swept_and_not_loaded_before_that_either() -> None:
    clock = HandClock()
    cache = SnapshotCache(5.0, clock)
    cache.save(snapshot(1))
    cache.save(snapshot(1, "world"))
    clock.now += 4.9
    assert cache.sweep() == ()
    clock.now += 0.1
    assert cache.load("users") is None
    cache.save(snapshot(1))
    clock.now += 5.0
    assert cache.sweep() == ("users",)


def test_reading_and_writing_begin_the_time_to_live_again() -> None:
    clock = HandClock()
    cache = SnapshotCache(5.0, clock)
    cache.save(snapshot(1))
    for n in (2, 3):
        clock.now += 4.0
        assert cache.load("users")
        clock.now += 4.0
        cache.save(snapshot(n))
    clock.now += 4.0
    cache.save(snapshot(1))  # older: it changes nothing
    clock.now += 1.0
    assert cache.sweep() == ("users",)


def test_a_time_to_live_of_zero_caches_nothing() -> None:
    cache = SnapshotCache(0.0, HandClock())
    cache.save(snapshot(1))
    assert cache.load("users") is None
