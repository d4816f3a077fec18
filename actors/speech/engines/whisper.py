"""Whisper by CTranslate2, called directly: an utterance in, text out, 0.07 s on one core with tiny.en.

What a sound costs grows with the silence that it is padded with; but where that is short the model sometimes says its
words again and again. So it is short, decoding ends soon after what can have been said, and a loop is said once."""

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ctranslate2
import msgspec
import tokenizers

from actors.speech.engines.engine import RATE, EngineBroken, Samples, Transcription
from actors.speech.engines.mel import log_mel

_LEAST, _BEHIND = 8.0, 4.0  # seconds: of padded sound, and of the silence behind what was said
_PADDED = 12.0  # from here on the model does not repeat itself
_LONGEST = 30.0
_MOST_TOKENS = 128
_FEW_TOKENS, _TOKENS_A_SECOND = 10, 8  # nobody says more in so short a time
_REPEATED = 2  # words that make a loop
_FILES = ("model.bin", "config.json", "tokenizer.json")
_REMEDY = "Run `make setup`, or set speech.recognizer_model to a Whisper folder for CTranslate2."


class Whisper:
    """A Whisper model in CTranslate2's format, with its tokenizer beside it. language: two or three letters."""

    def __init__(
        self, folder: Path, *, threads: int = 1, language: str = "en", remedy: str = _REMEDY
    ) -> None:
        """Raises EngineBroken when the model in `folder` is missing or not usable."""
        for name in _FILES:
            if not (folder / name).is_file():
                raise EngineBroken(f"{folder / name}: no such file", remedy)
        try:
            self._model = ctranslate2.models.Whisper(
                str(folder), device="cpu", compute_type="int8", intra_threads=threads
            )
            self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises bare Exception
            raise EngineBroken(f"{folder} is not a usable Whisper model: {error}", remedy) from error
        self._folder = folder
        self.speaks_only_english = not self._model.is_multilingual
        self.language = "en" if self.speaks_only_english else language
        self._prompts = {self.language: self._prompt(self.language)}

    def _prompt(self, language: str) -> list[int]:
        spoken = () if self.speaks_only_english else (f"<|{language}|>", "<|transcribe|>")
        return [self._token(name) for name in ("<|startoftranscript|>", *spoken, "<|notimestamps|>")]

    def _token(self, name: str) -> int:
        number = self._tokenizer.token_to_id(name)
        if number is None:
            raise EngineBroken(
                f"the model in {self._folder} does not know {name}",
                "Set speech.language to one that the model knows.",
            )
        return int(number)

    def transcribe(self, audio: Samples, expected: str = "") -> Transcription:
        """What is said in `audio` (float32, (samples,), 16 kHz); what lies beyond 30 s is not listened to."""
        return self.heard(audio, time.perf_counter())

    def heard(self, audio: Samples, begun: float) -> Transcription:
        """What is said in `audio`, in the model's own language. begun: when the work began (time.perf_counter)."""
        seconds = audio.size / RATE
        padded = max(_LEAST, seconds + _BEHIND)
        if padded < _PADDED:
            most = _FEW_TOKENS + int(_TOKENS_A_SECOND * seconds)
            heard, ended = self._decoded(self.encoded(audio, padded), self.language, begun, most)
            once = said_once(heard.text)
            if ended and not once:
                return heard
            if once and not ended:
                return msgspec.structs.replace(heard, text=once)
        # It was no end, or words that were said twice and then ended, as people do: listen again.
        return self.written(self.encoded(audio), self.language, begun)

    def encoded(self, audio: Samples, padded: float = _PADDED) -> Any:
        """The sound as the model sees it, with silence behind it up to `padded` seconds.

        This is the larger part of the work; it can be used for each of several languages."""
        seconds = min(max(padded, audio.size / RATE), _LONGEST)
        features = log_mel(audio, round(seconds, 2), self._model.n_mels)[None]
        return self._model.encode(ctranslate2.StorageView.from_array(features))

    def languages(self, encoded: Any) -> Mapping[str, float]:
        """How probable each language is, by its code, the most probable first; of a multilingual model."""
        (found,) = self._model.detect_language(encoded)
        return {token.strip("<|>"): float(probability) for token, probability in found}

    def written(self, encoded: Any, language: str, begun: float) -> Transcription:
        """Its words, taken to be of `language`. begun: when the work began (time.perf_counter)."""
        return self._decoded(encoded, language, begun, _MOST_TOKENS)[0]

    def _decoded(self, encoded: Any, language: str, begun: float, most: int) -> tuple[Transcription, bool]:
        """Its words, and whether they come to an end within `most` tokens."""
        if language not in self._prompts:
            self._prompts[language] = self._prompt(language)
        (result,) = self._model.generate(
            encoded,
            [self._prompts[language]],
            beam_size=1,
            max_length=2 * most,  # half of it is for a prompt of earlier text
            return_scores=True,
            return_no_speech_prob=True,
        )
        tokens = result.sequences_ids[0]
        text = self._tokenizer.decode(tokens, skip_special_tokens=True).strip()
        took, probability = time.perf_counter() - begun, float(result.scores[0])
        heard = Transcription(text, float(result.no_speech_prob), took, language, 1.0, probability)
        return heard, len(tokens) < most


def said_once(text: str) -> str:
    """The words that `text` repeats to its end, where it may break off; "" if it is no such loop."""
    words = text.split()
    plain = [re.sub(r"\W", "", word).casefold() for word in words]
    for length in range(1, len(words) - _REPEATED + 1):
        again = plain[length:]
        first = [plain[number % length] for number in range(len(again))]
        if again[:-1] == first[:-1] and again[-1] and first[-1].startswith(again[-1]):
            return " ".join(words[:length])
    return ""
