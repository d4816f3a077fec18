"""Sound on its way to the device."""

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from actors.audio.device import Sound
from actors.audio.internal import SoundBegan, SoundPlayed
from actors.audio.playlist import Playlist


def sound(samples: int, value: int = 1) -> Sound:
    return np.full(samples, value, dtype=np.int16)


def marks(playlist: Playlist) -> list[SoundBegan | SoundPlayed]:
    return [playlist.marks.get()[0] for _ in range(playlist.marks.qsize())]


def test_sound_comes_in_order_and_silence_after_it() -> None:
    playlist = Playlist(100)
    playlist.add(1, 0, sound(3, 5), 100, last=False)
    playlist.add(1, 0, sound(2, 6), 100, last=True)
    assert list(playlist.pull(8, 10.0)) == [5, 5, 5, 6, 6, 0, 0, 0]
    assert playlist.seconds == 0.0


def test_beginnings_and_ends_are_told_with_the_moment_at_which_they_are_heard() -> None:
    playlist = Playlist(100)
    playlist.add(1, 0, sound(50), 100, last=True, cause="a/1/1")
    playlist.add(1, 1, sound(100), 100, last=True)
    playlist.pull(100, 10.0)
    assert playlist.marks.get() == (SoundBegan(1, 0, 10.0), "a/1/1")
    assert marks(playlist) == [SoundPlayed(1, 0, 10.5, heard=True), SoundBegan(1, 1, 10.5)]
    playlist.pull(100, 11.0)
    assert marks(playlist) == [SoundPlayed(1, 1, 11.5, heard=True)]


def test_a_sentence_without_sound_is_told_as_not_heard() -> None:
    playlist = Playlist(100)
    playlist.add(1, 0, sound(0), 100, last=True)
    playlist.pull(10, 10.0)
    assert marks(playlist) == [SoundPlayed(1, 0, 10.0, heard=False)]


def test_an_empty_last_piece_ends_a_sentence_that_was_heard() -> None:
    playlist = Playlist(100)
    playlist.add(1, 0, sound(10), 100, last=False)
    playlist.add(1, 0, sound(0), 100, last=True)
    playlist.pull(10, 10.0)
    assert marks(playlist) == [SoundBegan(1, 0, 10.0), SoundPlayed(1, 0, 10.1, heard=True)]


def test_a_cancelled_turn_is_silent_with_the_next_pull_and_a_later_one_is_not() -> None:
    playlist = Playlist(100)
    playlist.add(1, 0, sound(100, 1), 100, last=True)
    playlist.add(2, 0, sound(5, 2), 100, last=True)
    playlist.pull(10, 10.0)
    playlist.drop(1)
    assert playlist.seconds == 0.05
    assert list(playlist.pull(8, 11.0)) == [2] * 5 + [0] * 3


def test_sound_at_another_rate_is_converted_without_losing_its_length() -> None:
    playlist = Playlist(48000)
    for begin in range(0, 22050, 3308):
        playlist.add(1, 0, sound(min(3308, 22050 - begin)), 22050, last=False)
    playlist.add(1, 0, sound(0), 22050, last=True)
    assert abs(playlist.seconds - 1.0) < 0.001


def test_what_waits_is_converted_when_the_device_changes() -> None:
    playlist = Playlist(16000)
    playlist.add(1, 0, sound(16000, 1000), 16000, last=True)
    playlist.pull(8000, 10.0)
    playlist.set_rate(48000)
    assert abs(playlist.seconds - 0.5) < 0.001
    assert abs(int(playlist.pull(24000, 11.0)[12000]) - 1000) < 20


def test_too_much_sound_is_dropped_and_the_sentence_still_ends() -> None:
    playlist = Playlist(100, longest=1.0)
    assert playlist.add(1, 0, sound(100), 100, last=False)
    assert not playlist.add(1, 0, sound(1), 100, last=True)
    playlist.pull(200, 10.0)
    assert marks(playlist)[-1] == SoundPlayed(1, 0, 11.0, heard=True)


def test_a_waiting_device_wakes_when_sound_comes() -> None:
    playlist = Playlist(100)
    assert not playlist.wait(0.0)
    woken: list[bool] = []
    waiting = threading.Thread(target=lambda: woken.append(playlist.wait(10.0)))
    waiting.start()
    playlist.add(1, 0, sound(1), 100, last=True)
    waiting.join(10.0)
    assert woken == [True]


@given(st.lists(st.integers(0, 50), max_size=8), st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_no_sample_is_lost_doubled_or_moved(sizes: list[int], pulls: list[int]) -> None:
    playlist = Playlist(100)
    everything = np.arange(1, sum(sizes) + 1, dtype=np.int16)
    begin = 0
    for number, size in enumerate(sizes):
        playlist.add(1, number, everything[begin : begin + size], 100, last=True)
        begin += size
    out = np.concatenate([playlist.pull(frames, 0.0) for frames in pulls])
    heard = everything[: out.size]
    assert list(out[: heard.size]) == list(heard)
    assert not out[heard.size :].any()
    assert round(playlist.seconds * 100) == everything.size - heard.size
