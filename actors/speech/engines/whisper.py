"""Whisper by CTranslate2, called directly: an utterance in, text out, 0.15 s on one core with tiny.en."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ctranslate2
import tokenizers

from actors.speech.engines.engine import RATE, EngineBroken, Samples, Transcription
from actors.speech.engines.mel import log_mel

_PADDED = 12.0  # shorter padding makes the model repeat itself
_LONGEST = 30.0
_MOST_TOKENS = 128
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
        begun = time.perf_counter()
        return self.written(self.encoded(audio), self.language, begun)

    def encoded(self, audio: Samples) -> Any:
        """The sound as the model sees it: the larger part of the work, to be used for each of several languages."""
        seconds = min(max(_PADDED, audio.size / RATE), _LONGEST)
        features = log_mel(audio, round(seconds, 2), self._model.n_mels)[None]
        return self._model.encode(ctranslate2.StorageView.from_array(features))

    def languages(self, encoded: Any) -> Mapping[str, float]:
        """How probable each language is, by its code, the most probable first; of a multilingual model."""
        (found,) = self._model.detect_language(encoded)
        return {token.strip("<|>"): float(probability) for token, probability in found}

    def written(self, encoded: Any, language: str, begun: float) -> Transcription:
        """Its words, taken to be of `language`. begun: when the work began (time.perf_counter)."""
        if language not in self._prompts:
            self._prompts[language] = self._prompt(language)
        (result,) = self._model.generate(
            encoded,
            [self._prompts[language]],
            beam_size=1,
            max_length=_MOST_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
        )
        text = self._tokenizer.decode(result.sequences_ids[0], skip_special_tokens=True).strip()
        took = time.perf_counter() - begun
        probability = float(result.scores[0])
        return Transcription(text, float(result.no_speech_prob), took, language, 1.0, probability)
