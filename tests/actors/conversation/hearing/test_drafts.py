"""Thinking ahead: what somebody may have said to the end is thought about, and nobody notices until it is decided."""

from actors.audio.messages import PlaybackDone
from actors.conversation.messages import TextReceived, TurnStarted, WatchTurns
from actors.llm.messages import CompletionRequested, SentenceReady
from actors.osc.messages import Typing
from actors.speech.messages import Cancel, Drop, SpeakRequested, TranscriptGuessed, TranscriptReady
from actors.system.messages import StageReached
from actors.users.messages import GetProfile, PersonForgotten, Profile
from actors.users.state import UserState
from actors.vocabulary.values import Interaction
from actors.world.messages import Present, WhoIsHere
from config.schema import Llm
from tests.actors.conversation.room import ALONE, MIO, Room

UNHEARD = ("osc.sender", "audio.speaker", "speech.recognizer", "system", "listener")


def words(asked: CompletionRequested) -> str:
    """What was said last, without the notes before it."""
    return asked.messages[-1].content.splitlines()[-1]


def guess(room: Room, number: int, text: str = "How are you", here: Present = ALONE) -> None:
    room.give(TranscriptGuessed(number, text, 10.0, 11.0))
    room.answer("world", WhoIsHere, here)


def decided(room: Room, number: int, text: str = "How are you") -> int:
    room.give(TranscriptReady(text, 10.0, 11.0, 0.4, 0.0, guess=number))
    return room.actor.state.turn


def test_nothing_of_a_guess_is_told_shown_heard_or_kept() -> None:
    room = Room()
    room.give(WatchTurns("listener"))
    before = room.actor.state
    guess(room, 5)
    room.give(SentenceReady(0, 0, "Fine.", 5))
    (asked,) = room["llm"].of(CompletionRequested)
    assert (asked.turn, asked.guess, words(asked)) == (0, 5, "How are you")
    assert room["speech.synthesizer"].messages == [SpeakRequested(0, 0, "Fine.", 5)]
    assert room.actor.state == before
    assert [name for name in UNHEARD if room[name].messages] == []


def test_the_turn_of_the_same_words_takes_over_what_was_thought_at_once() -> None:
    room = Room()
    room.give(WatchTurns("listener"))
    guess(room, 5, here=Present((MIO,), "Home"))
    room.answer("users", GetProfile, Profile(MIO, None, 0.0))
    turn = decided(room, 5)
    ahead, asked = room["llm"].of(CompletionRequested)
    assert (asked.turn, asked.guess, asked.messages) == (turn, 5, ahead.messages)
    assert len(room["world"].of(WhoIsHere)) == 1
    assert room["listener"].of(TurnStarted) == [TurnStarted(turn, "How are you", MIO, 0.95)]
    assert room["osc.sender"].of(Typing) == [Typing(True)]
    assert [(u.text, u.person) for u in room.actor.state.messages] == [("How are you", MIO)]
    assert room["llm"].of(Drop) == []
    assert [s.stage for s in room["system"].of(StageReached)] == [
        "speech_ended",
        "end_of_speech",
        "recognition",
    ]
    room.give(SentenceReady(turn, 0, "Fine."))
    assert room["speech.synthesizer"].messages == [SpeakRequested(turn, 0, "Fine.", 5)]


def test_the_prompt_of_a_guess_is_that_of_the_turn_it_foresees() -> None:
    known = Profile(MIO, UserState(MIO.user_id, "Mio", 0.2, (Interaction("talk", "Mio", "hi", 1.0),)))
    prompts = []
    for thinks_ahead in (True, False):
        room = Room()
        room.talk("My cat is called Tofu.", "Nice.")
        if thinks_ahead:
            guess(room, 5, "What is my cat called?", Present((MIO,), "Home"))
        else:
            room.give(TranscriptReady("What is my cat called?", 10.0, 11.0, 0.4, 0.0))
            room.answer("world", WhoIsHere, Present((MIO,), "Home"))
        room.answer("users", GetProfile, known)
        prompts.append(room.prompt())
    assert prompts[0] == prompts[1]
    assert "Tofu" in "".join(prompts[0])


