"""The other machine's clock, from questions and answers that take their time."""

from hypothesis import given
from hypothesis import strategies as st

from supervisor.hosts.wire.clock import ClockEstimate

DELAYS = st.floats(0.0001, 2.0)


def answered(
    clock: ClockEstimate, offset: float, there: float, back: float, at: float = 1e9
) -> ClockEstimate:
    heard = at + there + offset
    return clock.with_answer(there + 0.01 + back, at, heard, heard + 0.01)


@given(st.floats(-1000, 1000), st.lists(st.tuples(DELAYS, DELAYS), min_size=1, max_size=40))
def test_the_offset_is_wrong_by_half_the_round_trip_at_most(
    offset: float, ways: list[tuple[float, float]]
) -> None:
    clock = ClockEstimate()
    for there, back in ways:
        clock = answered(clock, offset, there, back)
    assert clock.offset is not None
    assert clock.round_trip is not None
    assert abs(clock.offset - offset) <= clock.round_trip / 2 + 1e-5


def test_a_queue_in_one_direction_does_not_move_the_clock() -> None:
    clock = answered(ClockEstimate(), 5.0, 0.001, 0.001)
    for _ in range(10):
        clock = answered(clock, 5.0, 0.8, 0.001)
    assert clock.offset is not None
    assert abs(clock.offset - 5.0) < 1e-5


def test_old_samples_are_forgotten_so_that_a_clock_that_was_set_is_noticed() -> None:
    clock = answered(ClockEstimate(), 5.0, 0.001, 0.001)
    for _ in range(20):
        clock = answered(clock, -3.0, 0.002, 0.002)
    assert clock.offset is not None
    assert abs(clock.offset + 3.0) < 1e-5


def test_an_answer_that_cannot_be_true_is_left_out() -> None:
    clock = answered(ClockEstimate(), 5.0, 0.001, 0.001)
    assert clock.with_answer(0.001, 100.0, 100.0, 100.5) == clock
    assert clock.with_answer(0.001, 100.0, 100.5, 100.0) == clock


def test_nothing_is_known_before_the_first_answer() -> None:
    assert ClockEstimate().offset is None
    assert ClockEstimate().round_trip is None
