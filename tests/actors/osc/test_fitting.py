"""What is written to a parameter, and what is not."""

import math

import pytest

from actors.osc.fitting import KnownAvatar, NotWritten, Number, Why, clamped, fitted
from actors.osc.messages import AvatarParameter

AVATAR = KnownAvatar(
    "avtr_a",
    {
        name: AvatarParameter(name, kind, True, writable)
        for name, kind, writable in (
            ("Hat", "bool", True),
            ("Pose", "int", True),
            ("Smile", "float", True),
            ("Told", "float", False),
        )
    },  # type: ignore[arg-type]
)


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("Hat", True, True), ("Hat", 1, True), ("Hat", 0, False), ("Hat", 0.4, False), ("Hat", 0.5, True),
        ("Pose", 3.6, 4), ("Pose", True, 1), ("Pose", 300, 255), ("Pose", -2.0, 0), ("Pose", 1e300, 255),
        ("Smile", 1, 1.0), ("Smile", True, 1.0), ("Smile", 7, 1.0), ("Smile", -3.5, -1.0), ("Smile", 0.25, 0.25),
    ],
)  # fmt: skip
def test_a_value_becomes_one_of_the_declared_type(name: str, value: Number, sent: Number) -> None:
    spelt, fits = fitted(AVATAR, name, value)
    assert (spelt, fits, type(fits)) == (name, sent, type(sent))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("Told", 0.5, Why.READ_ONLY),
        ("Wings", True, Why.UNKNOWN),
        ("GestureLeft", 3, Why.BAD_NAME),
        ("", 3, Why.BAD_NAME),
        ("Smile", math.nan, Why.NOT_FINITE),
        ("Wings", math.inf, Why.NOT_FINITE),
    ],
)
def test_what_the_avatar_does_not_take_is_refused(name: str, value: Number, why: Why) -> None:
    with pytest.raises(NotWritten) as refusal:
        fitted(AVATAR, name, value)
    assert refusal.value.why is why


def test_where_nothing_is_known_a_value_keeps_its_type_in_its_range() -> None:
    assert fitted(KnownAvatar("avtr_b"), "Left Ear", 300) == ("Left_Ear", 255)


def test_what_an_old_list_lacks_is_written_and_what_it_has_is_fitted() -> None:
    old = KnownAvatar("avtr_a", AVATAR.parameters, is_whole=False)
    assert fitted(old, "Wings", 0.5) == ("Wings", 0.5)
    assert fitted(old, "Pose", 0.9) == ("Pose", 1)


@pytest.mark.parametrize(
    ("value", "sent"), [(300, 255), (-1, 0), (2.0, 1.0), (-9.5, -1.0), (True, True), (7, 7)]
)
def test_values_stay_in_the_range_of_their_type(value: Number, sent: Number) -> None:
    assert clamped(value) == sent
    assert type(clamped(value)) is type(value)
