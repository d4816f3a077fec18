"""Which event a parameter belongs to, and what may be written."""

from typing import get_args

import pytest

from actors.osc.parameters import BUILT_IN, Meanings, event_of, meanings, written
from config.schema import Osc
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


GIVEN = {
    "Boop*": ("touch", "nose"),
    "Boop_Far": ("expressions", ""),
    "Debug/*": ("ignored", ""),
    "Mood": ("proximity", ""),
    "*Self": ("ignored", ""),
}


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("BoopL", ("touch", "nose")),
        ("Boop_Far", ("touch", "nose")),  # the first that fits
        ("boop", ("touch", "")),  # patterns know small letters from capital ones
        ("Debug/HeadPat", ("", "")),
        ("Mood", ("proximity", "")),  # though the event is not enabled: the owner names it
        ("NearChest", ("", "")),
        ("Smile", ("", "")),
        ("MuteSelf", ("status", "")),  # VRChat's own keep their meaning
    ],
)
def test_the_owner_says_what_a_parameter_means(name: str, meaning: tuple[str, str]) -> None:
    assert Meanings(("touch",), GIVEN).of(name) == meaning


def test_the_configuration_s_meanings_are_taken() -> None:
    osc = Osc.model_validate({"enabled_events": [], "parameters": {"Tail_*": {"zone": "tail"}}})
    assert meanings(osc, feels=False).of("Tail_IsGrabbed") == ("touch", "tail")
    assert meanings(osc, feels=False).of("HeadPat") == ("", "")
    assert meanings(osc, feels=False).of("VelocityX") == ("", "")
    assert meanings(osc, feels=True).of("VelocityX") == ("movement", "")
