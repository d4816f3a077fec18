"""Whether what is played comes back."""

import numpy as np
import pytest

from actors.audio.devices.device import Sound
from actors.audio.echo.loopback import found_again

RATE = 16000


def noise(seconds: float, scale: float, seed: int) -> Sound:
    made = np.random.default_rng(seed).normal(0.0, scale, round(seconds * RATE))
    return np.asarray(np.clip(made, -32768, 32767), dtype=np.int16)


def test_a_sound_is_found_with_its_delay_and_its_loudness() -> None:
    played = noise(1.0, 3000.0, 1)
    captured = noise(4.0, 20.0, 2)
    at = round(1.25 * RATE)
    captured[at : at + played.size] += (played * 0.25).astype(np.int16)
    found = found_again(played, 1000.5, captured, 999.5)
    assert found.came_back
    assert found.delay == pytest.approx(0.25, abs=0.001)
    assert found.gain == pytest.approx(-12.0, abs=0.3)


def test_a_sound_that_does_not_come_back_is_not_found_in_noise() -> None:
    found = found_again(noise(1.0, 3000.0, 1), 1000.5, noise(4.0, 600.0, 2), 999.5)
    assert not found.came_back
    assert found.level == pytest.approx(-34.7, abs=0.5)


def test_silence_has_a_level_too() -> None:
    found = found_again(noise(1.0, 3000.0, 1), 1000.0, np.zeros(4 * RATE, dtype=np.int16), 999.0)
    assert (found.came_back, found.level) == (False, -120.0)
