"""Which two names are the two ends of one virtual cable."""

import pytest

from supervisor.doctor.sound.cable import are_ends_of_one, is_cable, other_end

SAME = [
    ("CABLE Input (VB-Audio Virtual Cable)", "CABLE Output (VB-Audio Virtual Cable)"),
    ("CABLE Input (VB-Audio Virtual C", "CABLE Output (VB-Audio Virtual "),
    ("CABLE Input (VB-Audio Virtual Cable)", "CABLE Output (VB-Audio Virtual "),
    ("CABLE-A Input (VB-Audio Cable A)", "CABLE-A Output (VB-Audio Cable A)"),
    ("BlackHole 2ch", "BlackHole 2ch"),
    ("VoiceMeeter Aux Input (VB-Audio VoiceMeeter AUX VAIO)", "VoiceMeeter Aux Output (VB-Audio VoiceMeeter AUX VAIO)"),
    ("Null Output", "Monitor of Null Output"),
    ("gerald_out", "gerald_out.monitor"),
    ("Built-in Audio Analog Stereo", "Monitor of Built-in Audio Analog Stereo"),
]  # fmt: skip
OTHERS = [
    ("CABLE-A Input (VB-Audio Cable A)", "CABLE-B Output (VB-Audio Cable B)"),
    ("USB Headset", "USB Headset"),
    ("Speakers (Realtek)", "Microphone (Realtek)"),
    ("BlackHole 2ch", "BlackHole 16ch"),
    (
        "VoiceMeeter Input (VB-Audio VoiceMeeter VAIO)",
        "VoiceMeeter Aux Output (VB-Audio VoiceMeeter AUX VAIO)",
    ),
    ("Monitor of Null Output", "Built-in Audio"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_ends_of_one(one: str, other: str) -> None:
    assert are_ends_of_one(one, other)
    assert are_ends_of_one(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_ends_of_two(one: str, other: str) -> None:
    assert not are_ends_of_one(one, other)


def test_the_other_end_is_found_among_others() -> None:
    assert other_end(SAME[0][0], ("Microphone (Realtek)", SAME[0][1])) == SAME[0][1]
    assert other_end(SAME[0][0], ("Microphone (Realtek)",)) == ""


def test_hardware_is_no_cable() -> None:
    assert not is_cable("Speakers (Realtek)")
    assert is_cable("CABLE Input (VB-Audio Virtual Cable)")
