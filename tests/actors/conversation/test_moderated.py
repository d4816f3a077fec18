"""Nothing reaches voice, chatbox or a listener before the moderation server let it pass; a guess included."""

import time
from collections.abc import Iterator

import pytest

from actors.conversation.internal import TurnOverdue
from actors.conversation.messages import ReplyEnded, ReplySentence, SpeakFirst, TextReceived
from actors.kernel.protocol.lifecycle import Stop
from actors.llm.messages import (
    CompletionEnded,
    CompletionFailed,
    CompletionRequested,
    Moderated,
    ModerationRequested,
    SentenceReady,
)
from actors.llm.moderator import Moderator
from actors.osc.messages import ChatboxText
from actors.speech.messages import Cancel, Drop, SpeakRequested, Spoken, TranscriptGuessed
from actors.users.messages import GetProfile, Profile
from actors.vocabulary.values import UNKNOWN, person_named
from actors.world.messages import WhoIsHere
from config.schema import Bot, Llm, Safety
from config.schema.safety import Moderation
from tests.actors.conversation.room import ALONE, MIO, YU, Room
from tests.actors.conversation.test_safety import said, sentences
from tests.doubles.model_server import ModelServer, judged_by, status

INSTEAD = "Let's talk about something else."
MODERATION = Moderation(base_url="http://127.0.0.1:9/v1")
SAFETY = Safety(moderation=MODERATION, instead=INSTEAD)
SAYS = Safety(moderation=Moderation(base_url="http://127.0.0.1:9/v1", on_failure="say"), instead=INSTEAD)
PATIENCE = 10.0


def asked(room: Room) -> list[str]:
    return [one.text for one in room["llm.moderator"].of(ModerationRequested)]


def judge(room: Room, text: str, *categories: str, failed: str = "") -> None:
    """The moderator answers for this text."""
    envelopes = room["llm.moderator"].envelopes
    of_text = [one for one in envelopes if getattr(one.message, "text", None) == text][-1]
    room.world.tell("conversation", Moderated(categories, failed), sender="llm.moderator", answers=of_text.id)
    room.world.run()


def outward(room: Room) -> str:
    """All that has left the conversation for voice, chatbox and listener."""
    kinds = (SpeakRequested, Spoken, ReplySentence, ChatboxText)
    probes = (
        "speech.synthesizer",
        "speech.recognizer",
        "listener",
        "osc.sender",
        "behaviour",
        "audio.speaker",
    )
    return "\n".join(one.text for name in probes for one in room[name].messages if isinstance(one, kinds))


def test_a_sentence_waits_for_its_verdict() -> None:
    room = Room(safety=SAFETY)
    turn = room.ask()
    sentences(room, turn, "Hello there.")
    assert outward(room) == ""
    judge(room, "Hello there.")
    assert said(room) == ["Hello there."]


def test_sentences_are_judged_side_by_side_and_said_in_order_and_the_end_comes_last() -> None:
    room = Room(safety=SAFETY)
    turn = room.ask()
    texts = [f"Sentence {number}." for number in range(6)]
    sentences(room, turn, *texts)
    room.give(CompletionEnded(turn, 6, "", 1, "stop"))
    assert asked(room) == texts[:4]
    judge(room, texts[1])
    assert said(room) == []
    judge(room, texts[0])
    assert said(room) == texts[:2]
    assert asked(room) == texts
    for text in texts[2:]:
        assert room.actor.state.active is not None
        assert not room.actor.state.active.complete
        judge(room, text)
    assert said(room) == texts
    room.played(turn, 6)
    assert room["listener"].of(ReplyEnded)[-1].outcome == "said"


def test_what_was_said_before_is_judged_along() -> None:
    room = Room(safety=SAFETY)
    turn = room.ask()
    sentences(room, turn, "You should go and", "hurt yourself.", "Now.")
    befores = [one.before for one in room["llm.moderator"].of(ModerationRequested)]
    assert befores == ["", "You should go and", "You should go and hurt yourself."]


