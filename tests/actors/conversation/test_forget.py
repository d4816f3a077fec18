"""Forgetting somebody while things of theirs are on their way: what counts is when it was said."""

import msgspec

from actors.avatar.messages import Touched
from actors.conversation.company.company import Candidate, Company, Evidence, Filed, KnownVoice, misfiled
from actors.conversation.company.waiting import Question, Waiting
from actors.conversation.messages import ReplyEnded, TextReceived
from actors.conversation.state import ActiveTurn, ConversationState
from actors.conversation.utterance import Utterance
from actors.kernel.protocol.storage import LoadState
from actors.llm.messages import CompletionEnded, CompletionRequested, SentenceReady
from actors.speech.messages import SpeechStarted, TranscriptGuessed, TranscriptReady
from actors.users.messages import GetProfile, InteractionHappened, PersonForgotten, Profile
from actors.vocabulary.values import Interaction, Person, person_named, tombstone
from actors.world.messages import Present, WhoIsHere
from tests.actors.conversation.room import ALONE, MIO, YU, Room
from tests.doubles.keeper import Shelf

REN = Person("usr_ren", "Ren")
SECRET = "I live in Kyoto."


def nothing_is_left(room: Room, *marks: bytes) -> None:
    stored = msgspec.msgpack.encode(room.actor.state)
    assert not any(mark in stored for mark in marks or (b"Kyoto", b"mio")), stored


def answered(room: Room, text: str = "Fine.") -> None:
    """The current turn is answered to its end."""
    turn = room.actor.state.turn
    room.give(SentenceReady(turn, 0, text), CompletionEnded(turn, 1, text, 6, "stop"))
    room.played(turn, 1)


def filed(room: Room) -> list[str]:
    """What was told to the users."""
    return [one.interaction.detail for one in room["users"].of(InteractionHappened)]


def test_a_talk_happened_when_it_was_said_and_not_when_it_was_answered() -> None:
    room = Room()
    asked = room.world.clock.wall()
    room.ask("Tell me a story.", YU)
    room.world.advance(5.0)
    room.give(TextReceived(SECRET, MIO))
    waited = room.world.clock.wall()
    room.world.advance(5.0)
    answered(room)
    room.answer("world", WhoIsHere, ALONE)
    room.answer("users", GetProfile, Profile(MIO, None))
    answered(room)
    talks = [one.interaction for one in room["users"].of(InteractionHappened)]
    assert [(talk.detail, talk.at) for talk in talks] == [("Tell me a story.", asked), (SECRET, waited)]
    assert [said.at for said in room.actor.state.messages if said.role == "user"] == [asked, waited]


def test_a_question_that_waited_goes_with_who_asked_it_though_its_turn_began_after_the_erasure() -> None:
    """The users have erased them, and the conversation hears of it late."""
    room = Room()
    room.ask("Tell me a story.", YU)
    room.give(TextReceived(SECRET, MIO, "listener"))
    room.world.advance(1.0)
    erased_at = room.world.clock.wall()
    room.world.advance(1.0)
    answered(room)  # and the question that waited is the turn
    room.answer("world", WhoIsHere, ALONE)
    assert room.actor.state.active is not None
    assert room.actor.state.active.started_at > erased_at
    room.give(PersonForgotten((MIO,), erased_at))
    assert room.actor.state.active is None
    assert filed(room) == ["Tell me a story."]
    nothing_is_left(room)


def test_what_was_said_after_the_erasure_is_answered_and_kept() -> None:
    room = Room()
    erased_at = room.world.clock.wall()
    room.world.advance(1.0)
    room.ask("I am new here.")
    room.give(TextReceived("Me too!", YU, "listener"), PersonForgotten((MIO, YU), erased_at))
    assert room.actor.state.active is not None
    assert [one.text for one in room.actor.state.waiting.questions] == ["Me too!"]
    answered(room)
    assert filed(room) == ["I am new here."]
    assert room.actor.state.messages[0].person == MIO


def test_words_that_are_recognized_after_the_erasure_and_were_said_before_are_dropped() -> None:
    room = Room()
    began = room.world.clock.wall()
    room.world.advance(1.0)
    room.give(PersonForgotten((MIO,), room.world.clock.wall()))
    room.world.advance(1.0)
    room.give(TranscriptReady(SECRET, began, began + 0.5, 0.2, 0.1))
    room.answer("world", WhoIsHere, Present((MIO,), "Home"))
    assert not room["llm"].of(CompletionRequested)
    assert not room["users"].messages
    assert room.actor.state.active is None
    nothing_is_left(room, b"Kyoto")


