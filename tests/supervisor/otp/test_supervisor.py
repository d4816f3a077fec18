"""The supervisor's promises, in Erlang/OTP's terms: start order, strategies, restarts, intensity, shutdown."""

import msgspec
import pytest

from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Failure, Health, HealthChanged, Stop
from actors.system.messages import ModuleChanged, ModuleFailed
from actors.vocabulary.backoff import Backoff
from supervisor.otp.messages import (
    Accepted,
    ChildHung,
    Declined,
    KillChild,
    PinChild,
    RestartChild,
    Revise,
    StopOverdue,
)
from supervisor.otp.spec import ChildSpec, OnGiveUp, Restart, Start, Strategy, SupervisorSpec
from tests.doubles.house import House
from tests.doubles.registry import group_of


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


def test_a_disabled_child_is_never_started() -> None:
    children = (ChildSpec("a", "tests:None", disabled_reason="switched off"), ChildSpec("b", "tests:None"))
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
            if verb == "stop" and seen.count(step) and house.slots.incarnations[name] == 1:
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
    assert house.log == (["start b"] if lives else ["close b"])


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
    address, health, reason = house.slots.health[-1]
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
    assert house.log == []  # their mailboxes stay, for this group may be started again


def test_a_child_that_does_not_stop_in_time_is_killed() -> None:
    house = started(group())
    house.world.give("group", Stop())
    house.world.advance(1.1)
    assert house.log == ["stop c", "kill c"]
    assert "did not stop within 1 s" in house.slots.killed["c"]


def test_a_child_that_is_not_ready_in_time_is_killed() -> None:
    house = House(group())
    house.world.advance(30.1)
    assert house.log == ["start a", "kill a"]
    assert "not ready after 30 s" in house.slots.killed["a"]


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
    house.slots.incarnations["b"] = 1
    house.crash("b")
    assert house.log == ["start b"]


def test_news_of_an_incarnation_that_it_did_not_start_is_ignored() -> None:
    house = started(group())
    house.world.give("group", ChildHung("b", 7, "Hung", "for long"))
    assert house.log == []


def test_a_limit_for_a_stop_that_is_over_kills_nobody() -> None:
    house = started(group())
    house.world.give("group", RestartChild("b"))
    assert house.settle() == ["stop b", "start b"]
    house.world.give("group", StopOverdue("b", 2))
    house.world.advance(1000.0)
    assert house.log == []
    assert house.life.running


def test_a_child_that_was_switched_off_and_stopped_in_time_is_not_killed_afterwards() -> None:
    house = started(group())
    off = tuple(
        msgspec.structs.replace(child, disabled_reason="off") for child in house.supervisor.spec.children
    )
    house.slots.planned = group_of(*off, address="group")  # type: ignore[arg-type]
    house.world.give("group", Revise())
    house.settle()
    house.world.advance(1000.0)
    assert house.slots.killed == {}


def test_failures_and_health_are_told_to_the_system_domain() -> None:
    house = started(group())
    house.crash("b")
    house.world.give("group", HealthChanged("c", Health.DEGRADED, "no device", "plug it in"))
    assert [m.address for m in house.system.of(ModuleFailed)] == ["b"]
    changes = [(m.address, m.health) for m in house.system.of(ModuleChanged)]
    assert changes == [("a", "OK"), ("b", "OK"), ("c", "OK"), ("c", "DEGRADED")]


# -- requests


def asked(house: House, message: Message) -> Message:
    house.answers.clear()
    house.world.give("group", message, sender="asker")
    (answer,) = house.answers.messages
    return answer


def test_a_restart_on_request_is_orderly_and_no_failure() -> None:
    house = started(group(intensity=0))
    assert asked(house, RestartChild("b")) == Accepted()
    assert house.settle() == ["stop b", "start b"]
    assert house.life.running
    assert house.system.of(ModuleFailed) == []


def test_a_kill_on_request_is_a_crash() -> None:
    house = started(group())
    assert asked(house, KillChild("b")) == Accepted()
    assert house.log == ["kill b"]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (RestartChild("z"), "group has no child z"),
        (KillChild("z"), "group has no child z"),
        (PinChild("z", "process"), "group has no child z"),
        (PinChild("b", "cupboard"), "an actor is pinned to thread, process or host:NAME, not to 'cupboard'"),
        (PinChild("b", "process", 65), "there can be 1 to 64 instances, not 65"),
        (PinChild("b", "process", 0), "there can be 1 to 64 instances, not 0"),
    ],
)
def test_what_cannot_be_done_is_declined_with_the_reason(message: Message, why: str) -> None:
    house = started(group())
    assert asked(house, message) == Declined(why)
    assert house.log == []


def test_a_disabled_child_declines_with_the_reason() -> None:
    children = (ChildSpec("a", "tests:None", disabled_reason="switched off"),)
    house = House(SupervisorSpec("group", Strategy.ONE_FOR_ONE, children))
    assert asked(house, RestartChild("a")) == Declined("a is off: switched off")


def test_a_stop_that_was_asked_for_may_take_as_long_as_a_message_may() -> None:
    house = started(group())
    asked(house, RestartChild("b"))
    house.world.advance(10.9)
    assert house.log == ["stop b"]
    house.world.advance(0.2)
    assert house.log == ["kill b"]


