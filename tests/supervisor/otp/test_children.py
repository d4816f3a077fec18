"""A supervisor's decisions about its children, as pure functions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.otp.children import Child, gives_up
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
