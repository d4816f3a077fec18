"""A supervisor's decisions about its children, as pure functions."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vocabulary.backoff import Backoff
from supervisor.otp.children import Child, gives_up, pause
from supervisor.otp.spec import ChildSpec, OnGiveUp, Strategy, SupervisorSpec

TIMES = st.lists(st.floats(0, 1000), max_size=20).map(lambda times: tuple(sorted(times)))


def failed(*failures: float) -> Child:
    child = Child(ChildSpec("a", "tests:None"))
    child.failures = failures
    return child


def spec(on_give_up: OnGiveUp, intensity: int) -> SupervisorSpec:
    return SupervisorSpec(
        "group", Strategy.ONE_FOR_ONE, (), intensity=intensity, period=60.0, on_give_up=on_give_up
    )


@given(TIMES, st.integers(1, 10))
def test_it_gives_up_exactly_when_more_than_the_intensity_fall_into_the_period(
    failures: tuple[float, ...], intensity: int
) -> None:
    inside = [at for at in failures if 1000.0 - at < 60.0]
    child = failed(*failures)
    given_up = gives_up(spec(OnGiveUp.DEGRADE, intensity), (child,), child, 1000.0)
    assert given_up == (len(inside) > intensity)


@pytest.mark.parametrize(("on_give_up", "expected"), [(OnGiveUp.ESCALATE, True), (OnGiveUp.DEGRADE, False)])
def test_the_siblings_failures_count_only_where_giving_up_escalates(
    on_give_up: OnGiveUp, expected: bool
) -> None:
    child, sibling = failed(10.0), failed(11.0, 12.0)
    assert gives_up(spec(on_give_up, 2), (child, sibling), child, 20.0) is expected


BACKOFF = Backoff(initial=0.1, max=5.0, reset=30.0)


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
