"""What follows on what, and what is refused."""

import pytest

from actors.kernel.protocol.storage import SaveChange, SaveSnapshot, Version
from actors.persistence import domain_log as module
from actors.persistence.domain_log import DomainLog, Refusal
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.record import Kind, Record


def change(base: int, to: int, patch: bytes = b"patch", epoch: int = 1) -> SaveChange:
    return SaveChange("users", 1, Version(epoch, base), Version(epoch, to), patch)


def part(number: int, of: int, n: int = 1, payload: bytes = b"") -> SaveSnapshot:
    return SaveSnapshot("users", 1, Version(1, n), number, of, payload or f"part {number}".encode())


def snapshot(n: int, epoch: int = 1) -> Snapshot:
    return Snapshot("users", 1, Version(epoch, n), 5.0, (b"whole",))


@pytest.fixture
def begun() -> DomainLog:
    """A ledger whose whole state is at version 1.1, and on disk."""
    domain_log = DomainLog("users")
    domain_log.replace(snapshot(1))
    domain_log.wrote()
    return domain_log


def test_a_change_needs_a_whole_state_before_it() -> None:
    domain_log = DomainLog("users")
    refusal = domain_log.add(change(0, 1), 5.0)
    assert refusal is not None
    assert refusal.snapshot
    assert not domain_log.is_due


def test_changes_that_follow_on_each_other_are_kept_in_order(begun: DomainLog) -> None:
    assert [begun.add(change(n, n + 1), 5.0) for n in (1, 2, 3)] == [None] * 3
    assert [(c.base.n, c.version.n) for c in begun.changes] == [(1, 2), (2, 3), (3, 4)]
    assert (begun.newest, begun.written, begun.since) == (Version(1, 4), Version(1, 1), 3)


def test_a_change_that_skips_one_is_refused_and_the_whole_state_wanted(begun: DomainLog) -> None:
    refusal = begun.add(change(2, 3), 5.0)
    assert refusal == Refusal("the change is based on version 1.2, not on 1.1", snapshot=True)
    assert begun.newest == Version(1, 1)
    assert not begun.is_due


def test_a_change_that_comes_again_is_neither_refused_nor_kept_twice(begun: DomainLog) -> None:
    assert begun.add(change(1, 2), 5.0) is None
    assert begun.add(change(1, 2), 5.0) is None
    assert begun.add(change(0, 1), 5.0) is None
    assert len(begun.changes) == 1


