"""What is in memory of all domains, without a disk."""

from actors.kernel.protocol.storage import SaveChange, Version
from actors.persistence.domain_logs import DomainLogs
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.record import Kind, Record
from actors.persistence.store.snapshots.cache import SnapshotCache

WHOLE = Snapshot("users", 1, Version(1, 1), 5.0, (b"1.1",))
STEP = Record(Kind.CHANGE, "users", 1, Version(1, 2), 5.0, b"to 1.2", Version(1, 1))


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def logs(clock: Clock | None = None) -> DomainLogs:
    return DomainLogs(SnapshotCache(10.0, clock or Clock()))


def test_the_newest_state_is_known_when_all_of_it_is_in_memory() -> None:
    clock = Clock()
    known = logs(clock)
    assert known.newest("users") is None
    known.loaded("users", Chain(WHOLE, (STEP,)), damaged=False)
    assert known.newest("users") == Chain(WHOLE, (STEP,))
    clock.now += 10.0
    assert known.newest("users") is None


def test_what_is_not_written_is_known_by_name_and_not_replaced_by_what_is_read() -> None:
    known = logs()
    known.loaded("users", Chain(WHOLE), damaged=False)
    assert (known.unwritten, known.written) == ((), {"users": Version(1, 1)})
    known.of("users").add(SaveChange("users", 1, Version(1, 1), Version(1, 2), b"to 1.2"), 5.0)
    known.loaded("users", None, damaged=True)
    assert known.unwritten == ("users",)
    assert known.of("users").newest == Version(1, 2)


def test_after_damage_a_snapshot_is_wanted_and_no_change_taken() -> None:
    known = logs()
    known.loaded("users", Chain(WHOLE), damaged=True)
    log = known.of("users")
    assert (log.newest, log.asked) == (None, True)
    assert log.add(SaveChange("users", 1, Version(1, 1), Version(1, 2), b""), 5.0) is not None


def test_when_the_database_is_lost_all_that_is_in_memory_is_to_be_written_again() -> None:
    known = logs()
    known.loaded("users", Chain(WHOLE, (STEP,)), damaged=False)
    known.of("world").newest = Version(4, 4)
    known.database_lost()
    assert known.unwritten == ("users",)
    assert (known.of("users").snapshot, known.of("users").changes) == (WHOLE, [STEP])
    assert known.of("world").newest is None


def test_a_sweep_removes_what_is_on_disk() -> None:
    clock = Clock()
    known = logs(clock)
    known.loaded("users", Chain(WHOLE, (STEP,)), damaged=False)
    clock.now += 10.0
    known.sweep()
    assert known.of("users").recent == []
