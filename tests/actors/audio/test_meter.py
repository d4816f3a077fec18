"""How loud it is, ten times a second, for whoever watches."""

import numpy as np
import pytest

from actors.audio.messages import AudioChunk, SoundLevel
from actors.audio.meter import Meter

CHUNK = 0.032


def levels(meter: Meter, amplitude: int, chunks: int, start: float = 1000.0) -> list[SoundLevel]:
    pcm = np.resize(np.array([amplitude, -1 - amplitude], dtype="<i2"), 512).tobytes()
    taken = (meter.take(AudioChunk(pcm, start + CHUNK * n)) for n in range(chunks))
    return [one for one in taken if one is not None]


def test_ten_times_a_second_on_average() -> None:
    told = levels(Meter(), 100, 313)
    assert len(told) == pytest.approx(100, abs=2)


def test_as_a_share_of_the_largest_sample() -> None:
    told = levels(Meter(), 16384, 10)[-1]
    assert (told.level, told.peak) == pytest.approx((0.5, 0.5), abs=1e-4)
    assert levels(Meter(), -32768, 10)[-1].peak == 1.0
    assert levels(Meter(), 0, 10)[-1].level < 1e-4


def test_a_step_of_the_clock_neither_silences_it_nor_floods() -> None:
    meter = Meter()
    levels(meter, 1, 10)
    for start in (5.0, 9e9, 1000.0):
        assert 9 <= len(levels(meter, 1, 32, start)) <= 12


def test_who_has_enough_hears_no_more() -> None:
    meter = Meter()
    for address in ("one", "two", "one"):
        meter.watch(address, on=True)
    assert meter.watchers == ("two", "one")
    meter.watch("two", on=False)
    assert meter.watchers == ("one",)
