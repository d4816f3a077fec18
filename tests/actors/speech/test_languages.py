"""Languages in the recognizer and the synthesizer: what is told of them, expected, not understood, and spoken."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from actors.audio.messages import PlaySentence
from actors.kernel.protocol.lifecycle import Health
from actors.speech.engines.choice import Note
from actors.speech.engines.engine import EngineBroken, Samples, Sound, Transcription, Voice
from actors.speech.engines.voices import VoiceOffer, Voices
from actors.speech.internal import UtteranceRecognized
from actors.speech.listening.spoken_language import SpokenLanguage, language_of
from actors.speech.messages import (
    LanguageExpected,
    NothingUnderstood,
    SpeakRequested,
    TranscriptGuessed,
    TranscriptReady,
)
from actors.speech.synthesizer import Synthesizer
from config.schema import Audio, Speech
from tests.actors.speech.test_recognizer import LoudIsSpeech, Room, Until
from tests.doubles.virtual_world import VirtualWorld

GERMAN = Transcription("Wo ist das Fest?", 0.0, 0.1, "de", 0.9, -0.2)
UNSURE = Transcription("Ja.", 0.0, 0.1, "de", 0.3, -0.4)
GUESSED_AT = Transcription("I'm going to find my little cat.", 0.2, 0.1, "en", 1.0, -1.91)
LOOPING = Transcription("to be able to be able to be able to be able to be able", 0.2, 0.1, "en", 1.0, -0.4)


class Polyglot:
    """A double of a recognizer, which says what it is told and remembers what was expected."""

    def __init__(self, *heard: Transcription) -> None:
        self.heard = [*heard]
        self.expected: list[str] = []

    def transcribe(self, audio: Samples, expected: str = "") -> Transcription:
        if float(np.abs(audio).max()) == 0.0:
            return Transcription("", 1.0, 0.0)  # the warm-up
        self.expected.append(expected)
        return self.heard.pop(0)


def enter(world: VirtualWorld, until: Until, *heard: Transcription, note: Note | None = None) -> Room:
    return Room(world, until, (LoudIsSpeech(), Polyglot(*heard), note or Note()), Speech())


def expected(room: Room) -> list[str]:
    ears = room.actor._transcriber
    assert isinstance(ears, Polyglot)
    return ears.expected


def test_the_transcript_and_the_guess_name_the_language_if_it_is_certain(
    world: VirtualWorld, until: Until
) -> None:
    room = enter(world, until, GERMAN, UNSURE)
    room.speak()
    room.hear(1.0)
    room.speak()
    until(lambda: len(room.transcripts()) == 2)
    assert [one.language for one in room.conversation.of(TranscriptReady)] == ["de", ""]
    assert [one.language for one in room.conversation.of(TranscriptGuessed)] == ["de", ""]
    assert [one.likely for one in room.conversation.of(TranscriptReady)] == ["de", "de"]


def test_what_was_certain_last_is_expected_next(world: VirtualWorld, until: Until) -> None:
    room = enter(world, until, GERMAN, UNSURE)
    for count in (1, 2):
        room.speak()
        room.hear(1.0)
        until(lambda count=count: len(room.transcripts()) == count)
    assert expected(room) == ["", "de"]


def test_the_language_of_who_speaks_now_is_expected(world: VirtualWorld, until: Until) -> None:
    room = enter(world, until, UNSURE)
    world.give("speech.recognizer", LanguageExpected("fr"))
    room.speak()
    until(lambda: room.transcripts())
    assert expected(room) == ["fr"]


@pytest.mark.parametrize("heard", [GUESSED_AT, LOOPING])
def test_nonsense_of_another_language_is_not_told_as_words(
    world: VirtualWorld, until: Until, heard: Transcription
) -> None:
    room = enter(world, until, heard, note=Note(english_only=True))
    room.speak()
    until(lambda: room.conversation.of(NothingUnderstood))
    (nothing,) = room.conversation.of(NothingUnderstood)
    assert nothing.why == "language"
    assert not room.transcripts()


def test_who_understands_many_languages_did_just_not_understand(world: VirtualWorld, until: Until) -> None:
    room = enter(world, until, GUESSED_AT)
    room.speak()
    until(lambda: room.conversation.of(NothingUnderstood))
    assert room.conversation.of(NothingUnderstood)[0].why == "no speech"


class Told:
    """Takes what is said of the health."""

    def __init__(self) -> None:
        self.said: list[tuple[Health, str, str]] = []

    def health(self, health: Health, reason: str = "", remedy: str = "") -> None:
        self.said.append((health, reason, remedy))


def piece(text: str, language: str = "en", spoken: float = 1.0, unwanted: str = "") -> UtteranceRecognized:
    return UtteranceRecognized(text, 0.0, 0.9, 0.1, 1, 0.0, 0.0, unwanted, language, spoken)


def test_the_owner_is_offered_the_extra_when_somebody_speaks_another_language() -> None:
    told = Told()
    language = SpokenLanguage(told)
    language.opened(Note(english_only=True))
    foreign = piece("", unwanted="language")
    language.heard(foreign)
    assert told.said == [(Health.OK, "", "")]
    language.heard(foreign)
    assert told.said[-1][:2] == (Health.DEGRADED, "somebody speaks another language than English")
    assert "EXTRAS=languages" in told.said[-1][2]
    language.heard(piece("Hello."))
    assert told.said[-1] == (Health.OK, "", "")


def test_an_utterance_is_in_the_language_of_most_of_its_words() -> None:
    assert language_of((piece("Ja.", "de"), piece("That is all I know.", "en"))) == "en"
    assert language_of((piece("Das ist alles, was ich weiß.", "de"), piece("Okay.", "en", 0.4))) == "de"
    assert language_of((piece("Hm.", "de", 0.3),)) == ""


class Hum:
    """A double of a voice of one language, at a rate of its own."""

    unread: tuple[str, ...] = ()

    def __init__(self, language: str, rate: int) -> None:
        self.language, self.rate = language, rate

    def synthesize(self, text: str) -> Iterator[Sound]:
        yield np.full(self.rate // 10, 700, dtype=np.int16)


def speak(world: VirtualWorld, until: Until, language: str, text: str = "Hallo.") -> list[PlaySentence]:
    def broken() -> Voice:
        raise EngineBroken("torn", "")

    def offers(wanted: str) -> Iterator[VoiceOffer]:
        yield VoiceOffer("a", broken)
        if wanted == "de":
            yield VoiceOffer("b", lambda: Hum("de", 2000))

    voices = Voices(Hum("en", 1000), offers)
    speaker = world.probe("audio.speaker")
    world.start(Synthesizer(Speech(), Audio(), Path(), lambda *_: (voices, Note())), "speech.synthesizer")
    world.give("speech.synthesizer", SpeakRequested(1, 0, text, language=language))
    until(lambda: [one for one in speaker.of(PlaySentence) if one.last])
    return list(speaker.of(PlaySentence))


@pytest.mark.parametrize(("language", "rate"), [("de", 2000), ("en", 1000), ("", 1000), ("fr", 1000)])
def test_a_sentence_is_spoken_by_the_voice_of_its_language(
    world: VirtualWorld, until: Until, language: str, rate: int
) -> None:
    played = speak(world, until, language)
    assert {one.rate for one in played} == {rate}
    assert played[0].pcm


def test_a_script_that_the_voice_of_that_language_cannot_read_stands_in_the_chat(
    world: VirtualWorld, until: Until
) -> None:
    played = speak(world, until, "de", "今日はいい天気ですね。")
    assert {one.rate for one in played} == {2000}  # the voice says where to read it
