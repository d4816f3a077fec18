"""The supervisor's promises, in Erlang/OTP's terms: start order, strategies, restarts, intensity, shutdown."""

import pytest

from actors.kernel.protocol import Failure, Health, HealthChanged, Stop
from actors.system.messages import ModuleChanged, ModuleFailed
from supervisor.spec import Backoff, ChildSpec, OnGiveUp, Restart, Start, Strategy, SupervisorSpec
from tests.doubles.house import House


def group(strategy: Strategy = Strategy.ONE_FOR_ONE, **options: object) -> SupervisorSpec:
    restart = options.pop("child_restart", Restart.PERMANENT)
    children = tuple(ChildSpec(name, "tests:None", restart=restart) for name in "abc")  # type: ignore[arg-type]
    return SupervisorSpec("group", strategy, children, **options)  # type: ignore[arg-type]


def started(spec: SupervisorSpec) -> House:
    house = House(spec)
    house.ready("a")
    if spec.start is Start.IN_ORDER:
        house.ready("b")
        house.ready("c")
    assert house.life.is_ready
    assert house.log == ["start a", "start b", "start c"]
    return house


def test_children_start_in_order_each_when_the_one_before_is_ready() -> None:
    house = House(group())
    assert house.log == ["start a"]
    house.ready("a")
    assert house.log == ["start b"]
    assert not house.life.is_ready
    house.ready("b")
    house.ready("c")
    assert house.log == ["start c"]
    assert house.life.is_ready


def test_children_of_a_group_that_starts_at_once_do_not_wait_for_each_other() -> None:
    house = House(group(start=Start.AT_ONCE))
    assert house.log == ["start a", "start b", "start c"]
    assert house.life.is_ready


def test_an_absent_child_is_never_started() -> None:
    children = (ChildSpec("a", "tests:None", absent="switched off"), ChildSpec("b", "tests:None"))
    house = House(SupervisorSpec("group", Strategy.ONE_FOR_ONE, children))
    assert house.log == ["start b"]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.ONE_FOR_ONE, ["start b"]),
        (Strategy.REST_FOR_ONE, ["stop c", "start b", "start c"]),
        (Strategy.ONE_FOR_ALL, ["stop c", "stop a", "start a", "start b", "start c"]),
    ],
)
def test_a_strategy_restarts_whom_it_should_in_order(strategy: Strategy, expected: list[str]) -> None:
    house = started(group(strategy))
    house.crash("b")
    seen = house.log
    for _ in range(8):
        for step in tuple(seen):
            verb, name = step.split()
            if verb == "stop" and seen.count(step) and house.cells.incarnations[name] == 1:
                house.ended(name)
            if verb == "start":
                house.ready(name)
        seen += house.log
    assert seen == expected


@pytest.mark.parametrize(
    ("restart", "fails", "lives"),
    [
        (Restart.PERMANENT, True, True),
        (Restart.PERMANENT, False, True),
        (Restart.TRANSIENT, True, True),
        (Restart.TRANSIENT, False, False),
        (Restart.TEMPORARY, True, False),
        (Restart.TEMPORARY, False, False),
    ],
)
def test_permanent_transient_and_temporary_children(restart: Restart, fails: bool, lives: bool) -> None:
    house = started(group(child_restart=restart))
    house.ended("b", Failure("ValueError", "no good") if fails else None)
    assert house.log == (["start b"] if lives else ["retire b"])


def test_the_first_restart_is_immediate_and_the_second_waits() -> None:
    house = started(group(backoff=Backoff(initial=1.0)))
    house.crash("b")
    assert house.log == ["start b"]
    house.ready("b")
    house.crash("b")
    assert house.log == []
    house.world.advance(1.0)
    assert house.log == ["start b"]


def test_more_failures_than_the_intensity_escalate_after_stopping_the_siblings() -> None:
    house = started(group(intensity=1, backoff=Backoff(initial=0.1)))
    house.crash("b")
    house.ready("b")
    house.crash("b")
    assert house.log == ["start b", "stop c"]
    house.ended("c")
    assert house.log == ["stop a"]
    house.ended("a")
    failure = house.world.failures["group"]
    assert failure is not None
    assert failure.kind == "GaveUp"
    assert "b failed more than 1 times" in failure.text


def test_a_group_that_degrades_keeps_the_siblings_and_tries_again_slowly() -> None:
    house = started(group(intensity=0, on_give_up=OnGiveUp.DEGRADE, backoff=Backoff(slow=30.0)))
    house.crash("b")
    assert house.log == []
    assert house.life.running
    address, health, reason = house.cells.said[-1]
    assert (address, health) == ("b", Health.DOWN)
    assert "trying again every 30 s" in reason
    house.world.advance(29.9)
    assert house.log == []
    house.world.advance(0.2)
    assert house.log == ["start b"]


def test_old_failures_do_not_count() -> None:
    house = started(group(intensity=1, period=10.0))
    for _ in range(5):
        house.crash("b")
        house.world.advance(60.0)
        house.ready("b")
    assert house.life.running


def test_stop_ends_the_children_in_reverse_order_and_then_the_supervisor() -> None:
    house = started(group())
    house.world.give("group", Stop())
    assert house.log == ["stop c"]
    house.ended("c")
    house.ended("b")
    assert house.log == ["stop b", "stop a"]
    house.ended("a")
    assert house.world.failures["group"] is None
    assert house.log == ["retire a", "retire b", "retire c"]


def test_a_child_that_does_not_stop_in_time_is_killed() -> None:
    house = started(group())
    house.world.give("group", Stop())
    house.world.advance(1.1)
    assert house.log == ["stop c", "kill c"]
    assert "did not stop within 1 s" in house.cells.killed["c"]


def test_a_child_that_is_not_ready_in_time_is_killed() -> None:
    house = House(group())
    house.world.advance(30.1)
    assert house.log == ["start a", "kill a"]
    assert "not ready after 30 s" in house.cells.killed["a"]


def test_a_dead_child_is_not_restarted_while_the_group_stops() -> None:
    house = started(group())
    house.world.give("group", Stop())
    house.crash("a")
    house.ended("c")
    house.ended("b")
    assert [step for step in house.log if step.startswith("start")] == []
    assert house.world.failures["group"] is None


def test_news_of_an_earlier_incarnation_is_ignored() -> None:
    house = started(group())
    house.crash("b")
    house.ready("b")
    house.cells.incarnations["b"] = 1
    house.crash("b")
    assert house.log == ["start b"]


def test_failures_and_health_are_told_to_the_system_domain() -> None:
    house = started(group())
    house.crash("b")
    house.world.give("group", HealthChanged("c", Health.DEGRADED, "no device", "plug it in"))
    assert [m.address for m in house.system.of(ModuleFailed)] == ["b"]
    changes = [(m.address, m.health) for m in house.system.of(ModuleChanged)]
    assert changes == [("a", "OK"), ("b", "OK"), ("c", "OK"), ("c", "DEGRADED")]
