"""A model or a voice that begins again in the middle of a reply: whoever waits hears of it at once."""

import pytest

from actors.audio.messages import PlaybackStarted
from actors.conversation import turns
from actors.conversation.messages import ReplyEnded
from actors.llm.messages import CompletionEnded, DoesEmbeddedAnswer, ModelRestarted, SentenceReady
from actors.osc.messages import ChatboxText
from actors.speech.messages import SpeakRequested, TranscriptReady, VoiceRestarted
from actors.world.messages import Present, WhoIsHere
from config.schema import Llm, ServerSettings
from tests.actors.conversation.room import MIO, YU, Room


def test_a_model_that_begins_again_while_nothing_was_said_is_apologized_for() -> None:
    room = Room()
    turn = room.ask()
    room.give(ModelRestarted())
    (said,) = room["speech.synthesizer"].of(SpeakRequested)
    room.played(turn, 1)
    (ended,) = room["listener"].of(ReplyEnded)
    assert said.text.startswith("Sorry")
    assert (ended.outcome, ended.turn) == ("failed", turn)


def test_a_model_that_begins_again_after_the_reply_is_complete_changes_nothing() -> None:
    room = Room()
    turn = room.ask()
    room.give(SentenceReady(turn, 0, "Fine."), CompletionEnded(turn, 1, "Fine.", 2, "stop"), ModelRestarted())
    room.played(turn, 1)
    assert [one.outcome for one in room["listener"].of(ReplyEnded)] == ["said"]


def test_what_a_voice_had_in_hand_when_it_began_again_is_read_and_the_turn_ends() -> None:
    room = Room()
    turn = room.ask()
    room.give(SentenceReady(turn, 0, "Fine."), PlaybackStarted(turn, room.world.clock.wall()))
    room.give(VoiceRestarted(), CompletionEnded(turn, 1, "Fine.", 2, "stop"))
    assert [one.text for one in room["osc.sender"].of(ChatboxText)] == ["Fine."]
    assert [one.outcome for one in room["listener"].of(ReplyEnded)] == ["said"]


def test_a_voice_that_begins_again_before_it_was_asked_speaks() -> None:
    room = Room()
    turn = room.ask()
    room.give(VoiceRestarted(), SentenceReady(turn, 0, "Fine."))
    assert [one.text for one in room["speech.synthesizer"].of(SpeakRequested)] == ["Fine."]


def test_a_second_known_voice_can_be_stored_and_is_the_state_after_a_restart() -> None:
    room = Room()
    both = Present((MIO, YU), "Home")
    for number, name in enumerate(("Mio", "Yu", "Mio"), start=1):
        at = 10.0 * number
        said = f"Hello, my name is {name}."
        room.give(TranscriptReady(said, at, at + 1.0, 0.4, 0.1, voice=(number - 1) % 2 + 1))
        room.answer("world", WhoIsHere, both)
    known = room.actor.state.company.known_voices
    assert {number: one.person for number, one in known.items()} == {"1": MIO, "2": YU}


def test_who_begins_again_asks_whether_the_embedded_model_stands_in_for_the_servers() -> None:
    listed = Llm(models=(ServerSettings(base_url="http://127.0.0.1:1/v1"),))
    asked = [
        len(Room(number=number, llm=llm)["llm"].of(DoesEmbeddedAnswer))
        for number, llm in ((1, listed), (2, listed), (2, Llm()))
    ]
    assert asked == [0, 1, 0]


@pytest.mark.parametrize("epoch", [0, 3])
def test_no_turn_is_counted_again_by_an_incarnation_that_knows_no_more_than_the_one_before(
    epoch: int,
) -> None:
    """It may have died within the second in which it began, after some turns that were not stored."""
    last, now = 15, 1_700_000_043.2
    for incarnation in range(1, 8):
        begun = turns.turn_after_restart(15, epoch, incarnation, now)
        assert incarnation == 1 or begun > last
        last = begun + 5
        now += 0.1


def test_the_first_incarnation_that_knows_nothing_counts_on_from_the_clock() -> None:
    assert turns.turn_after_restart(15, 3, 1, 1_700_000_043.7) == 15
    assert turns.turn_after_restart(15, 0, 1, 1_700_000_043.7) == 1_700_000_043
    assert turns.turn_after_restart(1_800_000_000, 0, 1, 1_700_000_043.7) == 1_800_000_000