def test_other_words_are_thought_about_anew() -> None:
    room = Room()
    guess(room, 5)
    turn = decided(room, 0, "How are you and your cat?")
    for stage in ("llm", "speech.synthesizer"):
        assert room[stage].of(Drop) == [Drop(5)]
    room.answer("world", WhoIsHere, ALONE)
    asked = room["llm"].of(CompletionRequested)[-1]
    assert (asked.turn, asked.guess, words(asked)) == (turn, 0, "How are you and your cat?")


def test_a_guess_whose_speaker_is_not_known_yet_is_no_help() -> None:
    room = Room()
    room.give(TranscriptGuessed(5, "How are you", 10.0, 11.0))
    turn = decided(room, 5)
    asks = room["world"].envelopes
    room.world.tell("conversation", ALONE, sender="world", answers=asks[0].id)
    room.answer("world", WhoIsHere, ALONE)
    assert [(asked.turn, asked.guess) for asked in room["llm"].of(CompletionRequested)] == [(turn, 0)]


def test_a_dropped_guess_ends_alone_also_before_it_comes() -> None:
    room = Room()
    guess(room, 5)
    room.give(Drop(5), Drop(6))
    assert room["llm"].of(Drop) == [Drop(5)]
    assert room["llm"].of(Cancel) == []
    room.give(TranscriptGuessed(6, "How are you", 10.0, 11.0))
    assert len(room["world"].of(WhoIsHere)) == 1
    room.give(SentenceReady(0, 0, "Fine.", 5))
    assert room["speech.synthesizer"].of(SpeakRequested) == []


def test_a_new_guess_is_the_end_of_the_one_before() -> None:
    room = Room()
    guess(room, 5)
    guess(room, 6, "How are you and your cat")
    assert room["llm"].of(Drop) == [Drop(5)]
    assert room["llm"].of(CompletionRequested)[-1].guess == 6


def test_while_a_turn_is_under_way_nothing_is_guessed() -> None:
    room = Room()
    room.ask()
    room.give(TranscriptGuessed(5, "And then", 10.0, 11.0))
    assert len(room["world"].of(WhoIsHere)) == 1
    assert len(room["llm"].of(CompletionRequested)) == 1


def test_whatever_else_is_said_ends_the_draft() -> None:
    room = Room()
    guess(room, 5)
    room.give(TextReceived("Something typed", MIO, "listener"))
    assert room["llm"].of(Drop) == [Drop(5)]


def test_whoever_is_forgotten_is_not_thought_about_any_more() -> None:
    room = Room()
    guess(room, 5)
    room.give(PersonForgotten((MIO,), 1.0))
    assert room["llm"].of(Drop) == [Drop(5)]


def test_what_rules_answer_is_spoken_as_soon_as_it_is_decided_and_the_model_is_not_asked() -> None:
    room = Room(llm=Llm())
    guess(room, 5, "Hello!", Present((MIO,), "Home"))
    room.answer("users", GetProfile, Profile(MIO, None, 0.0))
    (ahead,) = room["speech.synthesizer"].of(SpeakRequested)
    assert (ahead.turn, ahead.guess) == (0, 5)
    assert "Mio" in ahead.text
    turn = decided(room, 5, "Hello!")
    spoken = room["speech.synthesizer"].of(SpeakRequested)[-1]
    assert spoken == SpeakRequested(turn, 0, ahead.text, 5)
    assert room["llm"].of(CompletionRequested) == []
    assert room["audio.speaker"].of(PlaybackDone) == [PlaybackDone(turn, 1)]
    room.played(turn, 1)
    assert room.actor.state.active is None
    assert [said.text for said in room.actor.state.messages] == ["Hello!", ahead.text]
