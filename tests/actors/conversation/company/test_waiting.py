"""Several people at once: whose question waits, whose is overheard, and who is told what."""

import pytest

from actors.audio.messages import Pause, PlaybackStarted, Resume
from actors.conversation.company.waiting import MOST, MOST_EACH
from actors.conversation.messages import CancelTurn, ReplyEnded, TextReceived, TurnStarted, TurnWaits
from actors.llm.messages import CompletionEnded, CompletionRequested, SentenceReady
from actors.osc.messages import ChatboxText, Typing
from actors.speech.messages import Cancel, SpeechStarted, TranscriptReady, WordsHeard
from actors.users.messages import (
    GetProfile,
    InteractionHappened,
    Misattributed,
    PeopleBlocked,
    PersonForgotten,
    Profile,
)
from actors.vocabulary.blocks import Blocks, block_of
from actors.vocabulary.values import UNKNOWN, Person, person_named
from actors.world.messages import Present, WhoIsHere
from tests.actors.conversation.room import MIO, YU, Room

REN = Person("usr_ren", "Ren")
HERE = Present((MIO, YU, REN), "Home")


def heard(room: Room, text: str, voice: int, here: Present = HERE) -> None:
    """Somebody says it aloud; the world answers, if it is asked."""
    asked, now = len(room["world"].of(WhoIsHere)), room.world.clock.wall()
    room.give(TranscriptReady(text, now - 2.0, now - 1.0, 0.2, 0.1, voice=voice))
    if len(room["world"].of(WhoIsHere)) > asked:
        room.answer("world", WhoIsHere, here)


def answer(room: Room, text: str = "Fine.") -> int:
    """Whoever is answered now hears it; the turn's number."""
    turn = room.actor.state.turn
    if room["users"].of(GetProfile):
        person = room["users"].of(GetProfile)[-1].person
        room.answer("users", GetProfile, Profile(person, None))
    room.give(SentenceReady(turn, 0, text), CompletionEnded(turn, 1, text, 6, "stop"))
    room.played(turn, 1)
    return turn


def test_questions_of_several_people_are_answered_one_after_the_other_and_by_name() -> None:
    room = Room()
    first = room.hear("What is your name?", MIO, HERE)
    for person, text in ((YU, "How old are you?"), (REN, "Where are you from?")):
        room.give(TextReceived(text, person, "listener"))
    assert room["listener"].of(TurnWaits) == [TurnWaits(1), TurnWaits(2)]
    assert not room["llm"].of(Cancel)
    answer(room, "Gerald.")
    assert room["listener"].of(TurnWaits)[-1] == TurnWaits(1)
    room.answer("world", WhoIsHere, HERE)
    second = answer(room, "Very young.")
    room.answer("world", WhoIsHere, HERE)
    third = answer(room, "From afar, Ren.")
    assert [said.text for said in room["osc.sender"].of(ChatboxText)] == [
        "Gerald.",
        "Yu, Very young.",
        "From afar, Ren.",
    ]
    assert (first, second, third) == (1, 2, 3)
    assert [end.outcome for end in room["listener"].of(ReplyEnded)] == ["said"] * 3


@pytest.mark.parametrize(
    ("reply", "said"),
    [("You live in Rome.", "Yu, you live in Rome."), ("Rome is old.", "Yu, Rome is old.")],
)
def test_after_a_name_a_sentence_goes_on_in_small_letters(reply: str, said: str) -> None:
    room = Room()
    room.hear("What is your name?", MIO, HERE)
    room.give(TextReceived("Where do I live?", YU, "listener"))
    answer(room, "Gerald.")
    room.answer("world", WhoIsHere, HERE)
    answer(room, reply)
    assert room["osc.sender"].of(ChatboxText)[-1].text == said


@pytest.mark.parametrize(
    ("late", "text", "waits"),
    [
        (0.3, "Gerald, how old are you?", True),
        (0.9, "Gerald, how old are you?", False),
        (0.3, "Gerald, stop.", False),
    ],
)
def test_a_question_that_began_as_the_voice_did_waits_and_the_reply_goes_on(
    late: float, text: str, waits: bool
) -> None:
    room = Room()
    heard(room, "Gerald, who are you?", 1)
    turn, at = room.actor.state.turn, room.world.clock.wall()
    room.give(SentenceReady(turn, 0, "I am Gerald, and I live here."), PlaybackStarted(turn, at))
    room.give(SpeechStarted(at + late, clear=True), WordsHeard(at + late, text, False, 0.9))
    assert isinstance(room["audio.speaker"].messages[-1], Pause)
    room.give(TranscriptReady(text, at + late, at + late + 1.5, 0.2, 0.1, voice=2))
    assert [one.text for one in room.actor.state.waiting.questions] == ([text] if waits else [])
    assert bool(room["audio.speaker"].of(Resume)) is waits
    assert bool(room["audio.speaker"].of(Cancel)) is not waits


def test_the_same_person_again_voids_the_reply() -> None:
    room = Room()
    room.hear("What is your name?", MIO, HERE)
    room.hear("No, tell me a joke.", MIO, HERE)
    assert room["llm"].of(Cancel)[-1].turn == 1
    assert not room["listener"].of(TurnWaits)


