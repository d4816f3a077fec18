"""The recognizer as an actor: sound in, transcripts out, and never its own voice."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from actors.audio.messages import AudioChunk, GetPlayback, PlaybackEnded, PlaybackStarted, VoiceSilent
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.speech.engines.choice import Engines, Note
from actors.speech.engines.engine import RATE, EngineBroken, Samples, Transcription
from actors.speech.engines.vad import CHUNK, CHUNK_SECONDS
from actors.speech.messages import (
    Drop,
    NothingUnderstood,
    SpeechStarted,
    Spoken,
    TranscriptGuessed,
    TranscriptReady,
    WatchWords,
    WordsHeard,
)
from actors.speech.recognizer import Recognizer
from config.schema import Speech
from tests.doubles.virtual_world import VirtualWorld

Until = Callable[[Callable[[], object]], None]
START = 1_700_000_000.0


def about(seconds: float) -> object:
    """Equal to the millisecond, which epoch seconds are not to pytest by default."""
    return pytest.approx(seconds, rel=0.0, abs=0.001)


class LoudIsSpeech:
    """A double of Silero: whatever is loud is speech."""

    def probability(self, chunk: Samples) -> float:
        return 0.95 if float(np.abs(chunk).max()) > 0.1 else 0.02

    def reset(self) -> None:
        pass


class Script:
    """A double of Whisper that hears what it is told; a None in the script is a failure."""

    def __init__(self, *texts: str | None) -> None:
        self.texts = [*texts]
        self.heard: list[float] = []

    def transcribe(self, audio: Samples, expected: str = "") -> Transcription:
        if float(np.abs(audio).max()) == 0.0:
            return Transcription("", 1.0, 0.0)  # the warm-up
        self.heard.append(audio.size / RATE)
        text = self.texts.pop(0)
        if text is None:
            raise ValueError("broken on purpose")
        return Transcription(text, 0.01, 0.05)


class Room:
    """A recognizer, and everybody whom it talks to."""

    def __init__(self, world: VirtualWorld, until: Until, engines: Engines, speech: Speech, number: int = 1):
        self.world, self.until = world, until
        self.conversation, self.system = world.probe("conversation"), world.probe("system")
        self.speaker = world.probe("audio.speaker")
        self.actor = Recognizer(speech, Path(), loading=lambda *_: engines, encoding=lambda _: None)
        world.start(self.actor, "speech.recognizer", number)
        self.at = START

    def hear(self, seconds: float, loud: bool = False, **of_voice: float) -> None:
        pcm = (np.full(CHUNK, 8000 if loud else 0, dtype="<i2")).tobytes()
        for _ in range(round(seconds / CHUNK_SECONDS)):
            self.at += CHUNK_SECONDS
            self.world.tell(
                "speech.recognizer",
                AudioChunk(pcm, self.at, **of_voice),  # type: ignore[arg-type]
            )
        self.world.run()

    def speak(self, seconds: float = 0.8, clear: bool = False) -> None:
        self.hear(seconds, loud=True, clear=clear)
        self.pause(clear)
        self.hear(0.48, clear=clear)

    def pause(self, clear: bool = False) -> None:
        """Silence, until the words so far are known."""
        self.hear(0.128, clear=clear)
        self.until(lambda: not self.actor._utterances.pause or self.actor._utterances.judged)

    def transcripts(self) -> list[str]:
        return [ready.text for ready in self.conversation.of(TranscriptReady)]

    def dropped(self, reason: str, times: int = 1) -> None:
        self.until(lambda: self.actor.transcripts.dropped[reason] == times)


@pytest.fixture
def enter(world: VirtualWorld, until: Until) -> Callable[..., Room]:
    def make(*texts: str | None, number: int = 1, **settings: object) -> Room:
        engines = (LoudIsSpeech(), Script(*texts), Note())
        return Room(world, until, engines, Speech.model_validate(settings), number)

    return make


Enter = Callable[..., Room]


def test_an_utterance_becomes_a_transcript_with_its_times(enter: Enter) -> None:
    room = enter("I am over here.")
    room.hear(0.96)
    room.speak(0.8)
    room.until(lambda: room.transcripts())
    (started,) = room.conversation.of(SpeechStarted)
    (ready,) = room.conversation.of(TranscriptReady)
    assert started.at == about(START + 0.96)
    assert ready.text == "I am over here."
    assert ready.speech_started_at == about(started.at)
    assert ready.speech_ended_at == about(START + 0.96 + 0.8)
    assert ready.silence == about(0.224)  # seven chunks are the first silence of 0.2 s
    assert ready.recognition == 0.0  # it was known before


def test_the_sound_given_to_whisper_begins_before_the_speech(enter: Enter) -> None:
    room = enter("I am over here.")
    room.hear(1.0)
    room.speak(0.8)
    room.until(lambda: room.transcripts())
    whisper = room.actor._transcriber
    assert isinstance(whisper, Script)
    assert whisper.heard == [about(0.32 + 0.8 + 0.064)]


def test_two_utterances_come_in_order(enter: Enter) -> None:
    room = enter("one more", "two more")
    room.speak()
    room.speak()
    room.until(lambda: len(room.transcripts()) == 2)
    assert room.transcripts() == ["one more", "two more"]


def test_a_cough_is_announced_and_is_not_an_utterance(enter: Enter) -> None:
    room = enter()
    room.speak(0.16)
    assert len(room.conversation.of(SpeechStarted)) == 1
    assert room.actor.transcripts.dropped["too short"] == 1


def test_nothing_is_heard_while_the_bot_speaks_and_shortly_after(enter: Enter) -> None:
    room = enter("now I may speak")
    room.world.give("speech.recognizer", PlaybackStarted(1, room.at))
    room.speak()
    room.world.give("speech.recognizer", PlaybackEnded(1, room.at))
    room.hear(0.32, loud=True)
    assert room.conversation.messages == []
    room.speak()
    room.until(lambda: room.transcripts())
    assert room.transcripts() == ["now I may speak"]


def test_of_an_utterance_that_the_bot_speaks_into_the_words_so_far_are_kept(enter: Enter) -> None:
    room = enter("I was thinking", "that was all")
    room.hear(0.8, loud=True)
    room.world.give("speech.recognizer", PlaybackStarted(1, room.at))
    room.hear(1.5, loud=True)
    room.world.give("speech.recognizer", PlaybackEnded(1, room.at))
    room.hear(1.0)
    room.speak()
    room.until(lambda: len(room.transcripts()) == 2)
    assert room.transcripts() == ["I was thinking", "that was all"]
    assert room.conversation.of(TranscriptReady)[0].over_voice == about(0.0)


def test_a_person_who_is_louder_than_the_echo_is_heard_from_the_beginning_while_the_bot_speaks(
    enter: Enter,
) -> None:
    room = enter(*["I do not agree with that"] * 6)  # also the words so far
    room.world.give("speech.recognizer", PlaybackStarted(1, room.at))
    room.hear(0.8, loud=True, echo=0.2)
    begun = room.at
    room.hear(1.6, loud=True, echo=0.1)
    room.world.give("speech.recognizer", PlaybackEnded(1, room.at))
    room.hear(0.6, echo=0.1)
    room.until(lambda: room.transcripts())
    (ready,) = room.conversation.of(TranscriptReady)
    assert ready.speech_started_at == about(begun)
    assert ready.speech_ended_at == about(begun + 1.6)
    assert ready.over_voice == about(1.6)


def test_where_the_bot_is_not_heard_people_may_interrupt(enter: Enter) -> None:
    room = enter(*["stop it please"] * 4)
    room.world.give("speech.recognizer", PlaybackStarted(1, room.at))
    room.speak(clear=True)
    assert [started.clear for started in room.conversation.of(SpeechStarted)] == [True]
    room.until(lambda: room.transcripts())
    assert room.transcripts() == ["stop it please"]


def test_what_was_said_over_the_voice_and_resembles_it_is_the_voice(enter: Enter) -> None:
    room = enter(*["I live in a little house"] * 6)  # also the words so far
    room.world.give("speech.recognizer", Spoken(1, "I live in a little house."))
    room.world.give("speech.recognizer", PlaybackStarted(1, room.at))
    room.hear(1.0, loud=True, clear=True, voice=0.1)
    room.hear(0.6, clear=True)
    room.dropped("echo")


@pytest.mark.parametrize("seconds", [0.0, 0.2])
def test_people_may_answer_in_the_bots_own_words(enter: Enter, seconds: float) -> None:
    room = enter(*["I like dancing"] * 6)  # also the words so far
    room.world.give("speech.recognizer", Spoken(1, "I like dancing, and you?"))
    room.world.give("speech.recognizer", PlaybackStarted(1, room.at))
    room.hear(1.0, clear=True, voice=0.1)
    room.hear(seconds, loud=True, clear=True, voice=0.1)
    room.world.give("speech.recognizer", PlaybackEnded(1, room.at))
    room.hear(1.0, loud=True, clear=True)
    room.hear(0.6, clear=True)
    room.until(lambda: room.transcripts())
    assert room.transcripts() == ["I like dancing"]


def test_what_is_made_out_of_nothing_is_dropped_and_counted(enter: Enter) -> None:
    room = enter("", " . ")
    room.speak()
    room.speak()
    room.dropped("no speech", 2)
    assert room.transcripts() == []


def test_after_a_gap_in_the_sound_another_utterance_begins(enter: Enter) -> None:
    room = enter("the whole of it")
    room.hear(0.2, loud=True)
    room.at += 5.0
    room.hear(0.2, loud=True)
    room.hear(0.6)
    assert room.actor.transcripts.dropped["too short"] == 2


def test_what_was_being_said_when_the_sound_breaks_off_is_kept(enter: Enter) -> None:
    room = enter("I was about to say")
    room.hear(0.8, loud=True)
    room.at += 5.0
    room.hear(0.2)
    room.until(lambda: room.transcripts())
    assert room.transcripts() == ["I was about to say"]


def guesses(room: Room) -> list[TranscriptGuessed]:
    return room.conversation.of(TranscriptGuessed)  # type: ignore[return-value]


def test_at_a_pause_the_words_so_far_are_a_guess_that_the_transcript_confirms(enter: Enter) -> None:
    room = enter("We went to the old town")
    room.hear(0.8, loud=True)
    room.pause()
    (guess,) = guesses(room)
    assert (guess.text, room.transcripts()) == ("We went to the old town", [])
    assert guess.speech_started_at == about(START)
    assert guess.speech_ended_at == about(START + 0.8)
    room.hear(0.4)
    (ready,) = room.conversation.of(TranscriptReady)
    assert (ready.text, ready.guess) == (guess.text, guess.guess)
    assert room.conversation.of(Drop) == []


def test_who_goes_on_after_a_pause_is_one_utterance_and_the_guess_is_dropped(enter: Enter) -> None:
    room = enter("I was thinking.", "I was thinking that we could go to the beach.")
    room.hear(0.8, loud=True)
    room.pause()
    room.hear(0.9)
    assert room.transcripts() == []
    room.speak()
    assert room.transcripts() == ["I was thinking that we could go to the beach."]
    first, second = guesses(room)
    assert room.conversation.of(Drop) == [Drop(first.guess)]
    assert second.guess > first.guess
    assert len(room.conversation.of(SpeechStarted)) == 1
    whisper = room.actor._transcriber
    assert isinstance(whisper, Script)
    assert whisper.heard[1] > whisper.heard[0] + 1.8  # the whole of it


def test_a_fixed_silence_ends_whatever_is_said(enter: Enter) -> None:
    room = enter("I was thinking.", end_of_speech_silence=0.38)
    room.hear(0.8, loud=True)
    room.pause()
    room.hear(0.256)
    (ready,) = room.conversation.of(TranscriptReady)
    assert ready.silence == about(0.384)


def test_long_speech_is_recognized_in_pieces_and_told_as_one(enter: Enter) -> None:
    room = enter("It was the best of times,", "it was the worst of times.", max_utterance=2.0)
    room.hear(1.6, loud=True)
    room.pause()
    room.hear(0.4)
    room.speak(1.6)
    assert room.transcripts() == ["It was the best of times, it was the worst of times."]
    (ready,) = room.conversation.of(TranscriptReady)
    assert ready.speech_started_at == about(START)
    assert guesses(room)[-1].text == ready.text


def test_speech_without_a_pause_is_cut_and_nothing_of_it_lost(enter: Enter) -> None:
    room = enter("one", "two.", max_utterance=1.0)
    room.hear(1.6, loud=True)
    room.until(lambda: not room.actor._utterances.needed)
    room.pause()
    room.hear(0.3)
    room.until(lambda: room.transcripts())
    assert room.transcripts() == ["one two."]
    whisper = room.actor._transcriber
    assert isinstance(whisper, Script)
    assert sum(whisper.heard) == about(1.6 + 0.064)


def test_whoever_was_not_understood_is_told_of(enter: Enter) -> None:
    room = enter("")
    room.hear(2.0, loud=True)
    room.pause()
    room.hear(0.4)
    (nothing,) = room.conversation.of(NothingUnderstood)
    assert (nothing.why, nothing.seconds) == ("no speech", about(1.984))
    assert nothing.certainty == pytest.approx(0.95)


def test_watchers_get_the_words_as_they_come(enter: Enter) -> None:
    room = enter("I was thinking.", "I was thinking of", "I was thinking of you.", "", "", "")
    page = room.world.probe("page")
    room.world.give("speech.recognizer", WatchWords("page"))
    room.hear(0.8, loud=True)
    room.pause()
    room.speak()
    words = page.of(WordsHeard)
    assert [(heard.text, heard.final) for heard in words] == [
        ("", False),
        ("I was thinking.", False),
        ("I was thinking of", False),
        ("I was thinking of you.", False),
        ("I was thinking of you.", True),
    ]
    room.hear(0.9, loud=True)
    room.pause()
    room.hear(0.4)
    assert [(heard.text, heard.final) for heard in page.of(WordsHeard)[5:]] == [("", False), ("", True)]
    words = page.of(WordsHeard)
    room.world.give("speech.recognizer", WatchWords("page", on=False))
    room.hear(0.4)
    assert len(page.of(WordsHeard)) == len(words)


def test_watchers_get_words_while_somebody_speaks_and_nobody_else_does(enter: Enter) -> None:
    room = enter("I was", "I was thinking", "I was thinking of you.")
    page = room.world.probe("page")
    room.world.give("speech.recognizer", WatchWords("page"))
    room.hear(1.2, loud=True)
    room.until(lambda: len(page.of(WordsHeard)) == 2)
    room.hear(1.0, loud=True)
    room.until(lambda: len(page.of(WordsHeard)) == 3)
    assert [heard.text for heard in page.of(WordsHeard)] == ["", "I was", "I was thinking"]
    room.pause()
    room.hear(0.4)
    room.until(room.transcripts)
    assert page.of(WordsHeard)[-1].final
    assert words(room) == []


def test_chunks_of_another_size_are_ignored(enter: Enter) -> None:
    room = enter()
    room.world.give("speech.recognizer", AudioChunk(b"\0\0\0", START))
    assert room.world.lives["speech.recognizer"].running


def test_a_recognizer_whose_engine_fails_dies_of_it(enter: Enter) -> None:
    room = enter(None)
    room.hear(0.8, loud=True)
    room.hear(0.6)
    room.until(lambda: "speech.recognizer" in room.world.failures)
    failure = room.world.failures["speech.recognizer"]
    assert failure is not None
    assert "broken on purpose" in failure.text


def test_a_missing_model_is_said_once_and_sound_is_ignored(world: VirtualWorld) -> None:
    def load(speech: Speech, home: Path) -> Engines:
        raise EngineBroken("the package x is missing", "Run `make setup`.")

    world.start(Recognizer(Speech(), Path(), loading=load, encoding=lambda _: None), "speech.recognizer")
    world.give("speech.recognizer", AudioChunk(bytes(2 * CHUNK), START))
    (change,) = world.supervisor.of(HealthChanged)
    assert change.health is Health.DOWN
    assert "package x" in change.reason
    assert change.remedy == "Run `make setup`."


def test_a_successor_asks_whether_the_bot_is_speaking(enter: Enter) -> None:
    room = enter(number=2)
    (asked,) = room.speaker.envelopes
    assert isinstance(asked.message, GetPlayback)
    room.world.tell(
        "speech.recognizer", PlaybackStarted(3, room.at), sender="audio.speaker", answers=asked.id
    )
    room.world.run()
    room.speak()
    assert room.conversation.messages == []


def over_the_bot(room: Room) -> None:
    room.world.give("speech.recognizer", PlaybackStarted(1, room.at))


def words(room: Room) -> list[tuple[str, float]]:
    return [(heard.text, round(heard.seconds, 2)) for heard in room.conversation.of(WordsHeard)]


def test_what_is_said_over_the_bot_is_told_after_0_3_s_again_while_it_goes_on_and_at_a_pause(
    enter: Enter,
) -> None:
    room = enter("wait", "wait I have", "wait I have a question")
    over_the_bot(room)
    room.hear(0.42, loud=True, clear=True)
    room.until(lambda: room.conversation.of(WordsHeard))
    room.hear(0.36, loud=True, clear=True)
    room.until(lambda: len(room.conversation.of(WordsHeard)) == 2)
    assert words(room) == [("wait", 0.32), ("wait I have", 0.58)]
    room.hear(0.6, clear=True)
    room.until(room.transcripts)
    assert room.transcripts() == ["wait I have a question"]
    assert words(room)[2:] == [("wait I have a question", 0.77)]


def test_nobody_is_listened_to_twice_while_the_bot_is_silent(enter: Enter) -> None:
    room = enter("how are you")
    room.speak(1.5)
    room.until(room.transcripts)
    assert words(room) == []


def test_noise_over_the_bot_is_told_as_no_words(enter: Enter) -> None:
    room = enter("", "")
    over_the_bot(room)
    room.hear(0.42, loud=True, clear=True)
    room.until(lambda: room.conversation.of(WordsHeard))
    assert words(room) == [("", 0.32)]
    room.hear(0.6, clear=True)
    room.until(lambda: room.conversation.of(NothingUnderstood))


def test_after_a_pause_in_the_reply_people_are_heard_also_in_half_duplex(enter: Enter) -> None:
    room = enter(*["are you there"] * 3)  # also the words so far
    over_the_bot(room)
    room.speak()
    room.world.give("speech.recognizer", VoiceSilent(1, room.at))
    room.hear(0.5)
    room.speak(0.35)
    room.until(room.transcripts)
    assert room.transcripts() == ["are you there"]


def test_an_echo_canceller_that_sets_in_costs_no_words(enter: Enter) -> None:
    room = enter("wait stop")
    room.hear(0.4, loud=True)
    room.at -= CHUNK_SECONDS + 0.008
    room.hear(0.4, loud=True)
    room.hear(0.6)
    room.until(room.transcripts)
    (started,) = room.conversation.of(SpeechStarted)
    assert started.at == about(START)


def again(room: Room, since: float, loud: tuple[float, float]) -> None:
    """Tell the sound from `since` on once more, now without the voice; loud: between these two times."""
    count = round((room.at - since) / CHUNK_SECONDS)
    for number in range(1, count + 1):
        at = room.at - (count - number) * CHUNK_SECONDS
        pcm = np.full(CHUNK, 8000 if loud[0] < at <= loud[1] else 0, dtype="<i2").tobytes()
        room.world.tell("speech.recognizer", AudioChunk(pcm, at, clear=True, again=True))
    room.world.run()


def test_what_was_withheld_over_its_voice_is_heard_from_its_beginning_when_it_is_told_again(
    enter: Enter,
) -> None:
    room = enter("wait", "Wait, I have a question.", "Wait, I have a question.")
    room.world.tell("speech.recognizer", PlaybackStarted(1, START))
    room.hear(0.32)
    began = room.at
    room.hear(1.28, loud=True, voice=0.1)
    assert not room.conversation.of(SpeechStarted), "it may be the voice"
    room.world.tell("speech.recognizer", PlaybackEnded(1, room.at))
    room.hear(0.8, voice=0.1)
    again(room, START + 0.16, (began + 0.001, began + 1.281))
    room.pause(clear=True)
    room.hear(1.0, clear=True)
    room.until(lambda: room.transcripts())
    (ready,) = room.conversation.of(TranscriptReady)
    assert ready.speech_started_at == about(began)
    assert ready.speech_ended_at == about(began + 1.28)
    assert ready.over_voice == pytest.approx(1.28, abs=0.05)


def test_what_was_heard_in_part_is_one_utterance_when_its_beginning_is_told_again(enter: Enter) -> None:
    room = enter("a question", "I have a question.", "I have a question.")
    room.world.tell("speech.recognizer", PlaybackStarted(1, START))
    began = room.at
    room.hear(0.64, loud=True, voice=0.1)
    room.world.tell("speech.recognizer", PlaybackEnded(1, room.at - 0.6))
    room.hear(0.64, loud=True)
    assert room.conversation.of(SpeechStarted)
    again(room, began, (began + 0.001, room.at + 0.001))
    room.pause(clear=True)
    room.hear(1.0, clear=True)
    room.until(lambda: room.transcripts())
    (ready,) = room.conversation.of(TranscriptReady)
    assert ready.speech_started_at == about(began)


def test_what_was_answered_is_not_heard_again(enter: Enter) -> None:
    room = enter("I am over here.", "I am over here.")
    began = room.at
    room.speak(0.8)
    room.until(lambda: room.transcripts())
    room.hear(0.32)
    again(room, began, (began + 0.001, began + 0.801))
    room.hear(1.5)
    assert room.transcripts() == ["I am over here."]
    assert len(room.conversation.of(SpeechStarted)) == 1


@pytest.mark.parametrize(("chunks", "words"), [(2, "We went to the park."), (1, "We went to the par.")])
def test_a_last_syllable_behind_a_closed_sound_is_heard_and_a_click_is_not(
    enter: Enter, chunks: int, words: str
) -> None:
    room = enter("We went to the par.", "We went to the park.")
    room.hear(0.8, loud=True)
    room.pause()
    room.hear(chunks * CHUNK_SECONDS, loud=True)
    room.hear(1.0)
    room.until(lambda: room.transcripts())
    assert room.transcripts() == [words]
