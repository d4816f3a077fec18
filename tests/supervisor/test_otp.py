"""Supervision as Erlang/OTP defines it, row by row; what goes beyond it stands in test_supervisor.py.

Three children, a, b and c, started in that order. Obedient ones: what is started is ready, what is told to stop ends.
"""

import pytest

from actors.kernel.protocol.lifecycle import Failure, Stop
from actors.vocabulary.backoff import Backoff
from supervisor.otp.spec import ChildSpec, Restart, Strategy, SupervisorSpec
from tests.doubles.house import House

NOW = Backoff(initial=0.0, max=0.0)
P, TR, TE = Restart.PERMANENT, Restart.TRANSIENT, Restart.TEMPORARY
ONE, ALL, REST = Strategy.ONE_FOR_ONE, Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE


def house(
    strategy: Strategy = ONE,
    restarts: tuple[Restart, ...] = (P, P, P),
    intensity: int = 1,
    period: float = 5.0,
) -> House:
    children = tuple(
        ChildSpec(name, "tests:None", restart=restart) for name, restart in zip("abc", restarts, strict=True)
    )
    made = House(SupervisorSpec("group", strategy, children, intensity=intensity, period=period, backoff=NOW))
    assert made.settle() == ["start a", "start b", "start c"]
    return made


# one_for_one: nobody else is touched. one_for_all: the others are stopped too, and all start again. rest_for_one: those
# that were started after the dead one are stopped, and start again after it.
@pytest.mark.parametrize(
    ("strategy", "dies", "expected"),
    [
        (ONE, "a", "start a"),
        (ONE, "b", "start b"),
        (ONE, "c", "start c"),
        (ALL, "a", "stop c, stop b, start a, start b, start c"),
        (ALL, "b", "stop c, stop a, start a, start b, start c"),
        (ALL, "c", "stop b, stop a, start a, start b, start c"),
        (REST, "a", "stop c, stop b, start a, start b, start c"),
        (REST, "b", "stop c, start b, start c"),
        (REST, "c", "start c"),
    ],
)
def test_restart_strategy(strategy: Strategy, dies: str, expected: str) -> None:
    group = house(strategy)
    group.crash(dies)
    assert ", ".join(group.settle()) == expected


# permanent: started again whatever it ended of. transient: only after an abnormal end. temporary: never, not even when
# the death of a sibling took it along.
@pytest.mark.parametrize(
    ("strategy", "restarts", "dies", "abnormally", "expected"),
    [
        (ONE, (P, P, P), "b", True, "start b"),
        (ONE, (P, P, P), "b", False, "start b"),
        (ONE, (P, TR, P), "b", True, "start b"),
        (ONE, (P, TR, P), "b", False, "close b"),
        (ONE, (P, TE, P), "b", True, "close b"),
        (ONE, (P, TE, P), "b", False, "close b"),
        (ALL, (TE, P, P), "b", True, "stop c, stop a, close a, start b, start c"),
        (ALL, (TR, P, P), "b", True, "stop c, stop a, start a, start b, start c"),
        (ALL, (P, TE, P), "b", True, "close b"),
        (REST, (P, P, TE), "b", True, "stop c, close c, start b"),
        (REST, (P, TR, P), "b", False, "close b"),
    ],
)
def test_restart_type(
    strategy: Strategy, restarts: tuple[Restart, ...], dies: str, abnormally: bool, expected: str
) -> None:
    group = house(strategy, restarts)
    group.ended(dies, Failure("ValueError", "no good") if abnormally else None)
    assert ", ".join(group.settle()) == expected


# More restarts than the intensity within the period: the supervisor stops its children, and fails itself.
@pytest.mark.parametrize(
    ("intensity", "period", "deaths", "survives"),
    [
        (0, 5.0, [(0, "a")], False),
        (1, 5.0, [(0, "a")], True),
        (1, 5.0, [(0, "a"), (1, "a")], False),
        (1, 5.0, [(0, "a"), (1, "c")], False),  # it is the group's intensity, not one child's
        (1, 5.0, [(0, "a"), (6, "a")], True),
        (1, 5.0, [(0, "a"), (6, "a"), (12, "b"), (18, "c")], True),
        (2, 5.0, [(0, "a"), (1, "b"), (2, "c")], False),
        (2, 5.0, [(0, "a"), (4, "b"), (8, "c")], True),
    ],
)
def test_maximum_restart_intensity(
    intensity: int, period: float, deaths: list[tuple[float, str]], survives: bool
) -> None:
    group = house(intensity=intensity, period=period)
    clock = 0.0
    for at, name in deaths:
        group.world.advance(at - clock)
        clock = at
        group.crash(name)
        last = group.settle()
    assert group.life.running is survives
    if not survives:
        assert [step for step in last if step.startswith("start")] == []
        failure = group.world.failures["group"]
        assert failure is not None
        assert failure.kind == "GaveUp"


# A child that is started again after a normal end counts too: one that ends at once would be started for ever.
def test_a_permanent_child_that_keeps_ending_normally_exceeds_the_intensity() -> None:
    group = house(intensity=3)
    for _ in range(4):
        group.ended("b")
        group.settle()
    assert not group.life.running


# Started in order, stopped in reverse order.
def test_start_order_and_shutdown_order() -> None:
    group = house()
    group.world.give("group", Stop())
    assert group.settle() == ["stop c", "stop b", "stop a"]
    assert group.world.failures["group"] is None


# Each child has so much time to stop; then it is killed, and the next one's turn comes.
def test_shutdown_time_out() -> None:
    group = house()
    group.world.give("group", Stop())
    assert group.log == ["stop c"]
    group.world.advance(1.1)
    assert group.log == ["kill c"]
    group.ended("c", Failure("Killed", "did not stop"))
    assert group.settle()[:2] == ["stop b", "stop a"]


# To the supervisor above, one that gave up is a child like any other that failed.
def test_escalation_is_an_ordinary_failure_to_the_supervisor_above() -> None:
    inner = SupervisorSpec("inner", ONE, (ChildSpec("x", "tests:None"),), intensity=0, backoff=NOW)
    outer = House(
        SupervisorSpec("group", REST, (inner, ChildSpec("y", "tests:None")), intensity=1, backoff=NOW)
    )
    assert outer.settle() == ["start inner", "start y"]
    outer.ended("inner", Failure("GaveUp", "x failed more than 0 times"))
    assert outer.settle() == ["stop y", "start inner", "start y"]
    outer.ended("inner", Failure("GaveUp", "x failed more than 0 times"))
    assert outer.settle() == ["stop y"]
    assert not outer.life.running
