"""The one place where engines are chosen by the configuration. Each adapter is imported only when it is chosen."""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec
import numpy as np

from actors.speech.engines import embedded
from actors.speech.engines.engine import RATE, EngineBroken, Transcriber, Voice, VoiceActivity
from actors.speech.engines.language_choice import LanguageChoice
from actors.speech.engines.vad import Silero
from actors.speech.engines.voices import LOADED, VoiceOffer, Voices, first_of, piper_voices
from config.files import located
from config.schema import Audio, Speech
from config.schema.languages import AUTO

if TYPE_CHECKING:
    from actors.speech.engines.speaker_encoder import SpeakerEncoder
    from actors.speech.engines.whisper import Whisper

log = logging.getLogger(__name__)

LANGUAGES_REMEDY = "Run `make setup EXTRAS=languages` for the recognizer that understands others (145 MB)."

# A word each in the scripts that voices speak: one is enough.
_WORDS = ("Ready.", "好。", "はい。", "네.", "Да.", "نعم.", "हाँ।", "Ναι.", "כן.")


class Note(msgspec.Struct, frozen=True):
    """What the owner should know of the choice. worse: True when something is wrong. english_only: nothing else is
    understood."""

    text: str = ""
    remedy: str = ""
    worse: bool = False
    english_only: bool = False


Engines = tuple[VoiceActivity, Transcriber, Note]


def open_ears(speech: Speech, home: Path, plugged: Callable[[], Transcriber] | None = None) -> Engines:
    """All that the recognizer listens with. plugged: opens a plugin's, in place of Whisper. Raises EngineBroken."""
    plugged = plugged or _switched_off(speech.recognizer)
    transcriber, note = (
        _plugged_transcriber(speech, home, plugged) if plugged else open_transcriber(speech, home)
    )
    return Silero(embedded.activity_model()), transcriber, note


def _switched_off(name: str) -> Callable[[], NoReturn] | None:
    """What opens the engine of a plugin that the owner has switched off; None for Gerald's own engines."""

    def refuse() -> NoReturn:
        raise EngineBroken(
            f"the plugin of {name} is switched off", "see plugins.enabled and plugins.disabled"
        )

    return refuse if "." in name else None


def _plugged_transcriber(
    speech: Speech, home: Path, plugged: Callable[[], Transcriber]
) -> tuple[Transcriber, Note]:
    try:
        return plugged(), Note()
    except EngineBroken as broken:
        transcriber, note = open_transcriber(speech, home)
        text = f"{broken}; listening with Whisper"
        return transcriber, msgspec.structs.replace(note, text=text, remedy=broken.remedy, worse=True)


def open_encoder(speech: Speech) -> "SpeakerEncoder | None":
    """What tells voices apart; None where that is not wanted, or not there: nothing else depends on it."""
    if not speech.tell_voices_apart:
        return None
    from actors.speech.engines.speaker_encoder import SpeakerEncoder

    try:
        return SpeakerEncoder(embedded.speaker_model())
    except EngineBroken as broken:
        log.warning("voices are not told apart: %s. %s", broken, broken.remedy)
        return None


def open_transcriber(speech: Speech, home: Path) -> tuple[Transcriber, Note]:
    """The configured recognizer, loaded; the embedded ones where that is missing or broken. Raises EngineBroken.

    English is heard with a small model of its own, everything else with one for many languages, if that is there."""
    from actors.speech.engines.whisper import Whisper

    note, own = Note(), None
    load = partial(Whisper, threads=speech.recognizer_threads)
    if speech.recognizer_model is not None:
        try:
            own = load(located(home, speech.recognizer_model))
            try_out(own, located(home, speech.recognizer_model))
        except EngineBroken as broken:
            own = None
            note = Note(f"{broken}; listening with the embedded Whisper", broken.remedy, worse=True)
    wanted = _wanted(speech)
    many = own if own is not None and not own.speaks_only_english else None
    if many is None and wanted != {"en"}:
        many, note = _many_languages(load, note, speech)
    english = own or (
        load(embedded.whisper_model()) if "en" in wanted or not wanted or many is None else many
    )
    if many is None:
        return english, msgspec.structs.replace(note, english_only=True)
    return _for_languages(english, many, wanted), note


