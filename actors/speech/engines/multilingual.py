"""Recognition in many languages: English by a small model of its own, all others by a multilingual one."""

import time
from typing import Any

import msgspec

from actors.speech.engines.engine import RATE, Samples, Transcription
from actors.speech.engines.language_choice import (
    CLEAR,
    CLEAR_SHORT,
    DOUBTFUL,
    SHORT,
    FoundLanguage,
    LanguageChoice,
    contenders,
    weight,
)
from actors.speech.engines.repetition import loops
from actors.speech.engines.whisper import Whisper


class MultilingualWhisper:
    """english: what understands English better than `many`; the same where there is none.

    Where English is expected and clearly heard, nothing else is tried: it takes no longer than alone."""

    def __init__(self, english: Whisper, many: Whisper, choice: LanguageChoice) -> None:
        self._english = english
        self._many = many
        self._choice = choice

    def transcribe(self, audio: Samples, expected: str = "") -> Transcription:
        """What is said in `audio`, in whichever language. expected: what they spoke last, "" if that is not known."""
        begun = time.perf_counter()
        short, english = audio.size < SHORT * RATE, None
        if expected in ("", "en") and self._choice.allows("en") and self._english is not self._many:
            english = self._in_english(audio, begun)
            if english.log_probability >= (CLEAR_SHORT if short else CLEAR) and not loops(english.text):
                return english
        encoded = self._many.encoded(audio)
        if short and expected not in ("", "en"):
            return msgspec.structs.replace(self._many.written(encoded, expected, begun), certainty=0.0)
        found = self._choice.among(self._many.languages(encoded))
        if not found:
            return self._many.written(encoded, expected or "en", begun)
        heard = [self._in_language(audio, encoded, found[0], english, begun)]
        if not found[0].sure or heard[0].log_probability < DOUBTFUL:
            others = contenders(found, expected)[1:]
            heard += [self._in_language(audio, encoded, one, english, begun) for one in others]
        best = max(heard, key=lambda one: weight(one.log_probability, one.language, expected))
        return msgspec.structs.replace(best, seconds=time.perf_counter() - begun)

    def _in_english(self, audio: Samples, begun: float) -> Transcription:
        return self._english.heard(audio, begun)

    def _in_language(
        self, audio: Samples, encoded: Any, found: FoundLanguage, english: Transcription | None, begun: float
    ) -> Transcription:
        if found.language != "en" or self._english is self._many:
            heard = self._many.written(encoded, found.language, begun)
        else:
            heard = english or self._in_english(audio, begun)
        return msgspec.structs.replace(heard, certainty=found.certainty)


class OneLanguage:
    """The multilingual model, where one language is all that is spoken."""

    def __init__(self, many: Whisper, language: str) -> None:
        self._many = many
        self._language = language

    def transcribe(self, audio: Samples, expected: str = "") -> Transcription:
        """What is said in `audio`, taken to be of the one language."""
        begun = time.perf_counter()
        return self._many.written(self._many.encoded(audio), self._language, begun)
