"""Sound at another rate: the same every time, and within its limits."""

import numpy as np
import pytest

from actors.audio.devices.resample import Resampler, resampled


@pytest.mark.parametrize(("source", "target"), [(1000, 16000), (22050, 48000), (48000, 16000)])
def test_the_same_sound_gives_the_same_result_every_time(source: int, target: int) -> None:
    sound = np.random.default_rng(1).integers(-20000, 20000, source).astype(np.int16)
    results = [resampled(sound, source, target) for _ in range(8)]
    assert all(np.array_equal(results[0], other) for other in results)
    assert results[0].dtype == np.int16
    assert abs(results[0].size - target) <= target // 100


def test_what_swings_beyond_the_loudest_is_cut_and_does_not_wrap_around() -> None:
    loud = np.repeat(np.array([32767, -32768] * 20, np.int16), 50)
    result = resampled(loud, 1000, 16000)
    assert result.max() == 32767
    assert result.min() == -32768
    assert np.abs(np.diff(result.astype(np.int32))).max() < 32768


def test_silence_stays_silent() -> None:
    assert not resampled(np.zeros(4800, np.int16), 48000, 16000).any()


def test_piece_by_piece_gives_what_the_whole_gives() -> None:
    sound = (8000 * np.sin(np.arange(4410) / 9)).astype(np.int16)
    stream = Resampler(22050, 16000)
    pieces = [stream.feed(sound[begin : begin + 441], last=begin == 3969) for begin in range(0, 4410, 441)]
    assert np.array_equal(np.concatenate(pieces), resampled(sound, 22050, 16000))
