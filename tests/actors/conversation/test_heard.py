"""What the conversation keeps of a reply: the words that were heard, however it ends."""

import pytest

from actors.audio.messages import PlaybackEnded, PlaybackStarted, SentenceHeard, SentencePlayed
from actors.conversation.messages import CancelTurn, ReplyEnded
from actors.llm.messages import CompletionEnded, CompletionFailed, SentenceReady
from actors.speech.messages import SpeakRequested
from actors.users.messages import InteractionHappened
from tests.actors.conversation.room import Room

STORY = "Once there was a small village near the sea."


def telling(room: Room, seconds: float, *, going: bool = False) -> int:
    """A reply of two sentences, the second heard for `seconds` of four; the turn's number."""
    turn = room.ask("Tell me a story.")
    room.give(SentenceReady(turn, 0, "Gladly."), SentenceReady(turn, 1, STORY))
    room.give(PlaybackStarted(turn, 1.0), SentencePlayed(turn, 0))
    room.give(SentenceHeard(turn, 1, seconds, 4.0, True, room.world.clock.wall(), going))
    return turn


def kept(room: Room) -> list[str]:
    return [said.text for said in room.actor.state.messages if said.role == "assistant"]


def test_of_a_sentence_that_was_cut_off_the_heard_words_are_kept() -> None:
    room = Room()
    telling(room, 2.0)
    room.give(CancelTurn())
    assert kept(room) == ["Gladly. Once there was a small"]
    (ended,) = room["listener"].of(ReplyEnded)
    assert (ended.outcome, ended.text) == ("cancelled", kept(room)[0])
    (happened,) = room["users"].of(InteractionHappened)
    assert happened.interaction.reply == kept(room)[0]


def test_between_two_reports_the_voice_goes_on() -> None:
    room = Room()
    telling(room, 1.0, going=True)
    room.world.advance(0.4)
    room.give(CancelTurn())
    paused = Room()
    telling(paused, 1.0)
    paused.world.advance(0.4)
    paused.give(CancelTurn())
    assert len(kept(room)[0]) > len(kept(paused)[0])


def test_a_report_that_is_old_is_not_taken_any_further() -> None:
    room = Room()
    telling(room, 0.5, going=True)
    room.world.advance(30.0)
    room.give(CancelTurn())
    assert kept(room) == ["Gladly. Once there"]


def test_what_was_heard_stays_heard_when_a_part_is_said_again() -> None:
    room = Room()
    turn = telling(room, 2.0)
    room.give(SentenceHeard(turn, 1, 1.6, 4.0, True, room.world.clock.wall(), going=False), CancelTurn())
    assert kept(room) == ["Gladly. Once there was a small"]


def test_the_last_sentence_is_kept_when_the_end_overtakes_its_report() -> None:
    room = Room()
    turn = room.ask()
    room.give(SentenceReady(turn, 0, "One."), SentenceReady(turn, 1, "Two."))
    room.give(CompletionEnded(turn, 2, "One. Two.", 4, "stop"), PlaybackStarted(turn, 1.0))
    room.give(SentencePlayed(turn, 0), PlaybackEnded(turn, 2.0, sentences=2), SentencePlayed(turn, 1))
    assert kept(room) == ["One. Two."]


def test_a_reply_that_breaks_is_ended_by_a_word_and_what_was_heard_is_kept() -> None:
    room = Room()
    turn = telling(room, 2.0)
    room.give(CompletionFailed(turn, "timeout", "it stalled"))
    assert room["speech.synthesizer"].of(SpeakRequested)[-1].text == "Sorry, I lost my thread."
    room.give(SentencePlayed(turn, 1), SentencePlayed(turn, 2), PlaybackEnded(turn, 9.0, sentences=3))
    assert kept(room) == [f"Gladly. {STORY}"]
    (ended,) = room["listener"].of(ReplyEnded)
    assert ended.outcome == "failed"


def test_an_apology_alone_is_not_kept_as_an_answer() -> None:
    room = Room()
    turn = room.ask()
    room.give(CompletionFailed(turn, "unreachable", "nobody there"))
    room.played(turn, 1)
    assert kept(room) == []


@pytest.mark.parametrize("seconds", [0.0, 2.0])
def test_when_gerald_stops_the_next_run_knows_what_was_heard(seconds: float) -> None:
    room = Room()
    telling(room, seconds)
    room.world.lives["conversation"].stop()
    after = Room(stored=room.actor.state, number=2)
    assert kept(after) == ["Gladly. Once there was a small" if seconds else "Gladly."]
