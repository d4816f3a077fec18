"""Who is blocked is not answered, and nothing of theirs is kept; who floods is answered less, and remembered."""

import pytest

from actors.avatar.messages import Touched
from actors.behaviour.messages import BEHAVIOUR
from actors.conversation.company.pace import Pace, who_of
from actors.conversation.messages import (
    CancelTurn,
    ReplyEnded,
    SpeakFirst,
    SpokeFirst,
    TextReceived,
    TurnStarted,
)
from actors.llm.messages import CompletionRequested, SentenceReady
from actors.speech.messages import SpeakRequested, TranscriptGuessed, TranscriptReady
from actors.users.messages import GetBlocked, GetProfile, InteractionHappened, PeopleBlocked, Profile
from actors.vocabulary.blocks import Blocks, block_of
from actors.vocabulary.values import UNKNOWN, Interaction, Person, person_named
from actors.world.messages import Present, WhoIsHere
from config.schema import Safety
from tests.actors.conversation.room import ALONE, MIO, YU, Room

TROLL = Person("usr_troll", "Troll")
BLOCKED = PeopleBlocked(Blocks((block_of((TROLL,)),)))


@pytest.fixture
def room() -> Room:
    room = Room()
    room.give(BLOCKED)
    return room


def test_they_get_no_answer_and_leave_no_trace(room: Room) -> None:
    room.give(TextReceived("My trains are the best trains.", TROLL, "listener"))
    assert room["llm"].of(CompletionRequested) == []
    assert room["users"].messages == []
    assert room[BEHAVIOUR].of(TurnStarted) == []
    assert [one.outcome for one in room["listener"].of(ReplyEnded)] == ["ignored"]
    assert "train" not in str(room.actor.state)
    assert room.actor.state.participants == {}
    room.ask("Hello", MIO)
    assert "train" not in "".join(room.prompt())


def test_they_leave_none_either_if_somebody_else_speaks_in_the_same_moment(room: Room) -> None:
    room.give(TextReceived("My trains are the best trains.", TROLL), TextReceived("Hello", MIO))
    assert room["users"].of(InteractionHappened) == []
    assert "train" not in str(room.actor.state)


def test_they_end_nobodys_reply(room: Room) -> None:
    turn = room.ask("Tell me of trains.", MIO)
    room.give(SentenceReady(turn, 0, "Trains are long."), TextReceived("Shut up!", TROLL, "listener"))
    room.give(SentenceReady(turn, 1, "And loud."))
    assert [one.text for one in room["speech.synthesizer"].of(SpeakRequested)] == [
        "Trains are long.",
        "And loud.",
    ]
    assert room.actor.state.active is not None
    assert room["users"].of(InteractionHappened) == []


def test_nothing_is_thought_ahead_for_them(room: Room) -> None:
    room.give(TranscriptGuessed(7, "Hello there", 1.0, 1.0))
    room.answer("world", WhoIsHere, Present((TROLL,), ""))
    assert room["llm"].of(CompletionRequested) == []


def test_they_are_not_talked_to_and_their_touch_is_nobodys(room: Room) -> None:
    asker = room.world.probe("asker")
    room.world.give("conversation", SpeakFirst(("Hi!",), TROLL), sender="asker")
    assert asker.of(SpokeFirst) == [SpokeFirst(0, "they are blocked")]
    room.give(Touched("Head", Interaction("touch", "", "Head", room.world.clock.wall())))
    room.answer("world", WhoIsHere, Present((TROLL,), ""))
    assert room["users"].of(InteractionHappened) == []


def test_it_holds_at_once_also_for_what_is_under_way_and_waits() -> None:
    room = Room()
    room.hear("First", MIO, Present((MIO, TROLL), ""))
    room.give(TextReceived("And mine?", TROLL, "listener"))
    assert len(room.actor.state.waiting.questions) == 1
    room.give(BLOCKED)
    assert room.actor.state.waiting.questions == ()
    assert room.actor.state.active is not None
    later = Room()
    later.ask("My secret is trains.", TROLL)
    later["users"].clear()
    later.give(BLOCKED)
    assert later.actor.state.active is None
    assert later["users"].of(InteractionHappened) == []
    assert "train" not in str(later.actor.state)


def test_and_ends_at_once(room: Room) -> None:
    room.give(PeopleBlocked(Blocks()))
    room.hear("Hello?", TROLL)
    room.answer("users", GetProfile, Profile(TROLL, None))
    assert len(room["llm"].of(CompletionRequested)) == 1


def test_a_new_incarnation_asks_who_is_blocked() -> None:
    room = Room(number=2, persists=False)
    room.world.advance(60.0)
    assert GetBlocked() in room["users"].messages


def test_a_namesake_with_another_id_is_somebody_else() -> None:
    by_id, by_name = block_of((TROLL,)), block_of((person_named("Troll"),))
    assert by_id.holds(person_named("ＴＲＯＬＬ"))  # who is known by the name alone may be the one
    assert not by_id.holds(Person("usr_other", "Troll"))
    assert by_name.holds(Person("usr_other", "Troll"))
    assert not by_name.holds(Person("usr_other", "Тroll"))  # a Cyrillic letter is another name
    assert not Blocks((by_id, by_name)).holds(UNKNOWN)


# -- who floods


def test_who_floods_is_answered_less_and_nothing_is_lost() -> None:
    room = Room(safety=Safety(replies_per_minute=3))
    for number in range(10):
        room.hear(f"Word {number}", MIO)
        if room.actor.state.active is not None:
            room.answer("users", GetProfile, Profile(MIO, None))
            room.give(SentenceReady(room.actor.state.turn, 0, "Yes."))
    answers = room["llm"].of(CompletionRequested)
    assert len(answers) == 3
    told = [one.interaction.detail for one in room["users"].of(InteractionHappened)]
    assert told == [f"Word {number}" for number in range(10)]
    assert [one.text for one in room.actor.state.messages if one.role == "user"] == told
    room.ask("And somebody else?", YU)
    assert len(room["llm"].of(CompletionRequested)) == 4
    room.give(CancelTurn())
    room.world.advance(61.0)
    room.ask("And now?", MIO)
    assert len(room["llm"].of(CompletionRequested)) == 5


def test_a_voice_without_a_name_is_counted_as_a_person() -> None:
    room = Room(safety=Safety(replies_per_minute=2))
    for number in range(4):
        at = room.world.clock.wall()
        room.give(TranscriptReady(f"Word {number}", at - 1.0, at, 0.4, 0.1, voice=5))
        room.answer("world", WhoIsHere, ALONE)
    assert len(room["llm"].of(CompletionRequested)) == 2


def test_the_pace_is_of_the_last_minute_and_of_each_person() -> None:
    pace = Pace()
    for at in range(5):
        pace = pace.noted("a", float(at))
    assert not pace.admits("a", 10.0, 5)
    assert pace.admits("a", 10.0, 6)
    assert pace.admits("b", 10.0, 1)
    assert pace.admits("", 10.0, 1)
    assert pace.admits("a", 62.0, 5)
    assert len(pace.noted("b", 100.0).replies) == 1  # nothing older is kept
    assert who_of(UNKNOWN, 0) == ""
    assert who_of(MIO, 3) == MIO.user_id
