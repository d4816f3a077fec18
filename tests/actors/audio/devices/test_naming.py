"""Which device a name means, on machines that list each device several times."""

import unicodedata
from typing import Any

import pytest

from actors.audio.devices.naming import find

MODELS = ("MME", "Windows DirectSound", "Windows WASAPI", "Windows WDM-KS")
WINDOWS = [
    {"index": number, "name": name, "hostapi": model}
    for number, (name, model) in enumerate(
        [
            ("Microsoft Sound Mapper - Input", 0),
            ("CABLE Output (VB-Audio Virtual ", 0),
            ("CABLE-A Output (VB-Audio Cable ", 0),
            ("CABLE Output (VB-Audio Virtual Cable)", 1),
            ("CABLE-A Output (VB-Audio Cable A)", 1),
            ("CABLE Output (VB-Audio Virtual Cable)", 2),
            ("CABLE-A Output (VB-Audio Cable A)", 2),
            ("Микрофон (Realtek High Definitio", 0),
            ("Микрофон (Realtek High Definition Audio)", 2),
            ("CABLE Output (VB-Audio Point)", 3),
            ("Café (USB)", 2),
        ]
    )
]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ("CABLE Output (VB-Audio Virtual Cable)", 5),
        ("cable output (vb-audio virtual cable)", 5),
        ("CABLE Output (VB-Audio Virtual Cable), MME", 1),
        ("CABLE Output (VB-Audio Virtual Cable), Windows DirectSound", 3),
        ("CABLE Output (VB-Audio Virtual ", 1),
        ("CABLE-A", 6),
        ("Output", 5),
        ("микрофон", 8),
        (unicodedata.normalize("NFD", "Café (USB)"), 10),
        ("CABLE Output, Windows WDM-KS", 9),
        (7, 7),
    ],
)
def test_a_name_means_the_entry_with_the_best_driver(wanted: int | str, index: int) -> None:
    found = find(WINDOWS, MODELS, wanted)
    assert found is not None
    assert found.device["index"] == index


@pytest.mark.parametrize("wanted", ["no such thing", 99, "CABLE Output, ASIO"])
def test_what_is_not_there_is_not_found(wanted: int | str) -> None:
    assert find(WINDOWS, MODELS, wanted) is None


def test_other_devices_that_fit_as_well_are_named_and_other_entries_of_it_are_not() -> None:
    found = find(WINDOWS, MODELS, "output")
    assert found is not None
    assert set(found.others) == {
        "2 CABLE-A Output (VB-Audio Cable ",
        "4 CABLE-A Output (VB-Audio Cable A)",
        "6 CABLE-A Output (VB-Audio Cable A)",
        "9 CABLE Output (VB-Audio Point)",
    }
    exact = find(WINDOWS, MODELS, "CABLE Output (VB-Audio Virtual Cable)")
    assert exact is not None
    assert exact.others == ()


def test_two_of_one_name_on_one_machine_are_told_apart_by_the_index_only() -> None:
    twins: list[dict[str, Any]] = [{"index": n, "name": "USB Audio Device", "hostapi": 0} for n in (4, 5)]
    first = find(twins, ("ALSA",), "USB Audio Device")
    assert first is not None
    assert (first.device["index"], first.others) == (4, ("5 USB Audio Device",))
    assert find(twins, ("ALSA",), 5).device["index"] == 5  # type: ignore[union-attr]