def test_the_same_holds_after_a_restart_which_learns_from_the_disk_whom_to_forget() -> None:
    room = Room(persists=False)
    began = room.world.clock.wall()
    room.world.advance(1.0)
    loaded = Shelf().loaded("conversation")
    erased = {tombstone(MIO.user_id): room.world.clock.wall()}
    room.answer("persistence", LoadState, msgspec.structs.replace(loaded, erased=erased))
    room.give(TranscriptReady(SECRET, began, began + 0.5, 0.2, 0.1))
    room.answer("world", WhoIsHere, Present((MIO,), "Home"))
    assert room.actor.state.messages == ()
    assert not room["users"].messages


def test_a_guess_at_words_from_before_the_erasure_is_not_thought_about() -> None:
    room = Room()
    began = room.world.clock.wall()
    room.world.advance(1.0)
    room.give(PersonForgotten((MIO,), room.world.clock.wall()))
    room.give(TranscriptGuessed(1, SECRET, began, began + 0.5))
    room.answer("world", WhoIsHere, Present((MIO,), "Home"))
    assert not room["users"].messages
    assert not room["llm"].of(CompletionRequested)


def test_words_from_before_the_erasure_are_not_even_overheard() -> None:
    room = Room()
    began = room.world.clock.wall()
    room.ask("Tell me a story.", YU)
    room.world.advance(1.0)
    room.give(PersonForgotten((MIO,), room.world.clock.wall()))
    room.actor.state = msgspec.structs.replace(
        room.actor.state, company=Company({"2": KnownVoice(MIO, 0.9, 1.0)})
    )
    room.give(TranscriptReady(SECRET, began, began + 0.5, 0.2, 0.1, voice=2))
    assert room.actor.state.active is not None
    assert room.actor.state.active.person == YU
    nothing_is_left(room, b"Kyoto")


def test_who_goes_on_with_what_was_answered_too_early_said_it_all_when_they_began() -> None:
    room = Room()
    began = room.world.clock.wall()
    room.give(TranscriptReady("I live", began, began + 0.5, 0.2, 0.1))
    room.answer("world", WhoIsHere, Present((MIO,), "Home"))
    room.give(SpeechStarted(began + 1.0), TranscriptReady("in Kyoto.", began + 1.0, began + 1.5, 0.2, 0.1))
    active = room.actor.state.active
    assert active is not None
    assert (active.text, active.asked_at) == ("I live in Kyoto.", began)


def test_a_voice_is_enough_to_know_whose_question_waits() -> None:
    known = Company({"2": KnownVoice(MIO, 0.9, 1.0)})
    waits = Waiting((Question(SECRET, 5.0, voice=2), Question("And me?", 5.0, voice=3)))
    room = Room(stored=ConversationState(messages=(Utterance("user", "Hi", YU, 1, 1.0),)))
    room.actor.state = msgspec.structs.replace(room.actor.state, company=known, waiting=waits)
    room.give(PersonForgotten((MIO,), 6.0))
    assert [one.text for one in room.actor.state.waiting.questions] == ["And me?"]


def test_a_turn_that_names_them_ends_and_others_words_that_do_go() -> None:
    room = Room()
    room.talk("My sister Mio lives far away.", "How far?", YU)
    room.talk("I like tea.", "Tea is nice.", YU)
    room.ask("Where does mio live?", YU)
    room.give(PersonForgotten((MIO,), room.world.clock.wall()))
    assert room.actor.state.active is None
    assert [said.text for said in room.actor.state.messages] == ["I like tea.", "Tea is nice."]


def test_a_reply_that_names_them_is_not_kept_where_it_was_asked_for_before() -> None:
    room = Room()
    room.ask("Who is my sister?", YU)
    room.give(PersonForgotten((MIO,), room.world.clock.wall()))
    room.world.advance(1.0)
    answered(room, "Your sister is Mio's friend.")
    assert [said.text for said in room.actor.state.messages] == ["Who is my sister?"]
    room.world.advance(1.0)
    room.talk("And who is here?", "Mio is here.", YU)
    assert room.actor.state.messages[-1].text == "Mio is here."


