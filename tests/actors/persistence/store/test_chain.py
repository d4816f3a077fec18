"""Which of what is stored leads furthest."""

from collections.abc import Collection, Sequence

from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.protocol.storage import Version
from actors.persistence.store.chain import Chain, Snapshot, assembled, best, records_of
from actors.persistence.store.record import Kind, Record


def snapshot(n: int) -> Snapshot:
    return Snapshot("users", 1, Version(1, n), 5.0, (f"whole {n}".encode(),))


def change(base: int, to: int) -> Record:
    return Record(Kind.CHANGE, "users", 1, Version(1, to), 5.0, f"{base} to {to}".encode(), Version(1, base))


def paths(at: Version, changes: Collection[Record]) -> list[tuple[Record, ...]]:
    """Every way on from `at`, also the one of no step."""
    found: list[tuple[Record, ...]] = [()]
    for step in changes:
        if step.base == at and step.version > at:
            found += [(step, *rest) for rest in paths(step.version, changes)]
    return found


def furthest(snapshots: Collection[Snapshot], changes: Collection[Record]) -> Chain | None:
    """By trying everything; of two that lead equally far, the one with fewer changes."""
    tried = [Chain(s, path) for s in snapshots for path in paths(s.version, changes)]
    return max(tried, key=lambda chain: (chain.version, -len(chain.changes)), default=None)


numbers = st.integers(1, 9)
steps = st.tuples(numbers, numbers).filter(lambda step: step[0] < step[1])
# A version is issued once, so that one change leads to it.
journals = st.lists(steps, max_size=9, unique_by=lambda step: step[1]).map(
    lambda found: [change(*step) for step in found]
)
copies = st.lists(numbers, max_size=4, unique=True).map(lambda found: [snapshot(n) for n in found])


@given(copies, journals, st.randoms(use_true_random=False))
def test_the_chain_to_the_newest_version_is_found(
    snapshots: list[Snapshot], changes: list[Record], random: "st.Random"
) -> None:
    arriving = [*changes, *changes]
    random.shuffle(arriving)
    found, beyond = best(snapshots, arriving)
    assert found == furthest(snapshots, changes)
    after = found.version if found is not None else Version()
    assert list(beyond) == sorted((c for c in changes if c.version > after), key=lambda c: c.version)


@given(copies, journals, st.sets(numbers, max_size=4))
def test_a_refused_version_is_never_the_last_and_what_is_found_hangs_together(
    snapshots: list[Snapshot], changes: list[Record], refused: set[int]
) -> None:
    not_these = {Version(1, n) for n in refused}
    found, _ = best(snapshots, changes, not_these)
    if found is None:
        assert not [s for s in snapshots if s.version not in not_these]
        return
    assert found.version not in not_these
    assert found.snapshot in snapshots
    assert found.changes in paths(found.snapshot.version, changes)
    assert found.version >= max(
        (s.version for s in snapshots if s.version not in not_these), default=Version()
    )


def test_nothing_leads_nowhere_and_its_changes_are_told() -> None:
    assert best([], []) == (None, ())
    assert best([], [change(2, 3), change(1, 2)]) == (None, (change(1, 2), change(2, 3)))


def test_a_chain_is_at_the_version_and_time_of_its_last_change() -> None:
    later = Record(Kind.CHANGE, "users", 1, Version(1, 2), 9.0, b"", Version(1, 1))
    assert (Chain(snapshot(1)).version, Chain(snapshot(1)).saved_at) == (Version(1, 1), 5.0)
    assert (Chain(snapshot(1), (later,)).version, Chain(snapshot(1), (later,)).saved_at) == (
        Version(1, 2),
        9.0,
    )


def test_a_missing_change_is_led_around_by_the_newer_copy() -> None:
    found, beyond = best([snapshot(1), snapshot(4)], [change(1, 2), change(3, 4), change(4, 5)])
    assert (found, beyond) == (Chain(snapshot(4), (change(4, 5),)), ())


def test_a_damaged_newer_copy_is_led_around_by_the_changes() -> None:
    found, beyond = best([snapshot(1)], [change(1, 3), change(3, 4), change(4, 5)])
    assert found is not None
    assert (found.version, beyond) == (Version(1, 5), ())


def test_a_branch_that_ended_does_not_hide_the_one_that_went_on() -> None:
    """A write that was killed before it counted lies in the file; the next life went on from what was before it."""
    lost = [change(1, 2), change(2, 3)]
    found, beyond = best([snapshot(1)], [*lost, change(1, 5), change(5, 6)])
    assert found is not None
    assert found.changes == (change(1, 5), change(5, 6))
    assert beyond == ()


def test_after_a_refusal_the_last_change_is_left_out_and_then_all_of_them() -> None:
    changes: Sequence[Record] = [change(n, n + 1) for n in range(1, 9)]
    first, _ = best([snapshot(1)], changes)
    second, _ = best([snapshot(1)], changes, [Version(1, 9)])
    third, _ = best([snapshot(1)], changes, [Version(1, 9), Version(1, 8)])
    none, _ = best([snapshot(1)], changes, [Version(1, 9), Version(1, 8), Version(1, 1)])
    assert [chain.version.n for chain in (first, second, third) if chain is not None] == [9, 8, 1]
    assert none is None


def test_a_refused_copy_gives_way_to_the_one_before_it() -> None:
    found, _ = best([snapshot(1), snapshot(4)], [], [Version(1, 4)])
    assert found == Chain(snapshot(1))


def test_a_change_that_follows_on_itself_leads_nowhere() -> None:
    found, _ = best([snapshot(1)], [change(1, 1), change(1, 2)])
    assert found == Chain(snapshot(1), (change(1, 2),))


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_a_snapshot_is_put_together_again_in_whatever_order_its_parts_are(
    payloads: list[bytes], random: "st.Random"
) -> None:
    whole = Snapshot("users", 2, Version(3, 4), 5.0, tuple(payloads))
    parts = list(records_of(whole))
    random.shuffle(parts)
    assert assembled(parts) == whole
    assert whole.size == sum(map(len, payloads))


def test_parts_that_are_not_all_there_or_not_of_one_snapshot_are_none() -> None:
    one = records_of(Snapshot("users", 1, Version(1, 1), 5.0, (b"a", b"b", b"c")))
    other = records_of(Snapshot("users", 1, Version(1, 2), 5.0, (b"a", b"b", b"c")))
    world = records_of(Snapshot("world", 1, Version(1, 1), 5.0, (b"a", b"b", b"c")))
    assert assembled(()) is None
    assert assembled(one[:2]) is None
    assert assembled(one[1:]) is None
    assert assembled((*one, one[0])) is None
    assert assembled((*one[:2], other[2])) is None
    assert assembled((*one[:2], world[2])) is None
