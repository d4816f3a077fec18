"""The one place where engines are chosen by the configuration. Each adapter is imported only when it is chosen."""

from functools import partial
from pathlib import Path

import msgspec

from actors.speech.engines import embedded
from actors.speech.engines.engine import EngineBroken, Transcriber, Voice, VoiceActivity
from actors.speech.engines.vad import Silero
from config.files import located
from config.schema import Audio, Speech

# A word each in the scripts that voices speak: one is enough.
_WORDS = ("Ready.", "好。", "はい。", "네.", "Да.", "نعم.", "हाँ।", "Ναι.", "כן.")


class Note(msgspec.Struct, frozen=True):
    """What the owner should know of the choice. worse: True when something is wrong."""

    text: str = ""
    remedy: str = ""
    worse: bool = False


Engines = tuple[VoiceActivity, Transcriber, Note]


def open_ears(speech: Speech, home: Path) -> Engines:
    """All that the recognizer listens with. Raises EngineBroken."""
    transcriber, note = open_transcriber(speech, home)
    return Silero(embedded.activity_model()), transcriber, note


def open_transcriber(speech: Speech, home: Path) -> tuple[Transcriber, Note]:
    """The configured recognizer, loaded; the embedded one where that is missing or broken. Raises EngineBroken."""
    from actors.speech.engines.whisper import Whisper

    note = Note()
    load = partial(Whisper, threads=speech.recognizer_threads, language=speech.language)
    whisper = None
    if speech.recognizer_model is not None:
        try:
            whisper = load(located(home, speech.recognizer_model))
        except EngineBroken as broken:
            note = Note(f"{broken}; listening with the embedded Whisper tiny.en", broken.remedy, worse=True)
    whisper = whisper or load(embedded.whisper_model())
    if whisper.speaks_only_english and speech.language != "en" and not note.text:
        text = f"speech.language is {speech.language}, and the recognizer understands English only"
        note = Note(
            text, "Set speech.recognizer_model to a multilingual Whisper for CTranslate2.", worse=True
        )
    return whisper, note


def proven(voice: Voice, model: Path) -> Voice:
    """The voice, after it has said a word as a test. Raises EngineBroken."""
    why = "it made no sound"
    for word in _WORDS:
        try:
            if any(sound.size for sound in voice.synthesize(word)):
                return voice
        except Exception as error:  # whatever its libraries raise
            why = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    raise EngineBroken(f"{model} cannot say a word ({why})", "Choose another voice in audio.voice_model.")


def open_voice(speech: Speech, audio: Audio, home: Path) -> tuple[Voice, Note]:
    """The configured voice, loaded; the embedded one, with a note, if it is missing or broken. Raises EngineBroken."""
    if speech.synthesizer == "hibari":
        from actors.speech.engines.hibari import Hibari

        return Hibari(threads=speech.synthesizer_threads, pace=speech.rate), Note()

    from actors.speech.engines.piper import Piper

    load = partial(Piper, threads=speech.synthesizer_threads, pace=speech.rate)
    note = Note()
    if audio.voice_model is not None:
        model = located(home, audio.voice_model)
        try:
            return proven(load(model), model), Note()
        except EngineBroken as broken:
            text = f"audio.voice_model: {broken}; speaking with the embedded voice"
            note = Note(text, broken.remedy, worse=model.is_file())
    return load(embedded.voice_model()), note