def test_a_reply_that_was_heard_of_late_goes_with_whom_it_names() -> None:
    room = Room()
    room.ask("Who is my sister?", YU)
    erased_at = room.world.clock.wall()
    room.world.advance(1.0)
    answered(room, "It is Mio.")
    room.give(PersonForgotten((MIO,), erased_at))
    assert [said.text for said in room.actor.state.messages] == ["Who is my sister?"]


def test_a_touch_from_before_the_erasure_is_nobodys() -> None:
    room = Room()
    felt = Interaction("touch", "", "HeadPat", room.world.clock.wall())
    room.give(Touched("HeadPat", felt), PersonForgotten((MIO,), room.world.clock.wall()))
    room.answer("world", WhoIsHere, Present((MIO,), "Home"))
    assert room["users"].messages == []
    nothing_is_left(room)


def test_of_several_the_nearest_may_have_touched_and_that_goes_with_them() -> None:
    room = Room()
    felt = Interaction("touch", "", "HeadPat", room.world.clock.wall())
    room.give(Touched("HeadPat", felt))
    room.answer("world", WhoIsHere, Present((MIO, YU), "Home", nearest=MIO))
    assert room.actor.state.touch_guess == MIO.name
    assert room["users"].messages == [], "a guess goes into no history"
    room.give(PersonForgotten((MIO,), room.world.clock.wall()))
    assert room.actor.state.touch_guess == ""


def test_what_was_filed_under_another_is_not_moved_to_who_is_forgotten() -> None:
    """'No, I am Mio': the words of before went with Mio, whoever they were said to be of."""
    room = Room()
    both = Present((MIO, YU), "Home")
    began = room.world.clock.wall()
    room.actor.state = msgspec.structs.replace(
        room.actor.state, company=Company({"1": KnownVoice(YU, 0.9, began)})
    )
    room.give(TranscriptReady("Gerald, I live in Kyoto.", began, began + 0.5, 0.2, 0.1, voice=1))
    room.answer("world", WhoIsHere, both)
    room.answer("users", GetProfile, Profile(YU, None))
    answered(room)
    assert filed(room) == ["Gerald, I live in Kyoto."]
    room.world.advance(1.0)
    room.give(PersonForgotten((MIO,), room.world.clock.wall()))
    room.world.advance(1.0)
    now = room.world.clock.wall()
    room.give(TranscriptReady("No, I'm Mio.", now, now + 0.5, 0.2, 0.1, voice=1))
    room.answer("world", WhoIsHere, both)
    assert room.actor.state.messages[-1].person == MIO
    nothing_is_left(room, b"Kyoto")


def test_a_correction_is_heeded_for_a_while_after_the_turn_was_over() -> None:
    known = Company(filed=(Filed(1, YU, 0, 100.0, 130.0),))
    said = Evidence("No, I'm Mio.", 140.0, here=(MIO, YU))
    assert misfiled(known, said, Candidate(MIO, 0.9)) == known.filed
    late = msgspec.structs.replace(said, at=151.0)
    assert misfiled(known, late, Candidate(MIO, 0.9)) == ()
    old = Company(filed=(Filed(1, YU, 0, 130.0),))  # of a version that did not note its end
    assert misfiled(old, said, Candidate(MIO, 0.9)) == old.filed


def test_a_turn_of_an_older_version_is_read_and_counts_as_said_before() -> None:
    stored = msgspec.to_builtins(ActiveTurn(1, SECRET, MIO, started_at=100.0))
    assert isinstance(stored, dict)
    del stored["asked_at"]
    active = msgspec.convert(stored, ActiveTurn)
    room = Room(persists=False)
    left = room.actor.forget(ConversationState(turn=1, active=active), {tombstone(MIO.user_id): 50.0})
    assert b"Kyoto" not in msgspec.msgpack.encode(left)


def test_who_waits_for_an_answer_hears_that_there_will_be_none() -> None:
    room = Room()
    room.ask("Tell me a story.", YU)
    at = room.world.clock.wall()
    room.give(TextReceived("Is Mio nice?", REN, "listener"), PersonForgotten((MIO, person_named("Mio")), at))
    (ended,) = (one for one in room["listener"].of(ReplyEnded) if one.turn == 0)
    assert (ended.outcome, ended.detail) == ("cancelled", "the speaker is to be forgotten")
