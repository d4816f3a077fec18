"""What is said without having been asked, what the body hears of a turn, and what is answered without the model."""

import pytest

from actors.audio.messages import PlaybackEnded, PlaybackStarted
from actors.behaviour.messages import SentenceBegun
from actors.conversation.messages import (
    CancelTurn,
    ReplyEnded,
    ReplySentence,
    SpeakFirst,
    SpokeFirst,
    TurnCancelled,
    TurnStarted,
    WatchTurns,
)
from actors.llm.messages import CompletionEnded, CompletionRequested, SentenceReady
from actors.speech.messages import (
    Cancel,
    NothingUnderstood,
    SpeakRequested,
    SpeechStarted,
    TranscriptGuessed,
    TranscriptReady,
)
from actors.users.messages import GetProfile, InteractionHappened, PersonForgotten, Profile
from actors.vocabulary.values import UNKNOWN, Person
from actors.world.messages import Present, WhoIsHere
from config.schema import Behaviour, Movement, Safety
from tests.actors.conversation.room import ALONE, MIO, Room

HI = SpeakFirst(("Hi Mio!", "I am an AI."), MIO, 2.0)


def asked(room: Room, message: SpeakFirst = HI) -> SpokeFirst:
    room["behaviour"].clear()
    room.world.give("conversation", message, sender="behaviour")
    (answer,) = room["behaviour"].of(SpokeFirst)
    assert isinstance(answer, SpokeFirst)
    return answer


def test_it_is_said_and_remembered_and_asks_no_model() -> None:
    room = Room()
    turn = asked(room).turn
    assert [one.text for one in room["speech.synthesizer"].of(SpeakRequested)] == list(HI.words)
    room.played(turn, 2)
    said = room.actor.state.messages[-1]
    assert (said.role, said.text, said.turn) == ("assistant", "Hi Mio! I am an AI.", turn)
    assert room["llm"].of(CompletionRequested) == []
    assert room["users"].of(InteractionHappened) == []  # nothing was said to the bot


def test_it_is_not_said_while_a_turn_is_under_way() -> None:
    room = Room()
    room.ask()
    assert asked(room) == SpokeFirst(0, "a turn is under way")


def test_it_is_not_said_while_somebody_speaks_nor_shortly_after() -> None:
    room = Room()
    room.give(SpeechStarted(room.world.clock.wall()))
    room.world.advance(10.0)
    assert asked(room).turn == 0
    room.give(NothingUnderstood(room.world.clock.wall(), 3.0, 0.9, "too short"))
    room.world.advance(1.9)
    assert asked(room) == SpokeFirst(0, "somebody speaks, or did just now")
    room.world.advance(0.2)
    assert asked(room).turn


def test_somebody_whose_end_was_never_told_does_not_silence_it_for_ever() -> None:
    room = Room()
    room.give(SpeechStarted(room.world.clock.wall()))
    room.world.advance(40.0)
    assert asked(room).turn


def test_it_is_not_said_while_an_answer_is_thought_about_ahead() -> None:
    room = Room()
    room.give(TranscriptGuessed(1, "How are", 10.0, 11.0))
    assert asked(room).turn == 0


def test_who_speaks_then_interrupts_it_as_any_reply() -> None:
    room = Room()
    turn = asked(room).turn
    room.hear("Hello")
    assert Cancel(turn, "something new was said") in room["speech.synthesizer"].messages
    assert Cancel(turn, "something new was said") in room["behaviour"].messages


def test_after_a_long_time_it_begins_a_new_conversation() -> None:
    room = Room()
    room.talk("Hello")
    room.world.advance(4000.0)
    turn = asked(room).turn
    room.played(turn, 2)
    assert room.actor.state.conversation_duration < 60.0


def test_the_body_hears_when_a_turn_begins_each_sentence_is_said_and_it_ends() -> None:
    room = Room()
    turn = room.ask("How are you?")
    room.give(SentenceReady(turn, 0, "Fine."), SentenceReady(turn, 1, "And you?"))
    heard = room["behaviour"]
    assert heard.of(TurnStarted) == [TurnStarted(turn, "How are you?", MIO)]
    assert heard.of(SentenceBegun) == []  # nothing is heard yet
    room.give(CompletionEnded(turn, 2, "Fine. And you?", 6, "stop"))
    room.give(PlaybackStarted(turn, room.world.clock.wall()))
    assert heard.of(SentenceBegun) == [SentenceBegun(turn, 0, "Fine.")]
    room.give(PlaybackEnded(turn, room.world.clock.wall(), sentences=2))
    assert heard.of(SentenceBegun)[1:] == [SentenceBegun(turn, 1, "And you?")]
    assert [one.outcome for one in heard.of(ReplyEnded)] == ["said"]


def test_the_body_hears_nothing_of_a_guess() -> None:
    room = Room()
    room.give(TranscriptGuessed(1, "Wave at me", 10.0, 11.0))
    room.answer("world", WhoIsHere, ALONE)
    room.give(SentenceReady(0, 0, "Sure!", 1))
    assert room["behaviour"].messages == []


def test_the_body_hears_of_a_turn_that_is_cancelled() -> None:
    room = Room()
    turn = room.ask()
    room.give(CancelTurn())
    assert room["behaviour"].of(Cancel) == [Cancel(turn, "asked")]
    assert [one.outcome for one in room["behaviour"].of(ReplyEnded)] == ["cancelled"]


