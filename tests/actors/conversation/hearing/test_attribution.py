"""The conversation among people: who speaks, who is near, what the body feels, and whom it forgets."""

import msgspec

from actors.avatar.messages import Touched
from actors.conversation import turns
from actors.conversation.company.waiting import Question
from actors.conversation.forget import dropped
from actors.conversation.hearing import attribution
from actors.conversation.hearing.attribution import ANSWER_WITHIN
from actors.conversation.messages import CancelTurn, TextReceived
from actors.conversation.state import ConversationState
from actors.kernel.actor import AskFailed, Reply
from actors.llm.messages import CompletionRequested, SentenceReady
from actors.speech.messages import Cancel
from actors.users.messages import GetProfile, InteractionHappened, PersonForgotten, Profile
from actors.users.state import UserState
from actors.vocabulary.values import UNKNOWN, Interaction, Person, person_named, tombstone
from actors.world.messages import Present, WhoIsHere
from tests.actors.conversation.room import MIO, YU, Room

PAT = Touched("HeadPat", Interaction("touch", "", "HeadPat", 1_700_000_000.0))


def test_the_model_is_told_where_this_is_and_who_is_near() -> None:
    room = Room()
    room.hear("Hello", here=Present((MIO, YU), "The Garden", ("something moving above",)))
    room.answer("users", GetProfile, Profile(MIO, None))
    assert 'The world is called "The Garden".' in room.prompt()[-1]
    assert 'Here with you: "Mio", "Yu".' in room.prompt()[-1]
    assert "You see: something moving above." in room.prompt()[-1]


def test_a_turn_goes_on_without_the_world_and_the_users() -> None:
    room = Room()
    room.give(TextReceived("Hello", MIO, "listener"))
    room.world.advance(2 * ANSWER_WITHIN + 0.1)
    assert len(room["llm"].of(CompletionRequested)) == 1
    assert room.actor.state.messages[-1].person == MIO


def test_an_answer_about_an_older_turn_changes_nothing() -> None:
    room = Room()
    room.give(TextReceived("One", MIO), TextReceived("Two", MIO))
    old, new = (e.id for e in room["world"].envelopes if isinstance(e.message, WhoIsHere))
    for asked in (new, old):
        room.world.tell("conversation", Present((YU,), "Home"), sender="world", answers=asked)
        room.world.run()
    assert [said.text for said in room.actor.state.messages] == ["Two"]


def test_what_the_speaker_prefers_is_known_and_gone_with_the_next_speaker() -> None:
    room = Room()
    likes = UserState(MIO.user_id, "Mio", 0.2, preferences={"tea": "likes"})
    room.ask("Hi", user=likes)
    assert room.actor.state.user_preferences == {"tea": "likes"}
    assert "likes tea" in room.prompt()[-1]
    room.give(CancelTurn())
    room.ask("Hello", YU)
    assert room.actor.state.user_preferences == {}
    assert not any("likes tea" in message for message in room.prompt())


def test_a_newcomer_is_welcomed_once() -> None:
    room = Room()
    room.talk("Hi")
    assert 'make "Mio" welcome' in room.prompt()[-1]
    room.talk("And you?")
    assert 'make "Mio" welcome' not in room.prompt()[-1]


def test_several_people_take_part_each_under_their_name() -> None:
    room = Room()
    room.talk("I am Mio.", person=MIO)
    room.talk("I am Yu.", person=YU)
    assert set(room.actor.state.participants) == {MIO.user_id, YU.user_id}
    *_, first, answer, last = room.prompt()
    assert (first, answer, last.partition("\n")[2]) == ("Mio: I am Mio.", "Fine.", "Yu: I am Yu.")


def test_the_history_has_what_was_said_and_what_was_heard_of_the_answer() -> None:
    room = Room()
    room.talk("I like tea.", "So do I.")
    (happened,) = room["users"].of(InteractionHappened)
    assert (happened.interaction.detail, happened.interaction.reply) == ("I like tea.", "So do I.")


def test_what_was_said_to_a_bot_that_was_interrupted_was_said_all_the_same() -> None:
    room = Room()
    room.ask("I like tea.")
    room.hear("Wait!")
    (happened,) = room["users"].of(InteractionHappened)
    assert (happened.interaction.detail, happened.interaction.reply) == ("I like tea.", "")


# -- touches


