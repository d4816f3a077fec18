"""What the launcher makes of a root that has ended."""

import pytest

from config.schema.supervision import Supervision
from supervisor.launcher.restart_policy import RestartSettings, after_death, is_decision

SETTINGS = RestartSettings(intensity=3, period=60.0, initial=0.5, longest=4.0, reset=30.0)


@pytest.mark.parametrize(
    ("code", "goodbye", "lived", "meant"),
    [
        (0, True, True, True),
        (0, False, False, True),
        (0, False, True, False),  # Windows: whoever kills it chooses the status
        (0xC0000005, False, True, False),
        (0xC0000005, False, False, False),
        (2, False, False, True),
        (4, False, True, True),
        (5, False, True, True),
        (70, True, True, True),
        (1, True, True, True),
        (1, False, True, False),
        (1, False, False, True),
        (-9, False, True, False),
        (-9, False, False, False),
        (-11, False, True, False),
        (137, False, True, False),
    ],
)
def test_which_ends_are_meant(code: int, goodbye: bool, lived: bool, meant: bool) -> None:
    assert is_decision(code, said_goodbye=goodbye, lived=lived) is meant


@pytest.mark.parametrize(
    ("deaths", "pause"),
    [
        ((100.0,), 0.0),
        ((99.0, 100.0), 0.5),
        ((98.0, 99.0, 100.0), 1.0),
        ((97.0, 98.0, 99.0, 100.0), None),
        ((10.0, 20.0, 30.0, 100.0), 0.0),
        ((60.0, 100.0), 0.0),
    ],
)
def test_the_pause_doubles_begins_anew_after_peace_and_ends_in_giving_up(
    deaths: tuple[float, ...], pause: float | None
) -> None:
    assert after_death(deaths, 100.0, SETTINGS) == pause


def test_a_pause_has_a_longest() -> None:
    patient = RestartSettings(intensity=99, period=1e6, initial=0.5, longest=4.0, reset=1e6)
    assert after_death(tuple(map(float, range(50))), 50.0, patient) == 4.0


def test_without_other_settings_it_is_as_patient_as_supervisors_are() -> None:
    usual = Supervision()
    assert RestartSettings() == RestartSettings(
        usual.intensity, usual.period, usual.backoff_initial, usual.backoff_max, usual.backoff_reset
    )