def try_out(transcriber: Transcriber, model: Path) -> None:
    """Have it listen to half a second of silence. Raises EngineBroken where that fails: so would every utterance."""
    try:
        transcriber.transcribe(np.zeros(RATE // 2, dtype=np.float32))
    except Exception as error:  # whatever its libraries raise
        why = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        remedy = "Name another model in speech.recognizer_model, or remove it for the embedded one."
        raise EngineBroken(f"{model} cannot hear ({why})", remedy) from error


def _wanted(speech: Speech) -> frozenset[str]:
    """The languages that may be spoken; none for every one."""
    return frozenset(speech.languages if speech.language == AUTO else (speech.language,))


def _many_languages(
    load: Callable[..., "Whisper"], note: Note, speech: Speech
) -> tuple["Whisper | None", Note]:
    """The embedded model for many languages. Nobody misses it who did not ask for another language than English."""
    try:
        return load(embedded.many_languages_model(), remedy=LANGUAGES_REMEDY), note
    except EngineBroken as broken:
        if note.worse or not _wanted(speech):
            return None, note
        asked = ", ".join(sorted(_wanted(speech) - {"en"}))
        text = f"{asked} is to be understood, and only English is: {broken}"
        return None, Note(text, LANGUAGES_REMEDY, worse=True)


def _for_languages(english: "Whisper", many: "Whisper", wanted: frozenset[str]) -> Transcriber:
    from actors.speech.engines.multilingual import MultilingualWhisper, OneLanguage

    if len(wanted) == 1:
        (language,) = wanted
        return english if language == "en" else OneLanguage(many, language)
    return MultilingualWhisper(english, many, LanguageChoice(wanted))


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


def open_voice(
    speech: Speech, audio: Audio, home: Path, plugged: Callable[[], Voice] | None = None
) -> tuple[Voices, Note]:
    """The configured voice, loaded, with those for the languages that are listed; others are loaded when needed.

    plugged: opens a plugin's, which is the configured one then. The embedded one, with a note, if what is configured is
    missing or broken. Raises EngineBroken."""
    plugged = plugged or _switched_off(speech.synthesizer)
    voices, note = _plugged_voices(speech, audio, home, plugged) if plugged else _voices(speech, audio, home)
    for language in speech.languages[:LOADED]:
        voices.of(language)
    return voices, note


def _plugged_voices(
    speech: Speech, audio: Audio, home: Path, plugged: Callable[[], Voice]
) -> tuple[Voices, Note]:
    try:
        return Voices(plugged(), partial(_offers, speech, home), partial(_embedded_voice, speech)), Note()
    except EngineBroken as broken:
        text = f"{broken}; another voice speaks in its place"
        return _voices(speech, audio, home)[0], Note(text, broken.remedy, worse=True)


def _voices(speech: Speech, audio: Audio, home: Path) -> tuple[Voices, Note]:
    offers = partial(_offers, speech, home)
    spare = partial(_embedded_voice, speech)
    if audio.voice_model is None and speech.language not in (AUTO, "en"):
        main = first_of(offers(speech.language))
        if main is not None:
            return Voices(main, offers, spare), _plain(main)
    main, note = _main_voice(speech, audio, home)
    return Voices(main, offers, spare), note


def _embedded_voice(speech: Speech) -> Voice:
    return _piper(speech, embedded.voice_model())


def _plain(voice: Voice) -> Note:
    """What the owner should know of a voice that was found for the language that is spoken."""
    from actors.speech.engines.espeak import Espeak

    if not isinstance(voice, Espeak):
        return Note()
    remedy = "Name a Piper voice for it in speech.voices, or put one into Models/."
    return Note(f"espeak-ng speaks {voice.language}, for lack of a better voice", remedy)


def _main_voice(speech: Speech, audio: Audio, home: Path) -> tuple[Voice, Note]:
    if speech.synthesizer == "hibari":
        from actors.speech.engines.hibari import Hibari

        return Hibari(threads=speech.synthesizer_threads, pace=speech.rate), Note()
    note = Note()
    if audio.voice_model is not None:
        model = located(home, audio.voice_model)
        try:
            return proven(_piper(speech, model), model), Note()
        except EngineBroken as broken:
            text = f"audio.voice_model: {broken}; speaking with the embedded voice"
            note = Note(text, broken.remedy, worse=model.is_file())
    elif speech.synthesizer == "kokoro":
        try:
            return _kokoro(speech, _main_name(speech)), Note()
        except EngineBroken as broken:
            note = Note(f"{broken}; speaking with the embedded voice", broken.remedy, worse=True)
    return _embedded_voice(speech), note


def _main_name(speech: Speech) -> str:
    """Kokoro's voice for the language that is spoken, or for English."""
    from actors.speech.engines.kokoro import VOICES, language_of_voice

    language = speech.language if speech.language in VOICES else "en"
    chosen = speech.voices.get(language, "")
    return chosen if language_of_voice(chosen) == language else VOICES[language]


def _piper(speech: Speech, model: Path) -> Voice:
    """A Piper voice; behind a # may stand the name of its speaker, where it has several."""
    from actors.speech.engines.piper import Piper

    file, _, speaker = str(model).partition(".onnx#")
    model = Path(f"{file}.onnx") if speaker else model
    threads, pace = speech.synthesizer_threads, speech.rate
    moods = {str(mood): name for mood, name in speech.moods.items()}
    return Piper(model, threads=threads, pace=pace, speaker=speaker, moods=moods)


def _kokoro(speech: Speech, name: str) -> Voice:
    from actors.speech.engines.kokoro import Kokoro

    folder = embedded.kokoro_model()
    return Kokoro(folder, name, threads=speech.synthesizer_threads, pace=speech.rate)


def _espeak(speech: Speech, language: str) -> Voice:
    from actors.speech.engines.espeak import Espeak

    return Espeak(language, pace=speech.rate)


def _offers(speech: Speech, home: Path, language: str) -> Iterator[VoiceOffer]:
    """What could speak `language`, the best first."""
    from actors.speech.engines.kokoro import VOICES, language_of_voice

    if (chosen := speech.voices.get(language, "")) and language_of_voice(chosen):
        yield VoiceOffer(f"Kokoro's {chosen}", partial(_kokoro, speech, chosen))
    elif chosen:
        model = located(home, chosen)
        yield VoiceOffer(str(model), lambda: proven(_piper(speech, model), model))
    if (own := piper_voices(home / "Models").get(language)) is not None:
        yield VoiceOffer(str(own), lambda: proven(_piper(speech, own), own))
    if language == "en":
        yield VoiceOffer("the embedded voice", lambda: _piper(speech, embedded.voice_model()))
    if speech.synthesizer == "kokoro" and language in VOICES:
        yield VoiceOffer("Kokoro", partial(_kokoro, speech, VOICES[language]))
    yield VoiceOffer("espeak-ng", partial(_espeak, speech, language))
