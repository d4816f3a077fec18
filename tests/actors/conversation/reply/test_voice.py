"""Somebody speaks over the bot's voice: quieter, stopped, resumed; never stuck."""

import pytest

from actors.audio.messages import (
    Duck,
    Pause,
    PlaybackEnded,
    PlaybackStarted,
    Resume,
    SentenceHeard,
    SentencePlayed,
    VoiceSilent,
)
from actors.conversation.messages import ReplyEnded
from actors.llm.messages import CompletionEnded, SentenceReady
from actors.speech.messages import (
    Cancel,
    NothingUnderstood,
    SpeechStarted,
    TranscriptReady,
    WordsHeard,
)
from config.schema import Interruption
from tests.actors.conversation.room import Room

STORY = "Once there was a small village near the sea."
BEGUN = 1_700_000_000.0


class Telling:
    """A reply of which the second sentence has been heard for two of four seconds."""

    def __init__(self, text: str = STORY, *, complete: bool = True) -> None:
        self.room = Room()
        self.turn = turn = self.room.ask("Tell me a story.")
        self.room.give(SentenceReady(turn, 0, "Gladly."), SentenceReady(turn, 1, text))
        if complete:
            self.room.give(CompletionEnded(turn, 2, "", 9, "stop"))
        self.room.give(PlaybackStarted(turn, BEGUN), SentencePlayed(turn, 0), self.heard(2.0))

    def heard(self, seconds: float, *, going: bool = False) -> SentenceHeard:
        return SentenceHeard(self.turn, 1, seconds, 4.0, True, self.room.world.clock.wall(), going)

    def hear(self, *messages: object) -> None:
        self.room.give(*messages)

    def speech(self, at: float = BEGUN + 1.0) -> None:
        self.hear(SpeechStarted(at, clear=True))

    def words(self, text: str, seconds: float = 0.4) -> None:
        self.hear(WordsHeard(BEGUN + 1.0, text, False, seconds))

    def said(self, text: str) -> None:
        self.hear(TranscriptReady(text, BEGUN + 1.0, BEGUN + 1.6, 0.4, 0.1))

    @property
    def orders(self) -> list[object]:
        kinds = (Duck, Pause, Resume, Cancel)
        return [one for one in self.room["audio.speaker"].messages if isinstance(one, kinds)]

    @property
    def ends(self) -> list[str]:
        return [one.outcome for one in self.room["listener"].of(ReplyEnded)]


def test_at_the_first_sound_the_voice_gets_quieter_by_12_db() -> None:
    telling = Telling()
    telling.speech()
    (order,) = telling.orders
    assert order == Duck(telling.turn, pytest.approx(0.2512, abs=0.0001))


@pytest.mark.parametrize("text", ["Mhm.", "Ha ha!", "", "[Music]"])
def test_a_listener_or_a_noise_brings_the_full_voice_back(text: str) -> None:
    telling = Telling()
    telling.speech()
    telling.words(text)
    assert telling.orders[1:] == [Duck(telling.turn, 1.0)]
    telling.said(text or "you")
    assert telling.ends == ([] if text else ["cancelled"])


def test_words_stop_the_voice_and_what_they_say_is_the_next_turn_with_the_heard_words_kept() -> None:
    telling = Telling()
    telling.speech()
    telling.words("Wait, I have")
    assert telling.orders[1:] == [Pause(telling.turn)]
    assert telling.ends == []
    telling.said("Wait, I have a question.")
    assert telling.ends == ["cancelled"]
    assert isinstance(telling.orders[-1], Cancel)
    assert telling.room.actor.state.active is not None
    assert telling.room.actor.state.active.text == "Wait, I have a question."
    assert telling.room.actor.state.messages[-1].text == "Gladly. Once there was a small"


def test_a_false_stop_is_taken_up_at_the_word() -> None:
    telling = Telling()
    telling.speech()
    telling.words("A bay", 0.5)
    telling.said("Uh huh.")
    assert telling.ends == []
    pause, resume = telling.orders[1:]
    assert pause == Pause(telling.turn)
    assert isinstance(resume, Resume)
    assert (resume.turn, resume.sentence) == (telling.turn, 1)
    assert 1.5 < resume.since <= 2.0


