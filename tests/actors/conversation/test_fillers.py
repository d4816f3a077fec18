"""What the bot says or does beside its reply: a filler, and the end of a long one."""

import pytest

from actors.audio.messages import PlaybackDone, PlaybackEnded, PlaybackStarted, SentencePlayed
from actors.avatar.messages import GestureRequested
from actors.llm.messages import CompletionFailed, SentenceReady
from actors.speech.messages import Cancel, SpeakRequested, SpeechStarted
from config.schema import Speech
from tests.actors.conversation.room import Room

LONG = "It was a long and winding road that led from the small village to the sea."


def enter(**speech: object) -> Room:
    room = Room()
    room.probes["avatar"] = room.world.probe("avatar")
    room.actor.speech = Speech.model_validate(speech)
    return room


def spoken(room: Room) -> list[str]:
    return [one.text for one in room["speech.synthesizer"].of(SpeakRequested)]


def kept(room: Room) -> list[str]:
    return [said.text for said in room.actor.state.messages if said.role == "assistant"]


def test_a_long_reply_ends_with_a_sentence_and_a_question_and_the_model_is_stopped() -> None:
    room = enter(longest_reply=10.0)
    turn = room.ask()
    for number in range(5):
        room.give(SentenceReady(turn, number, LONG))
    assert spoken(room) == [LONG] * 3 + ["Shall I go on?"]
    assert [one.turn for one in room["llm"].of(Cancel)] == [turn]
    assert room["audio.speaker"].of(PlaybackDone) == [PlaybackDone(turn, 4)]
    room.give(PlaybackStarted(turn, 1.0), PlaybackEnded(turn, 20.0, sentences=4))
    assert kept(room) == [" ".join([LONG] * 3 + ["Shall I go on?"])]


def test_it_asks_in_the_language_that_is_spoken() -> None:
    room = enter(longest_reply=5.0, language="de")
    turn = room.ask()
    for number in range(3):
        room.give(SentenceReady(turn, number, LONG))
    assert spoken(room)[-1] == "Soll ich weitererzählen?"


def test_a_thinking_sound_after_0_7_s_is_no_part_of_the_reply() -> None:
    room = enter(filler="sound")
    turn = room.ask()
    room.world.advance(0.6)
    assert spoken(room) == []
    room.world.advance(0.2)
    assert spoken(room) == ["Hmm."]
    room.give(SentenceReady(turn, 0, "Blue."), PlaybackStarted(turn, 1.0))
    room.give(SentencePlayed(turn, 0), SentencePlayed(turn, 1))
    room.give(CompletionFailed(turn, "timeout", "it stalled"))
    assert spoken(room)[-1] == "Sorry, I lost my thread."
    room.give(PlaybackEnded(turn, 9.0, sentences=3))
    assert kept(room) == ["Blue."]


def test_a_filler_is_no_beginning_of_a_reply_that_fails() -> None:
    room = enter(filler="sound")
    turn = room.ask()
    room.world.advance(1.0)
    room.give(CompletionFailed(turn, "timeout", "too late"))
    assert spoken(room)[-1] == "Sorry, that took me too long to think about."


def test_a_gesture_says_nothing() -> None:
    room = enter(filler="gesture")
    turn = room.ask()
    room.world.advance(1.0)
    assert room["avatar"].of(GestureRequested) == [GestureRequested(turn, "point")]
    assert spoken(room) == []


@pytest.mark.parametrize("filler", ["off", "sound", "gesture"])
def test_nothing_fills_a_silence_that_is_none(filler: str) -> None:
    room = enter(filler=filler)
    if filler == "off":
        room.ask()
    else:
        turn = room.ask()
        room.give(SentenceReady(turn, 0, "Blue."))
        talking = room.ask()
        room.give(SpeechStarted(1.0))
        assert talking > turn
    before = spoken(room)
    room.world.advance(2.0)
    assert spoken(room) == before
    assert room["avatar"].of(GestureRequested) == []