def test_a_touch_is_of_the_only_one_who_is_here_and_goes_into_their_history() -> None:
    room = Room()
    room.give(PAT)
    room.answer("world", WhoIsHere, Present((MIO,), "Home"))
    (happened,) = room["users"].of(InteractionHappened)
    assert happened == InteractionHappened(MIO, Interaction("touch", "Mio", "HeadPat", 1_700_000_000.0))
    room.ask("Hi")
    assert '"Mio" touched you just now (HeadPat).' in room.prompt()[-1]


def test_where_several_are_here_nobody_can_tell_who_touched() -> None:
    room = Room()
    room.give(PAT)
    room.answer("world", WhoIsHere, Present((MIO, YU), "Home"))
    assert room["users"].messages == []
    room.ask("Hi")
    assert "Somebody touched you just now" in room.prompt()[-1]


def test_a_touch_that_flutters_counts_once() -> None:
    room = Room()
    room.give(PAT, PAT, PAT)
    assert len(room["world"].of(WhoIsHere)) == 1


# -- forgetting


def test_of_a_forgotten_person_nothing_stays_and_the_others_words_do() -> None:
    room = Room()
    room.talk("I live in Kyoto.", "Kyoto is far.")
    room.talk("I have a dog.", "Good dog.", YU)
    room.give(PersonForgotten((MIO,), room.world.clock.wall()))
    assert [said.text for said in room.actor.state.messages] == ["I have a dog.", "Good dog."]
    assert b"Kyoto" not in msgspec.msgpack.encode(room.actor.state)


def test_the_topic_of_words_that_were_void_before_they_were_attributed_is_forgotten_too() -> None:
    state = turns.begin(ConversationState(), Question("Dragons are secret.", 1.0, MIO), 1.0)
    state = turns.end(state, "Gerald", 2.0)
    assert state.current_topic
    assert dropped(state, (MIO,), 3.0).current_topic == ""


def test_a_turn_of_a_forgotten_person_ends_and_makes_no_new_acquaintance() -> None:
    room = Room()
    turn = room.ask("I live in Kyoto.")
    room.give(SentenceReady(turn, 0, "Kyoto!"))
    room.give(PersonForgotten((MIO, person_named("Mio")), room.world.clock.wall()))
    assert room["users"].of(InteractionHappened) == []
    assert [cancel.turn for cancel in room["llm"].of(Cancel)] == [turn]
    assert room.actor.state.messages == ()
    assert room.actor.state.active is None


def test_who_was_forgotten_is_gone_for_a_state_from_before_as_well() -> None:
    room = Room()
    room.talk("I live in Kyoto.", "Kyoto is far.")
    asked = {tombstone(MIO.user_id): room.world.clock.wall()}
    assert room.actor.forget(room.actor.state, asked).messages == ()


# -- what is decided, alone


def heard(person: Person = UNKNOWN) -> ConversationState:
    return turns.begin(ConversationState(), Question("Hello", 100.0, person), 100.0)


def test_who_speaks_is_the_only_one_here_unless_it_was_said() -> None:
    for person, here, speaks in (
        (UNKNOWN, (MIO,), MIO),
        (UNKNOWN, (MIO, YU), UNKNOWN),
        (UNKNOWN, (), UNKNOWN),
        (YU, (MIO,), YU),
    ):
        after = attribution.attributed(heard(person), Present(here, "Home"))
        assert after.active is not None
        assert after.active.person == speaks
        assert (after.surroundings.people, after.surroundings.place) == (here, "Home")


def test_without_an_answer_nobody_is_here_and_nothing_is_known() -> None:
    for answer in (AskFailed("timeout"), Reply(TextReceived("?"))):
        assert attribution.present(answer) == Present((), "")
        assert attribution.profile(answer) is None


def test_a_touch_is_attributed_unless_another_one_was_felt_since() -> None:
    felt = PAT.interaction
    touch = msgspec.structs.replace(felt, person="Mio")
    state = turns.touched(ConversationState(), felt)
    assert attribution.touch_attributed(state, felt, touch).last_touch == touch
    later = turns.touched(state, msgspec.structs.replace(felt, detail="Poke"))
    assert attribution.touch_attributed(later, felt, touch) is later


def test_a_turn_becomes_nobodys() -> None:
    state = heard(MIO)
    assert attribution.unattributed(ConversationState()) == ConversationState()
    after = attribution.unattributed(state).active
    assert after is not None
    assert after.person == UNKNOWN
