"""The speaker as an actor, with devices that need no hardware."""

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import msgspec
import numpy as np
import pytest

from actors.audio.devices.wavefile import read_wav
from actors.audio.internal import PlaybackQuiet
from actors.audio.messages import (
    Duck,
    GetPlayback,
    Pause,
    PlaybackDone,
    PlaybackEnded,
    PlaybackStarted,
    PlaySentence,
    Resume,
    SentenceHeard,
    SentencePlayed,
    VoiceSilent,
)
from actors.audio.speaker import Speaker
from actors.kernel.actor import Actor, handles
from actors.kernel.protocol.state import GetState, StateIs
from actors.kernel.protocol.storage import Version
from actors.speech.messages import Cancel
from actors.system.messages import StageReached
from config.schema import Audio
from tests.doubles.undisturbed import undisturbed
from tests.doubles.virtual_world import VirtualWorld

Until = Callable[[Callable[[], object]], None]
RATE = 22050
WITHIN = 10.0  # seconds; a busy machine is late, a wrong pace is not


class Room:
    """A speaker, and everybody whom it talks to."""

    def __init__(
        self, world: VirtualWorld, home: Path, device: str, number: int = 1, **settings: float
    ) -> None:
        self.world = world
        self.conversation, self.recognizer = world.probe("conversation"), world.probe("speech.recognizer")
        self.system, self.game = world.probe("system"), world.probe("osc.game")
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
    assert [type(one).__name__ for one in room.game.messages] == ["PlaybackStarted", "PlaybackEnded"]
    (stage,) = room.system.of(StageReached)
    assert (stage.turn, stage.stage) == (1, "first_audio")
    assert 0.08 < room.conversation.of(PlaybackEnded)[0].at - stage.at < WITHIN


def test_a_voice_that_is_muted_here_is_none_in_the_game(enter: Enter, until: Until) -> None:
    room = enter(mute_voice=True)
    room.play(1, 0, 0.05)
    room.world.give("audio.speaker", PlaybackDone(1, 1))
    until(lambda: room.conversation.of(PlaybackEnded))
    assert [type(one).__name__ for one in room.game.messages] == ["PlaybackEnded"]


def test_without_a_device_playback_takes_its_time(enter: Enter, until: Until) -> None:
    room = enter()
    begun = time.monotonic()
    room.play(1, 0, 0.3)
    until(lambda: room.conversation.of(SentencePlayed))
    assert 0.25 < time.monotonic() - begun < WITHIN


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
    turns = count(1, 2)

    def measure() -> None:
        first = next(turns)
        room.conversation.clear()
        room.play(first, 0, 30.0)
        until(lambda: room.conversation.of(PlaybackStarted))
        cancelled = time.time()
        room.world.give("audio.speaker", Cancel(first))
        (ended,) = room.conversation.of(PlaybackEnded)
        assert ended.cancelled
        room.play(first, 1, 0.5)
        room.play(first + 1, 0, 0.1)
        until(lambda: room.conversation.of(SentencePlayed))
        second = room.conversation.of(PlaybackStarted)[1]
        assert second.turn == first + 1
        assert second.at - cancelled < 0.1
        assert [one.turn for one in room.conversation.of(SentencePlayed)] == [first + 1]

    undisturbed(measure)


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
    (ended,) = room.recognizer.of(PlaybackEnded)
    assert room.conversation.of(PlaybackEnded) == [ended]
    assert ended.cancelled


class _Counting(Actor):
    """A conversation that says how far it is. state: by path."""

    def __init__(self, **state: int | None) -> None:
        self.state = state

    @handles
    def on_get(self, message: GetState) -> None:
        found = self.state[message.path.replace(".", "_")]
        self.reply(StateIs("conversation", Version(), msgspec.json.encode(found), message.path))


@pytest.mark.parametrize(("active", "heard"), [(None, []), (8, [8])])
def test_a_successor_plays_no_piece_of_a_turn_that_is_over(
    world: VirtualWorld, tmp_path: Path, active: int | None, heard: list[int]
) -> None:
    room = Room(world, tmp_path, "none", 2)
    world.start(_Counting(turn=8, active_turn=active), "conversation")
    world.start(room.actor, "audio.speaker", 3)
    world.run()
    room.play(7, 1, 0.05)
    room.play(8, 0, 0.05)
    assert [turn for turn in (7, 8) if turn > room.actor._playback.voided] == heard


