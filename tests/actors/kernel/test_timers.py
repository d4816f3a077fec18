"""Timers: the soonest first, whatever was set and cancelled in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.timers import Timers
from tests.actors.kernel.parts import Memo

steps = st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=120)


@given(steps)
def test_timers_come_out_in_order_of_time_and_then_of_setting_without_the_cancelled(
    steps: list[tuple[float, bool]],
) -> None:
    timers = Timers()
    kept = {}
    for number, (due, cancelled) in enumerate(steps, 1):
        assert timers.set(due, Memo(number)) == number
        if cancelled:
            assert timers.cancel(number)
        else:
            kept[number] = due
    assert len(timers) == len(kept)
    expected = sorted(kept, key=lambda number: (kept[number], number))
    assert [timers.pop()[1] for _ in range(len(timers))] == expected
    assert not timers.heap


@given(steps)
def test_the_head_of_the_heap_is_never_a_cancelled_timer(steps: list[tuple[float, bool]]) -> None:
    timers = Timers()
    alive = set()
    for due, cancelled in steps:
        number = timers.set(due, Memo(0))
        alive.add(number)
        if cancelled:
            gone = timers.heap[0][1]
            timers.cancel(gone)
            alive.discard(gone)
        assert bool(timers.heap) == bool(alive)
        assert not alive or timers.heap[0][1] in alive


def test_a_timer_that_has_fired_or_never_was_cannot_be_cancelled() -> None:
    timers = Timers()
    number = timers.set(1.0, Memo(1))
    timers.pop()
    assert not timers.cancel(number)
    assert not timers.cancel(99)


def test_cancelled_timers_do_not_pile_up() -> None:
    timers = Timers()
    timers.set(0.0, Memo(0))
    for _ in range(10_000):
        timers.cancel(timers.set(5.0, Memo(1)))
    assert len(timers.heap) < 50


def test_nothing_is_left_after_clear() -> None:
    timers = Timers()
    timers.set(1.0, Memo(1))
    timers.clear()
    assert len(timers) == 0
    with pytest.raises(IndexError):
        timers.pop()
