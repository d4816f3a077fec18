"""How well a group is, from how well its members are."""

import pytest

from actors.kernel.protocol.lifecycle import Health
from supervisor.otp.status import of_group

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
        ((OK, DOWN, DOWN, DEGRADED, DOWN), DEGRADED, "b DOWN, c DOWN, d DEGRADED and 1 more"),
    ],
)
def test_a_group_is_as_well_as_its_members(members: tuple[Health, ...], health: Health, reason: str) -> None:
    assert of_group(tuple(zip("abcdef", members, strict=False))) == (health, reason)