def test_what_goes_on_can_be_asked(enter: Enter, until: Until) -> None:
    room = enter()
    asking = room.world.probe("asking")
    room.world.give("audio.speaker", GetPlayback(), sender="asking")
    room.play(7, 0, 5.0)
    until(lambda: room.conversation.of(PlaybackStarted))
    room.world.give("audio.speaker", GetPlayback(), sender="asking")
    assert [type(answer).__name__ for answer in asking.messages] == ["PlaybackEnded", "PlaybackStarted"]


def playing(room: Room, until: Until, seconds: float = 30.0) -> None:
    room.play(1, 0, seconds, value=10000)
    until(lambda: room.conversation.of(PlaybackStarted))


def loudest(path: Path) -> int:
    return int(np.abs(read_wav(path)[0][-400:]).max())


def test_a_paused_turn_tells_where_and_goes_on_when_it_is_resumed(enter: Enter, until: Until) -> None:
    room = enter()
    playing(room, until)
    room.world.give("audio.speaker", Pause(1))
    assert [one.turn for one in room.recognizer.of(VoiceSilent)] == [1]
    until(lambda: [one for one in room.conversation.of(SentenceHeard) if not one.going])
    stopped = room.conversation.of(SentenceHeard)[-1]
    assert (stopped.turn, stopped.sentence, stopped.length, stopped.whole) == (1, 0, 30.0, True)
    room.world.give("audio.speaker", Resume(1, 0, stopped.seconds))
    assert len(room.recognizer.of(PlaybackStarted)) == 2
    until(lambda: room.conversation.of(SentenceHeard)[-1].going)
    assert room.conversation.of(SentenceHeard)[-1].seconds > stopped.seconds - 0.2


@pytest.mark.parametrize("eased", [Duck(1, 0.25), Pause(1)])
def test_a_voice_that_was_eased_is_full_again_when_nobody_decides(
    enter: Enter, until: Until, tmp_path: Path, eased: Duck | Pause
) -> None:
    room = enter("file:out.wav")
    playing(room, until)
    room.world.give("audio.speaker", eased)
    room.world.advance(4.9)
    assert not room.actor._playlist._fader.full
    room.world.advance(0.2)
    before = len(room.conversation.of(SentenceHeard))
    until(lambda: len(room.conversation.of(SentenceHeard)) > before + 1)
    room.world.lives["audio.speaker"].stop()
    assert loudest(tmp_path / "out.wav") == 10000


def test_a_quieter_voice_stays_quiet_while_it_is_asked_for(enter: Enter, until: Until) -> None:
    room = enter()
    playing(room, until)
    for _ in range(3):
        room.world.give("audio.speaker", Duck(1, 0.25))
        room.world.advance(4.0)
    assert room.actor._playlist._fader._target == 0.25


@pytest.mark.parametrize("end", [Cancel(1), PlaybackDone(1, 0)])
def test_the_next_turn_has_its_full_voice(enter: Enter, until: Until, end: Cancel | PlaybackDone) -> None:
    room = enter()
    playing(room, until)
    room.world.give("audio.speaker", Duck(1, 0.25))
    room.world.give("audio.speaker", end)
    assert room.conversation.of(PlaybackEnded)
    assert room.actor._playlist._fader._target == 1.0


def test_what_is_asked_of_another_turn_changes_nothing(enter: Enter, until: Until) -> None:
    room = enter()
    playing(room, until)
    for message in (Duck(2, 0.25), Pause(2), Resume(1, 0, 0.0), Resume(2, 0, 0.0)):
        room.world.give("audio.speaker", message)
    assert room.actor._playlist._fader.full
    assert len(room.conversation.of(PlaybackStarted)) == 1


def test_a_reply_whose_sound_is_late_is_told_as_silent_and_as_begun_again(enter: Enter, until: Until) -> None:
    room = enter()
    room.play(1, 0, 0.05)
    until(lambda: room.conversation.of(SentencePlayed))
    until(lambda: room.actor._ran_out)
    room.world.advance(0.4)
    assert [one.turn for one in room.recognizer.of(VoiceSilent)] == [1]
    room.play(1, 1, 0.05)
    until(lambda: len(room.recognizer.of(PlaybackStarted)) == 2)


def test_the_end_of_a_turn_tells_how_many_sentences_were_over(enter: Enter, until: Until) -> None:
    room = enter()
    room.play(1, 0, 0.05)
    room.play(1, 1, 0.05)
    room.world.give("audio.speaker", PlaybackDone(1, 2))
    until(lambda: room.conversation.of(PlaybackEnded))
    assert room.conversation.of(PlaybackEnded)[0].sentences == 2