def test_a_word_that_begins_the_next_word_is_not_said_twice() -> None:
    """The planted bug of a resumed reply that repeats a word: what was kept and what is taken up fit together."""
    telling = Telling()
    telling.speech()
    telling.words("A bay", 0.5)
    kept = telling.room.actor._reply.voice.progress.heard(telling.room.actor.state.active, 0.0)  # type: ignore[arg-type]
    telling.said("Uh huh.")
    resume = telling.orders[-1]
    assert isinstance(resume, Resume)
    words = kept.part.split()
    assert words == STORY.split()[: len(words)]
    # A word takes about 0.4 s of these four seconds: from the end of the last heard word on, not from its beginning.
    end_of_heard = 4.0 * len(kept.part) / (len(STORY) + 5)
    assert abs(resume.since - end_of_heard) < 0.2


def test_while_words_come_the_voice_stays_stopped_and_afterwards_it_goes_on_by_itself() -> None:
    telling = Telling()
    telling.speech()
    for _ in range(5):
        telling.words("and then I thought", 1.0)
        telling.room.world.advance(2.0)
    assert not [order for order in telling.orders if isinstance(order, Resume)]
    telling.room.world.advance(1.0)
    assert isinstance(telling.orders[-1], Resume)
    assert telling.ends == []


def test_a_quieter_voice_does_not_stick_when_the_recognizer_says_nothing_more() -> None:
    telling = Telling()
    telling.speech()
    telling.room.world.advance(Interruption().undecided - 0.1)
    assert len(telling.orders) == 1
    telling.room.world.advance(0.2)
    assert telling.orders[1:] == [Duck(telling.turn, 1.0)]


def test_speech_that_gave_no_words_ends_it_too() -> None:
    telling = Telling()
    telling.speech()
    telling.hear(NothingUnderstood(BEGUN + 1.0, 0.1, 0.9, "too short"))
    assert telling.orders[1:] == [Duck(telling.turn, 1.0)]


def test_after_a_nod_words_still_interrupt() -> None:
    telling = Telling()
    telling.speech()
    telling.words("Yeah")
    telling.words("Yeah, but what about", 0.9)
    assert telling.orders[-1] == Pause(telling.turn)


def test_a_voice_that_is_silent_in_mid_reply_does_not_begin_again_over_the_person() -> None:
    telling = Telling(complete=False)
    telling.hear(VoiceSilent(telling.turn, BEGUN + 0.5))
    telling.hear(SpeechStarted(BEGUN + 1.0))
    assert telling.orders == [Pause(telling.turn)]
    telling.said("Hello, are you there?")
    assert telling.ends == ["cancelled"]


def test_sound_that_may_be_the_own_voice_changes_nothing() -> None:
    telling = Telling()
    telling.hear(SpeechStarted(BEGUN + 1.0, clear=False))
    assert telling.orders == []


def test_yes_to_a_question_that_is_being_asked_is_an_answer() -> None:
    telling = Telling("Do you like the sea?")
    telling.said("Yes.")
    assert telling.ends == ["cancelled"]
    assert telling.room.actor.state.active is not None
    other = Telling("I like the sea.")
    other.said("Yes.")
    assert other.ends == []


def test_a_nod_after_the_reply_or_before_its_voice_is_something_said() -> None:
    telling = Telling()
    telling.hear(SentencePlayed(telling.turn, 1), PlaybackEnded(telling.turn, BEGUN + 5.0, sentences=2))
    telling.said("Okay.")
    assert telling.room.actor.state.active is not None
    thinking = Room()
    first = thinking.ask()
    thinking.give(TranscriptReady("Okay.", BEGUN, BEGUN + 0.5, 0.4, 0.1))
    assert thinking.actor.state.turn == first + 1


def test_a_speaker_that_was_restarted_leaves_nothing_eased() -> None:
    telling = Telling(complete=False)
    telling.speech()
    telling.hear(PlaybackEnded(0, BEGUN + 2.0, cancelled=True))
    telling.room.world.advance(5.0)
    assert len(telling.orders) == 1
