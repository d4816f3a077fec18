"""Whisper by CTranslate2, called directly: an utterance in, text out, 0.15 s on one core with tiny.en."""

import time
from pathlib import Path

import ctranslate2
import tokenizers

from actors.speech.engines.engine import RATE, EngineBroken, Samples, Transcription
from actors.speech.engines.mel import log_mel

_PADDED = 12.0  # shorter padding makes the model repeat itself
_LONGEST = 30.0
_MOST_TOKENS = 128
_FILES = ("model.bin", "config.json", "tokenizer.json")


class Whisper:
    """A Whisper model in CTranslate2's format, with its tokenizer beside it. language: two or three letters."""

    def __init__(self, folder: Path, *, threads: int = 1, language: str = "en") -> None:
        """Raises EngineBroken when the model in `folder` is missing or not usable."""
        remedy = "Run `make setup`, or set speech.recognizer_model to a Whisper folder for CTranslate2."
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
        self.speaks_only_english = not self._model.is_multilingual
        self._prompt = [self._token(folder, name) for name in self._start(language)]

    def _start(self, language: str) -> tuple[str, ...]:
        spoken = () if self.speaks_only_english else (f"<|{language}|>", "<|transcribe|>")
        return ("<|startoftranscript|>", *spoken, "<|notimestamps|>")

    def _token(self, folder: Path, name: str) -> int:
        number = self._tokenizer.token_to_id(name)
        if number is None:
            raise EngineBroken(
                f"the model in {folder} does not know {name}",
                "Set speech.language to one that the model knows.",
            )
        return int(number)

    def transcribe(self, audio: Samples) -> Transcription:
        """What is said in `audio` (float32, (samples,), 16 kHz); what lies beyond 30 s is not listened to."""
        begun = time.perf_counter()
        seconds = min(max(_PADDED, audio.size / RATE), _LONGEST)
        features = log_mel(audio, round(seconds, 2), self._model.n_mels)[None]
        (result,) = self._model.generate(
            ctranslate2.StorageView.from_array(features),
            [self._prompt],
            beam_size=1,
            max_length=_MOST_TOKENS,
            return_no_speech_prob=True,
        )
        text = self._tokenizer.decode(result.sequences_ids[0], skip_special_tokens=True).strip()
        return Transcription(text, float(result.no_speech_prob), time.perf_counter() - begun)