def test_what_is_flagged_is_replaced_and_nothing_after_it_is_said() -> None:
    room = Room(safety=SAFETY)
    turn = room.ask()
    sentences(room, turn, "Hello.", "I hate you.", "And so on.")
    judge(room, "And so on.")
    judge(room, "I hate you.", "hate")
    judge(room, "Hello.")
    assert said(room) == ["Hello.", INSTEAD]
    assert room["llm"].of(Cancel)[-1].turn == turn
    room.give(CompletionEnded(turn, 3, "", 1, "stop"), SentenceReady(turn, 3, "More."))
    room.played(turn, 2)
    ended = room["listener"].of(ReplyEnded)
    assert [one.text for one in ended] == [f"Hello. {INSTEAD}"]
    assert "hate" in ended[0].detail
    assert "I hate you" not in str(room.actor.state)
    assert "I hate you" not in outward(room)


@pytest.mark.parametrize(("safety", "spoken"), [(SAFETY, INSTEAD), (SAYS, "Hello.")])
def test_what_could_not_be_judged_is_as_the_owner_chose(safety: Safety, spoken: str) -> None:
    for failure in ("not judged", "no answer", "nobody there"):
        room = Room(safety=safety)
        if failure == "nobody there":
            room.world.directory.close("llm.moderator")
        turn = room.ask()
        sentences(room, turn, "Hello.")
        if failure == "not judged":
            judge(room, "Hello.", failed="host: 500 trouble")
        elif failure == "no answer":
            room.world.advance(MODERATION.timeout + 1.5)
        assert said(room) == [spoken], failure


def test_a_failure_of_the_model_waits_for_what_came_before_it() -> None:
    room = Room(safety=SAFETY)
    turn = room.ask()
    sentences(room, turn, "Well.")
    room.give(CompletionFailed(turn, "broken_off", "it broke"))
    assert outward(room) == ""
    judge(room, "Well.")
    assert said(room) == ["Well.", "Sorry, I lost my thread."]


def test_a_turn_that_ends_meanwhile_says_nothing_of_it() -> None:
    room = Room(safety=SAFETY)
    turn = room.ask()
    sentences(room, turn, "Old.", "Older.")
    again = room.ask("And now?")
    sentences(room, again, "New.")
    judge(room, "Old.")
    judge(room, "Older.")
    assert outward(room) == ""
    judge(room, "New.")
    assert said(room) == ["New."]
    room.give(TurnOverdue(turn), CompletionEnded(turn, 2, "", 1, "stop"))
    room.give(CompletionEnded(again, 1, "", 1, "stop"))
    room.played(again, 1)
    assert room["listener"].of(ReplyEnded)[-1].outcome == "said"


def test_a_greeting_and_the_name_in_it_are_judged_and_left_out() -> None:
    room = Room(safety=SAFETY)
    room.give(SpeakFirst(("Hi, Rude!",), person_named("Rude")))
    assert outward(room) == ""
    judge(room, "Hi, Rude!", "harassment")
    assert outward(room) == ""
    assert room.actor.state.active is None
    room.give(SpeakFirst(("Hi, Mio!",), MIO))
    judge(room, "Hi, Mio!")
    assert "Hi, Mio!" in outward(room)


def test_what_rules_answer_is_judged_too() -> None:
    room = Room(safety=SAFETY, llm=Llm(), bot=Bot())  # the embedded model: rules answer a greeting
    room.hear("Hello!", YU)
    room.answer("users", GetProfile, Profile(YU, None, 0.0))
    assert not room["llm"].of(CompletionRequested)
    (text, *_) = asked(room)
    assert outward(room) == ""
    for one in asked(room):
        judge(room, one)
    assert text in said(room)