def test_more_than_can_wait_are_told_so() -> None:
    room = Room()
    room.hear("What is your name?", MIO, HERE)
    for number in range(MOST + 1):
        room.give(TextReceived("And me?", person_named(f"Guest {number}"), "listener"))
    assert room["listener"].of(ReplyEnded) == [
        ReplyEnded(0, "ignored", "", "too many others wait for an answer")
    ]
    assert len(room.actor.state.waiting.questions) == MOST


def test_one_person_does_not_take_all_places() -> None:
    room = Room()
    room.hear("What is your name?", MIO, HERE)
    for number in range(MOST_EACH + 2):
        room.give(TextReceived(f"Question {number}?", YU, "listener"))
    assert len(room.actor.state.waiting.questions) == MOST_EACH
    assert len(room["listener"].of(ReplyEnded)) == 2
    told = [one.interaction.detail for one in room["users"].of(InteractionHappened)]
    assert told == [f"Question {number}?" for number in range(MOST_EACH, MOST_EACH + 2)]


def test_who_tells_it_to_stop_tells_all_who_wait() -> None:
    room = Room()
    room.hear("What is your name?", MIO, HERE)
    room.give(TextReceived("And me?", YU, "listener"), CancelTurn("enough"))
    room.world.run()
    assert [end.outcome for end in room["listener"].of(ReplyEnded)] == ["cancelled", "cancelled"]
    assert room.actor.state.active is None


def test_of_who_is_forgotten_no_question_waits() -> None:
    room = Room()
    room.hear("What is your name?", MIO, HERE)
    room.give(TextReceived("And me?", YU, "listener"), PersonForgotten((YU,), room.world.clock.wall()))
    assert room.actor.state.waiting.questions == ()
    assert room["listener"].of(ReplyEnded)[0] == ReplyEnded(
        0, "cancelled", "", "the speaker is to be forgotten"
    )


def test_nobody_waits_for_an_answer_to_a_yeah() -> None:
    room = Room()
    heard(room, "Gerald, who are you?", 1)
    heard(room, "Yeah.", 2)
    assert room.actor.state.waiting.questions == ()
    assert room.actor.state.messages[-1].text == "Yeah."


def test_what_people_say_to_each_other_is_remembered_and_not_answered() -> None:
    room = Room()
    heard(room, "Hi Gerald, I'm Mio.", 1)
    answer(room)
    room.world.advance(60.0)
    heard(room, "My dog is called Rex.", 1)
    heard(room, "Mio, that is a nice name.", 2)
    assert [one.turn for one in room["llm"].of(CompletionRequested)] == [1]
    assert [(one.person, one.text) for one in room.actor.state.messages[-2:]] == [
        (MIO, "My dog is called Rex."),
        (UNKNOWN, "Mio, that is a nice name."),
    ]
    told = [one.interaction.detail for one in room["users"].of(InteractionHappened)]
    assert told == ["Hi Gerald, I'm Mio.", "My dog is called Rex."]
    assert [typing.on for typing in room["osc.sender"].of(Typing)].count(True) == 1


def test_what_is_overheard_is_of_who_is_here_by_then_and_not_of_who_was_alone_before() -> None:
    room = Room()
    room.hear("Gerald, who are you?", MIO, Present((YU,), "Home"))
    for number in range(MOST_EACH):
        room.give(TextReceived(f"Question {number}?", YU))
    heard(room, "My name is Ren.", 2, Present((YU, REN), "Home"))
    assert [one.person for one in room["users"].of(InteractionHappened)] == [REN]
    assert room.actor.state.messages[-1].person == REN


def test_who_is_blocked_is_not_overheard_either_when_it_turns_out_who_it_was() -> None:
    room = Room()
    room.give(PeopleBlocked(Blocks((block_of((REN,)),))))
    room.hear("Gerald, who are you?", MIO, Present((YU,), "Home"))
    for number in range(MOST_EACH):
        room.give(TextReceived(f"Question {number}?", YU))
    heard(room, "My name is Ren.", 2, Present((YU, REN), "Home"))
    assert room["users"].of(InteractionHappened) == []
    assert room.actor.state.messages[-1].person == MIO


def test_another_who_speaks_meanwhile_and_not_to_it_leaves_the_reply_alone() -> None:
    room = Room()
    heard(room, "Gerald, who are you?", 1)
    heard(room, "It is late, Ren.", 2)
    assert not room["llm"].of(Cancel)
    assert answer(room) == 2
    heard(room, "Gerald, and I?", 1)
    assert room["listener"].of(TurnStarted) == []
    assert room.actor.state.active is not None


def test_another_who_asks_meanwhile_waits() -> None:
    room = Room()
    heard(room, "Gerald, who are you?", 1)
    heard(room, "Gerald, where are we?", 2)
    assert [one.text for one in room.actor.state.waiting.questions] == ["Gerald, where are we?"]
    room.give(SentenceReady(1, 0, "I am Gerald."), CompletionEnded(1, 1, "I am Gerald.", 6, "stop"))
    room.played(1, 1)
    room.answer("world", WhoIsHere, HERE)
    assert [one.turn for one in room["llm"].of(CompletionRequested)] == [1, 2]


def test_a_correction_reaches_the_record() -> None:
    room = Room()
    heard(room, "Gerald, I'm Mio.", 1)
    answer(room)
    talked = room["users"].of(InteractionHappened)[-1].interaction.at
    heard(room, "No, I'm Yu.", 1)
    assert room["users"].of(Misattributed) == [Misattributed(MIO, YU, talked, 1)]
    assert {one.person for one in room.actor.state.messages if one.role == "user"} == {YU}
