"""What a changed configuration means for a supervisor's children."""

import msgspec

from supervisor.otp.messages import Revise
from supervisor.otp.spec import ChildSpec, ProcessSettings, Strategy, SupervisorSpec
from supervisor.otp.tree_diff import Revision, revise
from tests.doubles.house import House

A, B = ChildSpec("a", "m:A"), ChildSpec("b", "m:B")


def spec(*children: ChildSpec, intensity: int = 5) -> SupervisorSpec:
    return SupervisorSpec("root", Strategy.ONE_FOR_ONE, children, intensity=intensity)


def house(*children: ChildSpec) -> House:
    one = House(spec(*children))
    one.settle()
    return one


def revised(one: House, *children: ChildSpec) -> list[str]:
    one.slots.planned = spec(*children)
    one.world.give("root", Revise())
    return one.settle()


def test_only_what_differs_is_revised() -> None:
    patient = msgspec.structs.replace(A, handler_timeout=3.0)
    assert list(revise((A, B), (patient, B))) == [Revision(A, patient)]


def test_a_limit_is_taken_over_without_a_restart() -> None:
    one = house(A, B)
    patient = msgspec.structs.replace(A, handler_timeout=3.0)
    assert revised(one, patient, B) == []
    assert one.slots.specs["a"].handler_timeout == 3.0


def test_settings_of_a_process_restart_that_child_alone() -> None:
    one = house(A, B)
    nice = msgspec.structs.replace(A, process=ProcessSettings(nice=5))
    assert revised(one, nice, B) == ["stop a", "start a"]


def test_whoever_is_to_tell_others_is_restarted_with_them() -> None:
    one = house(A, B)
    assert revised(one, msgspec.structs.replace(A, subscribers=(("b", ("HR*",)),)), B) == [
        "stop a",
        "start a",
    ]


def test_another_node_moves_the_child() -> None:
    one = house(A, B)
    assert revised(one, msgspec.structs.replace(A, pin="process"), B) == ["stop a", "start a"]
    assert one.slots.specs["a"].pin == "process"


def test_an_actor_that_is_switched_off_stops_and_one_that_is_switched_on_starts() -> None:
    off = msgspec.structs.replace(A, disabled_reason="switched off")
    one = house(A, B)
    assert revised(one, off, B) == ["stop a", "close a"]
    other = house(off, B)
    assert revised(other, A, B) == ["start a"]


def test_what_was_changed_by_hand_and_not_in_the_configuration_stays() -> None:
    one = Revision(A, msgspec.structs.replace(A, handler_timeout=3.0))
    moved = msgspec.structs.replace(A, pin="process", instances=2)
    assert one.applied(moved) == msgspec.structs.replace(moved, handler_timeout=3.0)


def test_only_what_ends_or_starts_an_incarnation_interrupts() -> None:
    off = msgspec.structs.replace(A, disabled_reason="switched off")
    otherwise_off = msgspec.structs.replace(A, disabled_reason="no device")
    patient = msgspec.structs.replace(A, handler_timeout=3.0)
    moved = msgspec.structs.replace(A, pin="process")
    nice = msgspec.structs.replace(A, process=ProcessSettings(nice=5))
    assert [Revision(A, after).interrupts for after in (off, moved, nice, patient)] == [
        True,
        True,
        True,
        False,
    ]
    assert [Revision(off, after).interrupts for after in (A, otherwise_off)] == [True, False]


def test_a_child_that_is_switched_off_while_another_stops_and_dies_meanwhile_stays_off() -> None:
    one = house(A, B)
    one.slots.planned = spec(
        msgspec.structs.replace(A, disabled_reason="switched off"),
        msgspec.structs.replace(B, process=ProcessSettings(nice=5)),
    )
    one.world.give("root", Revise())
    assert one.log == ["stop b"]
    one.crash("a")
    assert one.log == ["close a"]
    one.ended("b")
    assert one.log == ["start b"]


def test_the_supervisors_own_limits_are_taken_over() -> None:
    one = house(A)
    one.slots.planned = spec(A, intensity=50)
    one.world.give("root", Revise())
    assert one.supervisor.spec.intensity == 50
