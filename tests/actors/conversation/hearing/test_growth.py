"""Somebody who goes on after a turn was decided too early has said one thing, and no word of it is lost."""

from actors.audio.messages import PlaybackStarted
from actors.conversation.hearing.growth import Growth
from actors.conversation.hearing.speech_input import GOES_ON_WITHIN
from actors.conversation.messages import CancelTurn, ReplyEnded, TextReceived, TurnStarted, WatchTurns
from actors.conversation.reply.apologies import apology_for
from actors.conversation.state import ActiveTurn
from actors.llm.messages import CompletionRequested, SentenceReady
from actors.osc.messages import ChatboxText
from actors.speech.messages import (
    Cancel,
    NothingUnderstood,
    SpeechStarted,
    TranscriptGuessed,
    TranscriptReady,
)
from actors.users.messages import GetProfile, InteractionHappened, Profile
from actors.world.messages import Present, WhoIsHere
from tests.actors.conversation.room import ALONE, MIO, Room

HERE = Present((MIO,), "Home")


def said(room: Room, text: str, ended_at: float) -> int:
    room.give(TranscriptReady(text, ended_at - 1.0, ended_at, 0.2, 0.0))
    room.answer("world", WhoIsHere, HERE)
    room.answer("users", GetProfile, Profile(MIO, None, 0.0))
    return room.actor.state.turn


def kept(room: Room) -> list[tuple[str, str]]:
    return [(one.role, one.text) for one in room.actor.state.messages]


def test_who_goes_on_has_said_one_thing_which_is_answered_once() -> None:
    room = Room()
    room.give(WatchTurns("listener"))
    first = said(room, "I was thinking", 11.0)
    room.give(SentenceReady(first, 0, "Of what?"), SpeechStarted(11.7))
    for stage in ("llm", "speech.synthesizer", "audio.speaker", "osc.sender"):
        assert room[stage].of(Cancel)[-1].turn == first
    assert room.actor.state.active is None
    second = said(room, "that we could go to the beach.", 13.0)
    assert second == first + 1
    assert kept(room) == [("user", "I was thinking that we could go to the beach.")]
    assert room.prompt()[-1].endswith("\nMio: I was thinking that we could go to the beach.")
    assert room.actor.state.participants[MIO.user_id].utterances == 1
    assert room["users"].of(InteractionHappened) == []
    started = room["listener"].of(TurnStarted)
    assert [one.text for one in started] == [
        "I was thinking",
        "I was thinking that we could go to the beach.",
    ]
    (ended,) = room["listener"].of(ReplyEnded)
    assert ended == ReplyEnded(first, "cancelled", "", "they go on")


def test_it_grows_as_often_as_they_go_on() -> None:
    room = Room()
    for number, text in enumerate(("Well,", "I was", "in town.")):
        room.give(SpeechStarted(11.0 + number))
        said(room, text, 11.5 + number)
    assert kept(room) == [("user", "Well, I was in town.")]


def test_a_sound_that_was_no_word_brings_the_turn_back() -> None:
    room = Room()
    said(room, "How are you?", 11.0)
    room.give(SpeechStarted(11.7), NothingUnderstood(11.7, 0.2, 0.9, "too short"))
    room.answer("world", WhoIsHere, HERE)
    room.answer("users", GetProfile, Profile(MIO, None, 0.0))
    assert kept(room) == [("user", "How are you?")]
    assert room.actor.state.active is not None
    assert room.actor.state.active.text == "How are you?"


def test_without_any_further_word_the_turn_comes_back_by_itself() -> None:
    room = Room()
    said(room, "How are you?", 11.0)
    room.give(SpeechStarted(11.7))
    room.world.advance(GOES_ON_WITHIN - 0.1)
    assert room.actor.state.active is None
    room.world.advance(0.2)
    assert room.actor.state.active is not None


def test_whoever_is_told_to_stop_does_not_begin_again() -> None:
    room = Room()
    said(room, "How are you?", 11.0)
    room.give(SpeechStarted(11.7), CancelTurn())
    room.world.advance(GOES_ON_WITHIN + 1.0)
    assert room.actor.state.active is None


def test_what_is_typed_meanwhile_is_a_turn_of_its_own_and_the_words_stay() -> None:
    room = Room()
    said(room, "How are you?", 11.0)
    room.give(SpeechStarted(11.7), TextReceived("Hello", MIO, "listener"))
    room.answer("world", WhoIsHere, HERE)
    assert kept(room) == [("user", "How are you?"), ("user", "Hello")]


def test_a_guess_is_of_everything_that_was_said() -> None:
    room = Room()
    said(room, "I was thinking", 11.0)
    room.give(SpeechStarted(11.7), TranscriptGuessed(5, "of you.", 11.7, 12.0))
    room.answer("world", WhoIsHere, ALONE)
    (asked,) = [one for one in room["llm"].of(CompletionRequested) if one.guess]
    (content,) = [m.content for m in asked.messages if m.role == "user"]
    assert content.endswith("\nI was thinking of you.")


def test_chatter_behind_whoever_spoke_withdraws_nothing() -> None:
    room = Room()
    turn = said(room, "How are you?", 11.0)
    room.give(SpeechStarted(11.2, faint=True))
    assert room.actor.state.active is not None
    assert room.actor.state.active.turn == turn


def test_who_speaks_much_later_or_after_he_began_to_answer_does_not_go_on() -> None:
    growth = Growth().decided(4, 11.0)
    active = ActiveTurn(4, "How are you?")
    assert growth.goes_on(active, 12.0)
    assert not growth.goes_on(active, 14.5)
    assert not growth.goes_on(ActiveTurn(5, "typed"), 12.0)
    heard = growth.heard(4, 11.5)
    assert heard.goes_on(active, 12.0)
    assert not heard.goes_on(active, 12.9)
    assert not growth.goes_on(ActiveTurn(4, "How are you?", played=1), 12.0)


def test_what_was_heard_of_a_reply_that_had_just_begun_is_not_kept() -> None:
    room = Room()
    turn = said(room, "I was thinking", 11.0)
    room.give(SentenceReady(turn, 0, "Of what?"), PlaybackStarted(turn, 11.5), SpeechStarted(11.9))
    said(room, "of you.", 13.0)
    assert kept(room) == [("user", "I was thinking of you.")]


def test_whoever_said_much_and_was_not_understood_hears_so_once_in_a_while() -> None:
    room = Room()
    much = NothingUnderstood(11.7, 2.0, 0.95, "no speech")
    room.give(much)
    assert room["osc.sender"].of(ChatboxText) == []  # nobody was talking to him
    turn = room.talk("Hello")
    room.give(NothingUnderstood(11.7, 2.0, 0.6, "no speech"), NothingUnderstood(11.7, 2.0, 0.95, "echo"))
    assert len(room["osc.sender"].of(ChatboxText)) == 1
    room.give(much)
    room.played(turn + 1, 1)
    assert [shown.text for shown in room["osc.sender"].of(ChatboxText)[1:]] == [apology_for("unheard")]
    assert room.actor.state.active is None
    assert kept(room) == [("user", "Hello"), ("assistant", "Fine.")]
    room.give(much)
    assert len(room["osc.sender"].of(ChatboxText)) == 2