TO_WALK = "I cannot walk there yet."


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Come here!", TO_WALK),
        ("Gerald, follow me please", TO_WALK),
        ("Walk to the bar", TO_WALK),
        ("Look at me!", "I don't know where you are standing, so I cannot turn to you yet."),
        ("Could you sit down, please?", "I know of no seat here."),
    ],
)
def test_who_asks_for_what_the_body_cannot_do_hears_so(text: str, answer: str) -> None:
    room = Room()
    room.hear(text, UNKNOWN)
    assert [one.text for one in room["speech.synthesizer"].of(SpeakRequested)] == [answer]
    assert room["llm"].of(CompletionRequested) == []


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("Come here!", Present((MIO,), "Home", located=((MIO.user_id, "Mio"),))),
        ("Follow Yu", Present((MIO,), "Home", located=(("usr_yu", "Yu"),))),
        ("Go to the chair", Present((MIO,), "Home", ways=("seat",))),
        ("Look at me", Present((MIO,), "Home", located=((MIO.user_id, "Mio"),))),
    ],
)
def test_who_is_seen_or_where_a_way_is_known_the_model_answers(text: str, here: Present) -> None:
    room = Room()
    room.hear(text, here=here)
    assert room["speech.synthesizer"].of(SpeakRequested) == []
    room.answer("users", GetProfile, Profile(MIO, None))
    assert len(room["llm"].of(CompletionRequested)) == 1


@pytest.mark.parametrize(
    "behaviour",
    [Behaviour(enabled=False), Behaviour(movement=Movement(enabled=False)), Behaviour(allowed=("wave",))],
)
def test_what_the_body_may_not_do_it_says_that_it_cannot(behaviour: Behaviour) -> None:
    room = Room()
    room.actor.commit({"behaviour": behaviour})
    room.hear("Come here!", here=Present((MIO,), "Home", located=((MIO.user_id, "Mio"),)))
    room.answer("users", GetProfile, Profile(MIO, None))
    assert [one.text for one in room["speech.synthesizer"].of(SpeakRequested)] == [TO_WALK]


def test_where_a_seat_is_known_the_model_answers_who_asks_it_to_sit() -> None:
    room = Room()
    room.hear("Could you sit down, please?", here=Present((MIO,), "Home", seat=True))
    assert room["speech.synthesizer"].of(SpeakRequested) == []
    room.answer("users", GetProfile, Profile(MIO, None))
    assert len(room["llm"].of(CompletionRequested)) == 1


def test_who_asks_it_to_walk_hears_so_also_where_the_answer_was_thought_about_ahead() -> None:
    room = Room()
    room.give(TranscriptGuessed(1, "Come here", 10.0, 11.0))
    room.answer("world", WhoIsHere, ALONE)
    room.give(TranscriptReady("Come here", 10.0, 11.0, 0.4, 0.1, guess=1))
    room.answer("world", WhoIsHere, ALONE)
    assert [one.text for one in room["speech.synthesizer"].of(SpeakRequested)] == [TO_WALK]
    assert all(not one.turn for one in room["llm"].of(CompletionRequested))


def test_a_greeting_goes_to_a_person_of_the_log() -> None:
    room = Room()
    turn = asked(room, SpeakFirst(("Hi Yu!",), Person("usr_yu", "Yu"))).turn
    assert room["behaviour"].of(TurnStarted) == [TurnStarted(turn, "", Person("usr_yu", "Yu"))]


SAY = SpeakFirst(("Dear guests.", "We close at ten."), at_once=True, listener="listener")


def test_what_the_owner_wants_said_ends_what_is_under_way_and_its_listener_hears_of_it() -> None:
    room = Room()
    room.give(SpeechStarted(room.world.clock.wall()))
    before = room.ask()
    turn = asked(room, SAY).turn
    assert turn > before
    assert before in [one.turn for one in room["speech.synthesizer"].of(Cancel)]
    assert room["listener"].of(ReplySentence)[-2:] == [
        ReplySentence(turn, number, text) for number, text in enumerate(SAY.words)
    ]
    room.played(turn, 2)
    assert room["listener"].of(ReplyEnded)[-1] == ReplyEnded(turn, "said", " ".join(SAY.words))


def test_what_must_not_be_said_is_not_said_for_the_owner_either() -> None:
    room = Room(safety=Safety(words=("rude",)))
    turn = asked(room, SpeakFirst(("How rude!",), at_once=True, listener="listener")).turn
    assert room["speech.synthesizer"].of(SpeakRequested) == []
    (ended,) = room["listener"].of(ReplyEnded)
    assert (ended.turn, ended.text, ended.detail) == (turn, "", "it says what is never said (safety)")


def test_who_stops_it_hears_what_that_ended() -> None:
    room = Room()
    turn = room.ask()
    for expected in (TurnCancelled(turn), TurnCancelled(0)):
        room["behaviour"].clear()
        room.world.give("conversation", CancelTurn(), sender="behaviour")
        assert room["behaviour"].of(TurnCancelled) == [expected]


def test_who_watches_closely_hears_of_each_sentence_as_it_begins_and_of_who_is_forgotten() -> None:
    room = Room()
    room.give(WatchTurns("listener", closely=True))
    turn = room.ask()
    room.give(SentenceReady(turn, 0, "Fine."))
    assert room["listener"].of(SentenceBegun) == []
    room.give(PlaybackStarted(turn, room.world.clock.wall()))
    assert room["listener"].of(SentenceBegun) == [SentenceBegun(turn, 0, "Fine.")]
    gone = PersonForgotten((MIO,), room.world.clock.wall())
    room.give(gone)
    assert room["listener"].of(PersonForgotten) == [gone]
    room["listener"].clear()
    room.give(WatchTurns("listener", on=False), gone)
    assert room["listener"].messages == []
