"""How well a group is, from how well its members are."""

import pytest

from actors.kernel.protocol.lifecycle import Health
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
