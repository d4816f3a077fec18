"""Pauses, as pure decisions on the times of past failures."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vocabulary.backoff import Backoff
from supervisor.otp.backoff import pause

BACKOFF = Backoff(initial=0.1, max=5.0, reset=30.0)
TIMES = st.lists(st.floats(0, 1000), max_size=20).map(lambda times: tuple(sorted(times)))


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ((100.0,), 0.0),
        ((99.0, 100.0), 0.1),
        ((98.0, 99.0, 100.0), 0.2),
        (tuple(range(81, 101)), 5.0),
        ((60.0, 100.0), 0.0),
    ],
)
def test_the_first_pause_is_none_and_then_they_double_up_to_the_longest(
    failures: tuple[float, ...], expected: float
) -> None:
    waited = pause(failures, 100.0, BACKOFF, random.Random(1))
    assert 0.8 * expected <= waited <= expected


@given(TIMES)
def test_a_pause_is_never_negative_nor_longer_than_the_longest(failures: tuple[float, ...]) -> None:
    assert 0.0 <= pause(failures, 1000.0, BACKOFF, random.Random(1)) <= BACKOFF.max


def test_thousands_of_failures_are_no_overflow() -> None:
    failures = tuple(n / 1000 for n in range(5000))
    assert 4.0 <= pause(failures, 5.0, Backoff(0.1, 5.0, 30.0), random.Random(1)) <= 5.0