def test_the_name_before_an_answer_that_was_waited_for_is_judged() -> None:
    room = Room(safety=SAFETY)
    room.hear("First?")
    room.answer("users", GetProfile, Profile(MIO, None, 0.0))
    room.give(TextReceived("Second?", YU, "listener"))
    first = room.actor.state.turn
    sentences(room, first, "One.")
    judge(room, "One.")
    room.give(CompletionEnded(first, 1, "One.", 1, "stop"))
    room.played(first, 1)
    room.world.advance(0.1)
    room.answer("world", WhoIsHere, ALONE)
    room.answer("users", GetProfile, Profile(YU, None, 0.0))
    sentences(room, room.actor.state.turn, "Two.")
    assert asked(room)[-1] == "Yu, Two."


def guessed(room: Room) -> None:
    """Somebody pauses, and the model has begun to answer ahead."""
    room.give(TranscriptGuessed(7, "How are you?", 10.0, 11.0))
    room.answer("world", WhoIsHere, ALONE)
    room.give(SentenceReady(0, 0, "I hate you.", 7))


def test_the_voice_makes_nothing_ready_that_was_not_judged() -> None:
    room = Room(safety=SAFETY)
    guessed(room)
    assert room["speech.synthesizer"].of(SpeakRequested) == []
    judge(room, "I hate you.", "hate")
    assert room["speech.synthesizer"].of(SpeakRequested) == []
    other = Room(safety=SAFETY)
    guessed(other)
    judge(other, "I hate you.")
    (ready,) = other["speech.synthesizer"].of(SpeakRequested)
    assert (ready.turn, ready.text, ready.guess) == (0, "I hate you.", 7)


def test_a_guess_that_came_to_nothing_is_not_made_ready() -> None:
    room = Room(safety=SAFETY)
    guessed(room)
    room.give(Drop(7))
    judge(room, "I hate you.")
    assert room["speech.synthesizer"].of(SpeakRequested) == []


def test_the_word_lists_hold_beside_it() -> None:
    room = Room(safety=Safety(words=("rude",), moderation=MODERATION, instead=INSTEAD))
    sentences(room, room.ask(), "A rude word.")
    judge(room, "A rude word.")
    assert said(room) == [INSTEAD]


def test_without_a_server_nobody_is_asked_and_nothing_waits() -> None:
    room = Room(safety=Safety(instead=INSTEAD))
    sentences(room, room.ask(), "Hello.")
    assert said(room) == ["Hello."]
    assert room["llm.moderator"].messages == []


def test_it_can_be_switched_on_and_off_while_a_reply_grows() -> None:
    room = Room(safety=Safety(instead=INSTEAD))
    turn = room.ask()
    sentences(room, turn, "One.")
    assert room.actor.commit({"safety": SAFETY})
    room.give(SentenceReady(turn, 1, "Two."))
    assert said(room) == ["One."]
    assert room.actor.commit({"safety": Safety(instead=INSTEAD)})
    judge(room, "Two.", failed="stopped")
    room.give(SentenceReady(turn, 2, "Three."))
    assert said(room) == ["One.", "Two.", "Three."]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


def test_with_the_real_moderator_and_a_real_server(server: ModelServer) -> None:
    """The whole way: two sentences pass, one does not; then the server fails."""
    server.plan(judged_by(hate="hate"))
    moderation = Moderation(base_url=server.base_url, model="m")
    safety = Safety(moderation=moderation, instead=INSTEAD)
    room = Room(safety=safety)
    room.world.start(Moderator(safety, Llm()), "llm.moderator")
    room.world.run()

    def until_said(*texts: str) -> None:
        end = time.monotonic() + PATIENCE
        while (now := said(room)) != list(texts):
            assert time.monotonic() < end, now
            room.world.lives["llm.moderator"].step(0.02)
            room.world.run()

    turn = room.ask()
    sentences(room, turn, "Hello there.", "How are you?", "I hate you.", "And so on.")
    until_said("Hello there.", "How are you?", INSTEAD)
    room.played(turn, 3)
    server.plan(status(503, "down"))
    sentences(room, room.ask("Again?", UNKNOWN), "Fine.")
    until_said("Hello there.", "How are you?", INSTEAD, INSTEAD)
    assert {one.path for one in server.requests} == {"/v1/moderations"}
    room.world.tell("llm.moderator", Stop())
    room.world.run()
    assert not any(room.world.failures.values())