def test_there_is_a_limit_to_the_changes_since_a_whole_state(
    begun: DomainLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HARD_LIMIT", 3)
    for n in (1, 2, 3):
        assert begun.add(change(n, n + 1), 5.0) is None
    begun.wrote()
    refusal = begun.add(change(4, 5), 5.0)
    assert refusal is not None
    assert refusal.snapshot
    assert "too many changes" in refusal.why
    begun.replace(snapshot(5))
    assert begun.add(change(5, 6), 5.0) is None


def test_there_is_a_limit_to_the_bytes_that_wait_for_the_disk(
    begun: DomainLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNWRITTEN", 100)
    assert begun.add(change(1, 2, bytes(101)), 5.0) is None
    refusal = begun.add(change(2, 3), 5.0)
    assert refusal is not None
    assert refusal.snapshot
    begun.wrote()
    assert begun.add(change(2, 3), 5.0) is None


def test_beyond_the_limit_the_whole_state_stands_for_the_changes_before_it(
    begun: DomainLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNWRITTEN", 100)
    assert begun.add(change(1, 2, bytes(200)), 5.0) is None
    begun.replace(snapshot(3))
    assert begun.changes == []
    assert begun.add(change(3, 4), 5.0) is None


def test_a_state_in_parts_is_whole_with_the_last() -> None:
    domain_log = DomainLog("users")
    assert domain_log.take(part(0, 3), 5.0) is None
    assert domain_log.take(part(1, 3), 5.0) is None
    whole = domain_log.take(part(2, 3), 5.0)
    assert isinstance(whole, Snapshot)
    assert whole.parts == (b"part 0", b"part 1", b"part 2")
    assert not domain_log.is_due  # it is not taken over by being whole


@pytest.mark.parametrize(
    "arriving",
    [
        (part(1, 3),),
        (part(0, 3), part(2, 3)),
        (part(0, 3), part(1, 3), part(1, 3)),
        (part(0, 3), part(1, 3, n=2)),
    ],
    ids=["the first is missing", "one is missing", "one comes twice", "one is of another version"],
)
def test_parts_out_of_order_are_refused(arriving: tuple[SaveSnapshot, ...]) -> None:
    domain_log = DomainLog("users")
    *before, last = arriving
    assert [domain_log.take(one, 5.0) for one in before] == [None] * len(before)
    assert domain_log.take(last, 5.0) == Refusal("a part of the snapshot is missing", snapshot=True)
    assert domain_log.take(part(2, 3), 5.0) == Refusal("a part of the snapshot is missing", snapshot=True)


def test_a_first_part_begins_anew() -> None:
    domain_log = DomainLog("users")
    assert domain_log.take(part(0, 2), 5.0) is None
    assert domain_log.take(part(0, 2, n=2), 5.0) is None
    whole = domain_log.take(part(1, 2, n=2), 5.0)
    assert isinstance(whole, Snapshot)
    assert whole.version == Version(1, 2)


def test_a_state_that_is_too_large_is_refused_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 10)
    domain_log = DomainLog("users")
    assert domain_log.take(part(0, 2, payload=bytes(6)), 5.0) is None
    assert domain_log.take(part(1, 2, payload=bytes(6)), 5.0) == Refusal("the state has more than 10 bytes")


def test_a_whole_state_counts_the_changes_from_there(begun: DomainLog) -> None:
    for n in (1, 2, 3):
        begun.add(change(n, n + 1), 5.0)
    begun.replace(snapshot(3))
    assert begun.since == 1
    assert [c.version.n for c in begun.recent] == [4]
    # Should the new copy be damaged one day, the one before needs these.
    assert [c.version.n for c in begun.changes] == [2, 3, 4]
    assert begun.newest == Version(1, 4)


def test_an_older_whole_state_does_not_take_the_place_of_a_newer_one() -> None:
    domain_log = DomainLog("users")
    domain_log.replace(snapshot(7))
    domain_log.replace(snapshot(3))
    assert domain_log.newest == Version(1, 7)
    assert domain_log.snapshot == snapshot(7)


def test_what_was_written_is_not_due_any_more(begun: DomainLog) -> None:
    begun.add(change(1, 2), 5.0)
    assert begun.is_due
    begun.wrote()
    assert not begun.is_due
    assert (begun.written, begun.newest) == (Version(1, 2), Version(1, 2))
    assert begun.since == 1


def test_what_was_loaded_is_built_on_and_not_due() -> None:
    domain_log = DomainLog("users")
    stored = Record(Kind.CHANGE, "users", 1, Version(1, 2), 5.0, b"patch", Version(1, 1))
    domain_log.loaded(Chain(snapshot(1), (stored,)))
    assert not domain_log.is_due
    assert (domain_log.newest, domain_log.since) == (Version(1, 2), 1)
    follows = SaveChange("users", 1, Version(1, 2), Version(2, 1), b"patch")
    assert domain_log.add(follows, 5.0) is None


def test_nothing_loaded_is_nothing_to_build_on(begun: DomainLog) -> None:
    begun.add(change(1, 2), 5.0)
    begun.loaded(None)
    assert (begun.newest, begun.is_due, begun.since) == (None, False, 0)


def test_the_whole_state_is_wanted_when_few_changes_have_become_as_large_as_it(
    begun: DomainLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SMALL", 100)
    begun.add(change(1, 2, bytes(99)), 5.0)
    assert not begun.wants_snapshot(changes=1000)
    begun.add(change(2, 3, bytes(1)), 5.0)
    assert begun.wants_snapshot(changes=1000)
    begun.replace(Snapshot("users", 1, Version(1, 3), 5.0, (bytes(300),)))
    begun.add(change(3, 4, bytes(299)), 5.0)
    assert not begun.wants_snapshot(changes=1000)  # the state is larger
    begun.add(change(4, 5, bytes(1)), 5.0)
    assert begun.wants_snapshot(changes=1000)


def test_changes_that_are_on_disk_and_large_are_counted_and_not_held(
    begun: DomainLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HELD", 100)
    begun.add(change(1, 2, bytes(101)), 5.0)
    assert begun.recent  # no disk has it yet
    begun.wrote()
    assert (begun.recent, begun.since, begun.recent_bytes) == ([], 1, 101)
    begun.add(change(2, 3, bytes(7)), 5.0)
    begun.replace(snapshot(2))
    assert (begun.since, begun.recent_bytes, begun.journal_bytes) == (1, 7, 108)


@pytest.mark.parametrize("stored", [2, 3, 4])
def test_the_limit_counts_what_was_stored_before_too(stored: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HARD_LIMIT", 3)
    changes = tuple(
        Record(Kind.CHANGE, "users", 1, Version(1, n + 1), 5.0, b"patch", Version(1, n))
        for n in range(1, stored + 1)
    )
    domain_log = DomainLog("users")
    domain_log.loaded(Chain(snapshot(1), changes))
    refused = domain_log.add(change(stored + 1, stored + 2), 5.0)
    assert (refused is None) == (stored < 3)
