"""Sound on its way to the device."""

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from actors.audio.devices.device import Sound
from actors.audio.internal import SoundBegan, SoundHeard, SoundPlayed, SoundRanOut
from actors.audio.playback.playlist import Playlist


def sound(samples: int, value: int = 1) -> Sound:
    return np.full(samples, value, dtype=np.int16)


def every_mark(playlist: Playlist) -> list[tuple[object, str]]:
    return [playlist.marks.get() for _ in range(playlist.marks.qsize())]


def marks(playlist: Playlist) -> list[object]:
    """The beginnings and ends."""
    return [mark for mark, _ in every_mark(playlist) if isinstance(mark, SoundBegan | SoundPlayed)]


def reports(playlist: Playlist) -> list[SoundHeard]:
    return [mark for mark, _ in every_mark(playlist) if isinstance(mark, SoundHeard)]


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


def test_what_follows_does_not_wait_for_the_rest_of_a_sentence_in_which_the_voice_died() -> None:
    playlist = Playlist(100)
    playlist.add(1, 0, sound(3, 5), 100, last=False)
    assert list(playlist.pull(5, 10.0)) == [5, 5, 5, 0, 0]
    playlist.add(2, 0, sound(2, 6), 100, last=True)
    assert list(playlist.pull(4, 10.1)) == [6, 6, 0, 0]


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


def test_how_far_a_sentence_was_heard_is_told_four_times_a_second() -> None:
    playlist = Playlist(100)
    playlist.add(1, 0, sound(60), 100, last=False)
    for begin in range(0, 60, 10):
        playlist.pull(10, 10.0 + begin / 100)
    playlist.add(1, 0, sound(40), 100, last=True)
    playlist.pull(39, 10.6)
    told = [(one.seconds, one.length, one.whole, one.going) for one in reports(playlist)]
    assert told == [(0.3, 0.6, False, True), (0.6, 0.6, False, True), (0.99, 1.0, True, True)]


def test_that_no_sound_is_left_is_told_once() -> None:
    playlist = Playlist(100)
    playlist.add(1, 0, sound(30), 100, last=True)
    for at in (10.0, 10.25, 10.5):
        playlist.pull(20, at)
    ran_out = [mark for mark, _ in every_mark(playlist) if isinstance(mark, SoundRanOut)]
    assert ran_out == [SoundRanOut(1, 10.35)]


def test_a_quieter_voice_is_quiet_within_30_ms_and_full_again_as_soon() -> None:
    playlist = Playlist(1000)
    playlist.add(1, 0, sound(1000, 1000), 1000, last=True)
    playlist.pull(10, 10.0)
    playlist.fade(0.25)
    assert list(playlist.pull(60, 10.01)[29:]) == [250] * 31
    playlist.fade(1.0)
    assert list(playlist.pull(60, 10.07)[29:]) == [1000] * 31


def test_a_voice_that_fades_never_jumps() -> None:
    playlist = Playlist(1000)
    playlist.add(1, 0, sound(1000, 3000), 1000, last=True)
    heard = []
    for level in (0.25, 0.0, 1.0, 0.25, 1.0):
        playlist.fade(level)
        heard += list(playlist.pull(17, 10.0))
    assert np.abs(np.diff(np.asarray(heard, dtype=np.int32))).max() <= 101


def test_a_paused_sentence_goes_on_from_where_it_was_without_a_sample_lost_or_doubled() -> None:
    playlist = Playlist(1000)
    everything = np.arange(1, 1001, dtype=np.int16)
    playlist.add(1, 0, everything, 1000, last=True)
    playlist.pull(100, 10.0)
    playlist.fade(0.0)
    playlist.pull(200, 10.1)
    (report,) = reports(playlist)
    assert (report.seconds, report.going) == (0.13, False)
    assert not playlist.wait(0.0)
    assert not playlist.pull(500, 10.3).any()
    playlist.fade(1.0)
    assert playlist.wait(0.0)
    playlist.pull(70, 11.0)
    assert list(playlist.pull(10, 11.07)) == list(range(201, 211))


def test_a_pause_between_two_sentences_holds_the_next_one_whole() -> None:
    playlist = Playlist(1000)
    playlist.fade(0.0)
    playlist.add(1, 1, sound(100, 700), 1000, last=True)
    assert not playlist.wait(0.0)
    assert not playlist.pull(50, 10.0).any()
    playlist.fade(1.0)
    assert np.count_nonzero(playlist.pull(200, 10.1)) == 100


def test_a_sentence_is_played_again_from_a_lull_near_where_it_is_to_be_taken_up() -> None:
    playlist = Playlist(1000)
    words = np.concatenate((sound(300, 900), sound(50, 0), sound(650, 900)))
    playlist.add(1, 0, words, 1000, last=True)
    playlist.pull(600, 10.0)
    assert playlist.go_back(1, 0, 0.4)
    again = list(playlist.pull(60, 11.0))
    assert again[0] == 0
    assert again[-1] == 900
    assert not playlist.go_back(1, 1, 0.0)


def test_going_back_never_leaves_anything_out() -> None:
    playlist = Playlist(1000)
    playlist.add(1, 0, sound(1000), 1000, last=True)
    playlist.pull(200, 10.0)
    assert playlist.go_back(1, 0, 0.9)
    assert playlist.seconds == 0.8


def test_a_cancellation_ends_a_pause() -> None:
    playlist = Playlist(1000)
    playlist.add(1, 0, sound(1000), 1000, last=True)
    playlist.pull(10, 10.0)
    playlist.fade(0.0)
    playlist.pull(100, 10.0)
    playlist.drop(1)
    playlist.add(2, 0, sound(10, 500), 1000, last=True)
    assert list(playlist.pull(10, 11.0)) == [500] * 10


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