def test_a_child_whose_pause_was_ended_by_a_request_is_not_started_by_the_old_timer() -> None:
    house = started(group(backoff=Backoff(initial=10.0, max=100.0), intensity=9))
    house.crash("b")
    house.ready("b")
    house.crash("b")
    house.log  # noqa: B018
    asked(house, RestartChild("b"))
    house.ready("b")
    house.crash("b")
    assert house.log == ["start b"]
    house.world.advance(11.0)
    assert house.log == []  # its pause is the third one, twice as long


# -- instances and pins


def pinned(house: House) -> list[tuple[str, str]]:
    return [(spec.address, spec.pin) for spec in house.slots.specs.values()]


def test_an_actor_with_instances_has_a_child_for_each() -> None:
    children = (ChildSpec("a", "tests:None", instances=3), ChildSpec("b", "tests:None"))
    house = House(SupervisorSpec("group", Strategy.ONE_FOR_ONE, children))
    assert house.settle() == ["start a", "start a/2", "start a/3", "start b"]


def test_moving_an_actor_restarts_it_alone_in_its_new_place() -> None:
    house = started(group())
    assert asked(house, PinChild("b", "process")) == Accepted()
    assert pinned(house) == [("b", "process")]
    assert house.settle() == ["stop b", "start b"]


def test_more_instances_are_added_without_touching_the_first() -> None:
    house = started(group())
    asked(house, PinChild("b", "thread", 3))
    assert pinned(house) == [("b", "thread"), ("b/2", "thread"), ("b/3", "thread")]
    assert house.settle() == ["start b/2", "start b/3"]


def test_fewer_instances_stop_the_last_ones_and_remove_their_slots() -> None:
    house = started(group())
    asked(house, PinChild("b", "thread", 3))
    house.settle()
    asked(house, PinChild("b", "thread", 1))
    assert house.settle() == ["stop b/3", "stop b/2", "remove b/2", "remove b/3"]
    assert asked(house, RestartChild("b/2")) == Declined("group has no child b/2")


def test_an_instance_that_is_wanted_again_before_it_has_left_stays() -> None:
    house = House(SupervisorSpec("group", Strategy.ONE_FOR_ONE, (ChildSpec("a", "tests:None", instances=2),)))
    house.settle()
    house.world.give("group", PinChild("a", "thread", 1))
    assert house.log == ["stop a/2"]
    house.world.give("group", PinChild("a", "thread", 2))
    house.ended("a/2")
    assert house.settle() == ["start a/2"]
    house.world.give("group", RestartChild("a/2"))
    assert house.settle() == ["stop a/2", "start a/2"]


def test_instances_that_move_all_restart() -> None:
    house = started(group())
    asked(house, PinChild("b", "thread", 2))
    house.settle()
    asked(house, PinChild("b", "process", 2))
    assert house.settle() == ["stop b/2", "stop b", "start b", "start b/2"]


def test_an_instance_cannot_be_pinned_by_itself() -> None:
    house = started(group())
    asked(house, PinChild("b", "thread", 2))
    house.settle()
    assert asked(house, PinChild("b/2", "process")) == Declined("b/2 is one of the instances of b; pin that")


def test_a_new_instance_belongs_to_the_rest_that_follows_its_first() -> None:
    house = started(group(Strategy.REST_FOR_ONE))
    asked(house, PinChild("b", "thread", 2))
    house.settle()
    house.crash("b")
    assert house.settle() == ["stop c", "stop b/2", "start b", "start b/2", "start c"]


# -- hangs and poison


def test_what_the_watchdog_found_is_killed_with_its_kind() -> None:
    house = started(group())
    house.world.give("group", ChildHung("b", 1, "Hung", "Tick has been handled for 11 s", "x/1/2"))
    assert house.log == ["kill b"]
    assert house.slots.killed["b"] == "Tick has been handled for 11 s"


def test_what_the_watchdog_found_in_an_earlier_incarnation_is_ignored() -> None:
    house = started(group())
    house.crash("b")
    house.ready("b")
    house.log  # noqa: B018
    house.world.give("group", ChildHung("b", 1, "Hung", "late"))
    assert house.log == []


def test_a_type_that_kills_twice_in_a_row_is_named() -> None:
    house = started(group())
    house.ended("b", Failure("ValueError", "no", message_type="Tick"))
    house.ready("b")
    assert not [one for one in house.slots.health if "in a row" in one[2]]
    house.ended("b", Failure("ValueError", "no", message_type="Tick"))
    assert ("b", Health.DOWN, "Tick has killed it 2 times in a row") in house.slots.health


def test_two_types_that_kill_in_turn_are_not_named() -> None:
    house = started(group(intensity=9))
    for type_ in ("Tick", "Tock", "Tick", "Tock"):
        house.ended("b", Failure("ValueError", "no", message_type=type_))
        house.world.advance(10.0)
        house.ready("b")
    assert not [one for one in house.slots.health if "in a row" in one[2]]


def test_a_child_that_was_given_up_stays_on_slow_retries_until_it_has_been_up_for_a_while() -> None:
    backoff = Backoff(initial=0.0, max=0.0, reset=20.0, slow=30.0)
    house = started(group(intensity=1, period=10.0, on_give_up=OnGiveUp.DEGRADE, backoff=backoff))
    house.crash("b")
    house.ready("b")
    house.crash("b")  # given up
    assert house.log == ["start b"]
    for _ in range(3):
        house.world.advance(30.1)
        assert house.log == ["start b"]
        house.ready("b")
        house.crash("b")
        assert house.log == []
    house.world.advance(30.1)
    house.ready("b")
    house.world.advance(20.1)
    house.crash("b")
    assert house.log == ["start b", "start b"]  # trusted again: the first restart is immediate
