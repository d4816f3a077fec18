"""Which event a parameter belongs to, and what may be written."""

from typing import get_args

import pytest

from actors.osc.parameters import BUILT_IN, clamped, event_of, written
from config.schema.osc import Event


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("GestureLeft", "gestures"),
        ("GestureRightWeight", "gestures"),
        ("Viseme", "voice"),
        ("VelocityX", "movement"),
        ("MuteSelf", "status"),
        ("EyeHeightAsMeters", "avatar"),
        ("Tail_IsGrabbed", "touch"),
        ("Ear_L_Stretch", "touch"),
        ("HeadPat", "touch"),
        ("headpats", "touch"),
        ("NoseBoop", "touch"),
        ("Hand_Contact_L", "touch"),
        ("Contacts/HugProximity", "touch"),
        ("Ray_Distance", "proximity"),
        ("ChestProximity", "proximity"),
        ("JawOpen", "expressions"),
        ("v2/EyeLeftX", "expressions"),
        ("Pattern", "expressions"),
        ("Carpet", "expressions"),
        ("尻尾", "expressions"),
    ],
)
def test_a_parameter_belongs_to_the_event_its_name_says(name: str, event: str) -> None:
    assert event_of(name) == event


def test_every_event_is_one_that_can_be_configured() -> None:
    assert set(BUILT_IN.values()) | {"touch", "proximity"} == set(get_args(Event))


def test_only_the_game_writes_its_own_parameters() -> None:
    assert written("GestureLeft") is None
    assert written("VRCEmote") == "VRCEmote"


def test_spaces_in_names_become_underscores() -> None:
    assert written("Left Ear") == "Left_Ear"


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 300])
def test_what_is_not_a_name_is_not_written(name: str) -> None:
    assert written(name) is None


@pytest.mark.parametrize(
    ("value", "sent"), [(300, 255), (-1, 0), (2.0, 1.0), (-9.5, -1.0), (True, True), (7, 7)]
)
def test_values_stay_in_the_range_of_their_type(value: float, sent: float) -> None:
    assert clamped(value) == sent
    assert type(clamped(value)) is type(value)
