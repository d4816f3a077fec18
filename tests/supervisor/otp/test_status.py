"""How well a group is, from how well its members are."""

import pytest

from actors.kernel.durations import PLACES
from actors.kernel.protocol.lifecycle import Failure, Health
from supervisor.otp.spec import ChildSpec
from supervisor.otp.status import of_group
from tests.doubles.registry import PlayedRegistry, group_of

OK, DEGRADED, DOWN, STARTING = Health.OK, Health.DEGRADED, Health.DOWN, Health.STARTING


@pytest.mark.parametrize(
    ("members", "health", "reason"),
    [
        ((), OK, ""),
        ((OK, OK), OK, ""),
        ((OK, STARTING), STARTING, ""),
        ((OK, DEGRADED), DEGRADED, "b DEGRADED"),
        ((OK, DOWN), DEGRADED, "b DOWN"),
        ((DOWN, STARTING), DEGRADED, "a DOWN"),
        ((DOWN, DOWN), DOWN, "a DOWN, b DOWN"),
        ((OK, DOWN, DOWN, DEGRADED), DEGRADED, "b DOWN, c DOWN, d DEGRADED"),
        ((OK, DOWN, DOWN, DEGRADED, DOWN), DEGRADED, "b DOWN, c DOWN, d DEGRADED and 1 more"),
    ],
)
def test_a_group_is_as_well_as_its_members(members: tuple[Health, ...], health: Health, reason: str) -> None:
    assert of_group(tuple(zip("abcdef", members, strict=False))) == (health, reason)


def test_a_supervisor_is_as_well_as_its_own_children_are() -> None:
    well, ill = ChildSpec("well", "tests:None"), ChildSpec("ill", "tests:None")
    off = ChildSpec("off", "tests:None", disabled_reason="switched off")
    played = PlayedRegistry(group_of(group_of(well, off, address="one"), group_of(ill, address="two")))
    played.launch("root", "one", "well", "two", "ill")
    played.registry.set_health("ill", DEGRADED, "no device", "plug it in")
    seen = {status["address"]: (status["health"], status["reason"]) for status in played.registry.statuses()}
    assert seen["ill"] == ("DEGRADED", "no device")
    assert seen["one"] == ("OK", "")
    assert seen["two"] == ("DEGRADED", "ill DEGRADED")
    assert seen["root"] == ("DEGRADED", "two DEGRADED")


def test_what_was_handled_counts_over_incarnations_and_how_long_it_took_for_a_minute_or_two() -> None:
    played = PlayedRegistry(group_of(ChildSpec("a", "tests:None")))
    played.launch("root", "a")
    slot = played.registry.slot("a")
    played.handles["a"].durations = counts({10: 3})
    assert slot.handled_lately(100.0, slot.durations) == counts({10: 3})
    played.handles["a"].end(Failure("Boom", "it broke"))
    played.launch("a")
    played.handles["a"].durations = counts({20: 2})
    assert slot.durations == counts({10: 3, 20: 2})
    assert slot.handled_lately(130.0, slot.durations) == counts({10: 3, 20: 2})
    assert slot.handled_lately(161.0, slot.durations) == counts({20: 2})
    (row,) = (one for one in played.registry.statuses() if one["address"] == "a")
    assert row["handled"] == 5
    assert [(one.address, one.incarnation, one.failure) for one in played.registry.endings] == [
        ("a", 1, Failure("Boom", "it broke"))
    ]


def counts(places: dict[int, int]) -> tuple[int, ...]:
    return tuple(places.get(place, 0) for place in range(PLACES))
