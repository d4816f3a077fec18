"""Inputs take only values that they have, and all of them can be brought to rest."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.osc.inputs import AXES, BUTTONS, LONGEST, SHORTEST, clamped, hold_time, resting


@given(st.sampled_from(sorted(AXES)), st.floats(allow_nan=False, allow_infinity=False))
def test_an_axis_stays_within_its_range(name: str, value: float) -> None:
    sent = clamped(name, value)
    assert isinstance(sent, float)
    assert -1.0 <= sent <= 1.0


@given(st.sampled_from(sorted(BUTTONS)), st.floats(allow_nan=False, allow_infinity=False))
def test_a_button_is_pressed_or_not(name: str, value: float) -> None:
    sent = clamped(name, value)
    assert type(sent) is int
    assert sent == (value >= 0.5)


@pytest.mark.parametrize(
    ("name", "value"), [("Fly", 1.0), ("", 1.0), ("Jump", math.nan), ("Vertical", math.inf)]
)
def test_an_unknown_input_or_a_value_that_is_not_a_number_is_not_sent(name: str, value: float) -> None:
    assert clamped(name, value) is None


@given(st.floats())
def test_no_input_is_held_too_short_or_for_ever(seconds: float) -> None:
    assert SHORTEST <= hold_time(seconds) <= LONGEST


def test_at_rest_every_input_is_zero_and_nobody_types() -> None:
    rest = dict(resting())

    assert {address for address in rest if address.startswith("/input/")} == {
        f"/input/{name}" for name in (AXES | BUTTONS) - {"Voice"}
    }
    assert not any(rest.values())
    assert rest["/chatbox/typing"] is False
    assert all(type(rest[f"/input/{name}"]) is float for name in AXES)


def test_at_rest_the_player_is_not_muted() -> None:
    assert "/input/Voice" not in dict(resting())
