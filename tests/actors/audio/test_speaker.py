"""The speaker as an actor, with devices that need no hardware."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from actors.audio.internal import PlaybackQuiet
from actors.audio.messages import (
    GetPlayback,
    PlaybackDone,
    PlaybackEnded,
    PlaybackStarted,
    PlaySentence,
    SentencePlayed,
)
from actors.audio.speaker import Speaker
from actors.audio.wavefile import read_wav
from actors.speech.messages import Cancel
from actors.system.messages import StageReached
from config.schema import Audio
from tests.doubles.virtual_world import VirtualWorld

Until = Callable[[Callable[[], object]], None]
RATE = 22050


class Room:
    """A speaker, and everybody whom it talks to."""

    def __init__(
        self, world: VirtualWorld, home: Path, device: str, number: int = 1, **settings: float
    ) -> None:
        self.world = world
        self.conversation, self.recognizer = world.probe("conversation"), world.probe("speech.recognizer")
        self.system = world.probe("system")
        self.actor = Speaker(Audio.model_validate({"output_device": device, **settings}), home)
        world.start(self.actor, "audio.speaker", number)

    def play(self, turn: int, sentence: int, seconds: float, value: int = 1000) -> None:
        pcm = np.full(round(seconds * RATE), value, dtype="<i2").tobytes()
        self.world.give("audio.speaker", PlaySentence(turn, sentence, pcm, RATE, last=True))

    def said(self) -> list[object]:
        return [(type(one).__name__, one.turn) for one in self.conversation.messages]  # type: ignore[attr-defined]


@pytest.fixture
def enter(world: VirtualWorld, tmp_path: Path) -> Callable[..., Room]:
    return lambda device="none", **settings: Room(world, tmp_path, device, **settings)


Enter = Callable[..., Room]


def test_a_turn_is_played_and_told_to_those_concerned(enter: Enter, until: Until) -> None:
    room = enter()
    room.play(1, 0, 0.05)
    room.play(1, 1, 0.05)
    room.world.give("audio.speaker", PlaybackDone(1, 2))
    until(lambda: room.conversation.of(PlaybackEnded))
    names = ["PlaybackStarted", "SentencePlayed", "SentencePlayed", "PlaybackEnded"]
    assert room.said() == [(name, 1) for name in names]
    assert [type(one).__name__ for one in room.recognizer.messages] == ["PlaybackStarted", "PlaybackEnded"]
    (stage,) = room.system.of(StageReached)
    assert (stage.turn, stage.stage) == (1, "first_audio")
    assert 0.08 < room.conversation.of(PlaybackEnded)[0].at - stage.at < 1.0


def test_without_a_device_playback_takes_its_time(enter: Enter, until: Until) -> None:
    room = enter()
    begun = time.monotonic()
    room.play(1, 0, 0.3)
    until(lambda: room.conversation.of(SentencePlayed))
    assert 0.25 < time.monotonic() - begun < 2.0


def test_a_file_gets_what_is_played_at_its_volume(enter: Enter, until: Until, tmp_path: Path) -> None:
    room = enter("file:out.wav", volume=0.5)
    room.play(1, 0, 0.1, value=20000)
    until(lambda: room.conversation.of(SentencePlayed))
    room.world.lives["audio.speaker"].stop()
    sound, _ = read_wav(tmp_path / "out.wav")
    assert np.count_nonzero(sound == 10000) == round(0.1 * RATE)


def test_a_loud_volume_clips_and_does_not_wrap(enter: Enter, until: Until, tmp_path: Path) -> None:
    room = enter("file:out.wav", volume=2.0)
    room.play(1, 0, 0.1, value=30000)
    until(lambda: room.conversation.of(SentencePlayed))
    room.world.lives["audio.speaker"].stop()
    assert read_wav(tmp_path / "out.wav")[0].max() == 32767


def test_a_cancelled_turn_falls_silent_within_100_ms(enter: Enter, until: Until, tmp_path: Path) -> None:
    room = enter("file:out.wav")
    room.play(1, 0, 30.0)
    until(lambda: room.conversation.of(PlaybackStarted))
    cancelled = time.time()
    room.world.give("audio.speaker", Cancel(1))
    (ended,) = room.conversation.of(PlaybackEnded)
    assert ended.cancelled
    room.play(1, 1, 0.5)
    room.play(2, 0, 0.1)
    until(lambda: room.conversation.of(SentencePlayed))
    second = room.conversation.of(PlaybackStarted)[1]
    assert second.turn == 2
    assert second.at - cancelled < 0.1
    assert [one.turn for one in room.conversation.of(SentencePlayed)] == [2]


def test_a_playback_that_gets_no_sound_any_more_is_ended(enter: Enter, until: Until) -> None:
    room = enter()
    room.play(1, 0, 0.05)
    until(lambda: room.conversation.of(SentencePlayed))
    room.world.advance(9.0)
    assert not room.conversation.of(PlaybackEnded)
    room.world.advance(12.0)
    assert [one.turn for one in room.recognizer.of(PlaybackEnded)] == [1]


def test_long_sound_is_not_taken_for_silence(enter: Enter, until: Until) -> None:
    room = enter()
    room.play(1, 0, 30.0)
    until(lambda: room.conversation.of(PlaybackStarted))
    room.world.advance(60.0)
    room.world.give("audio.speaker", PlaybackQuiet())
    assert not room.conversation.of(PlaybackEnded)


def test_a_successor_says_that_nothing_is_playing(enter: Enter) -> None:
    room = enter(number=2)
    assert room.recognizer.messages == room.conversation.messages
    (ended,) = room.recognizer.of(PlaybackEnded)
    assert ended.cancelled


def test_what_goes_on_can_be_asked(enter: Enter, until: Until) -> None:
    room = enter()
    asking = room.world.probe("asking")
    room.world.give("audio.speaker", GetPlayback(), sender="asking")
    room.play(7, 0, 5.0)
    until(lambda: room.conversation.of(PlaybackStarted))
    room.world.give("audio.speaker", GetPlayback(), sender="asking")
    assert [type(answer).__name__ for answer in asking.messages] == ["PlaybackEnded", "PlaybackStarted"]
