"""Recognition of many languages, and voices that speak them, on the real parts."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr

from actors.speech.engines import embedded
from actors.speech.engines.choice import open_transcriber, open_voice
from actors.speech.engines.engine import RATE, EngineBroken, Samples, Voice
from actors.speech.engines.espeak import Espeak
from actors.speech.engines.kokoro import language_of_voice
from actors.speech.engines.piper import Piper
from actors.speech.engines.voices import VoiceOffer, Voices, piper_voices
from config.schema import Audio, Speech

pytestmark = pytest.mark.models


@cache
def _missing(extra: str) -> str:
    try:
        {"languages": embedded.many_languages_model, "kokoro": embedded.kokoro_model}[extra]()
    except EngineBroken as broken:
        return f"{broken}; {broken.remedy}"
    return ""


def needs(extra: str) -> Any:
    return pytest.mark.skipif(bool(_missing(extra)), reason=_missing(extra))


@cache
def said(text: str, voice: str) -> Samples:
    """By Kokoro, which is no voice that is in use otherwise."""
    speech = Speech(synthesizer="kokoro", voices={language_of_voice(voice): voice})
    voices, _ = open_voice(speech, Audio(), Path())
    speaking = voices.of(language_of_voice(voice))
    assert type(speaking).__name__ == "Kokoro"
    sound = np.concatenate(list(speaking.synthesize(text))).astype(np.float32) / 32768
    hush = np.zeros(RATE // 4, np.float32)
    return np.concatenate((hush, soxr.resample(sound, speaking.rate, RATE).astype(np.float32), hush))


@needs("languages")
@needs("kokoro")
@pytest.mark.parametrize(
    ("voice", "text", "language", "word"),
    [
        ("af_heart", "Could you tell me where the party is tonight?", "en", "party"),
        ("ff_siwis", "Je voudrais boire une tasse de thé avec toi.", "fr", "thé"),
        ("em_alex", "Esta mañana hace muy buen tiempo.", "es", "mañana"),
        ("im_nicola", "Questo posto è molto tranquillo e mi piace.", "it", "tranquillo"),
    ],
)
def test_the_language_is_found_by_utterance(voice: str, text: str, language: str, word: str) -> None:
    ears, note = open_transcriber(Speech(), Path())
    assert not note.text
    heard = ears.transcribe(said(text, voice), "en")
    assert (heard.language, word in heard.text) == (language, True), heard


@needs("languages")
@needs("kokoro")
def test_only_a_configured_language_is_found() -> None:
    ears, _ = open_transcriber(Speech(languages=("en", "fr")), Path())
    assert ears.transcribe(said("Esta mañana hace muy buen tiempo.", "em_alex"), "en").language in (
        "en",
        "fr",
    )
    fixed, _ = open_transcriber(Speech(language="es"), Path())
    heard = fixed.transcribe(said("Esta mañana hace muy buen tiempo.", "em_alex"))
    assert (heard.language, "tiempo" in heard.text) == ("es", True)


@pytest.mark.parametrize("language", ["de", "ja", "zh", "ru", "ko", "ar", "sv", "tr", "no"])
def test_no_language_is_mute(language: str, tmp_path: Path) -> None:
    voices, _ = open_voice(Speech(), Audio(), tmp_path)
    voice = voices.of(language)
    assert voice.language == language
    words = {"ja": "こんにちは", "zh": "你好", "ru": "привет", "ko": "안녕", "ar": "مرحبا"}.get(
        language, "hallo"
    )
    sound = np.concatenate(list(voice.synthesize(words)))
    assert sound.size > voice.rate // 5
    assert np.abs(sound).max() > 1000


def test_espeak_and_piper_take_turns_in_one_library(tmp_path: Path) -> None:
    voices, _ = open_voice(Speech(), Audio(), tmp_path)
    before = np.concatenate(list(voices.main.synthesize("Where is the party tonight?"))).size
    list(voices.of("de").synthesize("Wo ist das Fest heute Abend?"))
    # The voice draws how long each sound is: one of a few sentences is as long as it was.
    afters = (
        np.concatenate(list(voices.main.synthesize("Where is the party tonight?"))).size for _ in range(4)
    )
    assert any(abs(after - before) < 0.2 * before for after in afters)


def test_espeak_refuses_a_language_that_it_does_not_know() -> None:
    with pytest.raises(EngineBroken, match="does not speak xx"):
        Espeak("xx")


def test_a_piper_voice_of_the_owner_speaks_its_language(tmp_path: Path) -> None:
    embedded_voice = embedded.voice_model()
    folder = tmp_path / "Models"
    folder.mkdir()
    (folder / "own.onnx").symlink_to(embedded_voice)
    described = embedded_voice.with_name(embedded_voice.name + ".json").read_text("utf-8")
    (folder / "own.onnx.json").write_text(described.replace('"voice": "en-us"', '"voice": "de"'))
    assert piper_voices(folder) == {"de": folder / "own.onnx"}
    for speech in (Speech(), Speech(voices={"de": "Models/own.onnx"})):
        voices, _ = open_voice(speech, Audio(), tmp_path)
        assert type(voices.of("de")).__name__ == "Piper"


def test_a_speaker_of_several_speaks_and_another_one_in_a_mood(tmp_path: Path) -> None:
    model = several(tmp_path, {"calm": 0, "amused": 0})
    voices, _ = open_voice(
        Speech(voices={"de": f"{model}#calm"}, moods={"positive": "amused"}), Audio(), Path()
    )
    speaking = voices.of("de")
    assert isinstance(speaking, Piper)
    assert [*speaking._moods] == ["positive"]
    assert np.concatenate(list(speaking.synthesize("I love it, that is great!"))).size > speaking.rate // 3


def test_a_speaker_that_a_voice_does_not_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineBroken, match=r"has no speaker angry; it has amused, calm"):
        Piper(several(tmp_path, {"calm": 0, "amused": 0}), speaker="angry")


def several(folder: Path, speakers: dict[str, int]) -> Path:
    """The embedded voice, described as one of German with these speakers."""
    (folder / "own.onnx").symlink_to(embedded.voice_model())
    described = json.loads(embedded.voice_model().with_name("en_US-joe-medium.onnx.json").read_text("utf-8"))
    described["espeak"]["voice"], described["speaker_id_map"] = "de", speakers
    (folder / "own.onnx.json").write_text(json.dumps(described))
    return folder / "own.onnx"


class Silent:
    rate, language, unread = 16000, "en", ()

    def synthesize(self, text: str) -> Iterator[Any]:
        return iter(())


def test_a_voice_that_does_not_load_is_replaced_by_the_next() -> None:
    def broken() -> Voice:
        raise EngineBroken("torn", "")

    def fine() -> Voice:
        return Silent()

    opened = []

    def offers(language: str) -> Iterator[VoiceOffer]:
        opened.append(language)
        yield VoiceOffer("a", broken)
        if language == "de":
            yield VoiceOffer("b", fine)

    voices = Voices(Silent(), offers)
    assert voices.of("de") is voices.of("de") is not voices.main
    assert voices.of("fr") is voices.main
    assert voices.of("") is voices.of("en") is voices.main
    assert opened == ["de", "fr"]
