"""Kokoro on onnxruntime: a voice that people like, for half a core or more. Piper's espeak-ng writes its sounds."""

import json
import tarfile
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from actors.speech.engines.engine import EngineBroken, Sound

# The voice that speaks a language unless another is chosen.
VOICES: Mapping[str, str] = {
    "en": "am_michael",
    "es": "em_alex",
    "fr": "ff_siwis",
    "hi": "hm_omega",
    "it": "im_nicola",
    "pt": "pm_alex",
}
_ESPEAK = {"en": "en-us", "es": "es-419", "fr": "fr", "hi": "hi", "it": "it", "pt": "pt-br"}
_ACCENTS = {"b": "en-gb"}  # by the first letter of a voice's name, where it is not that of its language
_OF_LETTER = {"a": "en", "b": "en", "e": "es", "f": "fr", "h": "hi", "i": "it", "p": "pt"}
# espeak-ng's signs as those that the model has learned
_SIGNS = (("t͡ʃ", "ʧ"), ("tʃ", "ʧ"), ("dʒ", "ʤ"), ("ts", "ʦ"), ("dz", "ʣ"), ("-", ""))
_ENGLISH = (
    ("eɪ", "A"),
    ("aɪ", "I"),
    ("aʊ", "W"),
    ("oʊ", "O"),
    ("əʊ", "Q"),
    ("ɔɪ", "Y"),
    ("ɚ", "əɹ"),
    ("r", "ɹ"),
    ("x", "k"),
    ("ɬ", "l"),
)
_STYLE = 256
_MOST = 500  # signs at a time
_REMEDY = "Run `make setup EXTRAS=kokoro`, or set speech.synthesizer to piper."


def language_of_voice(name: str) -> str:
    """The language of one of its voices, such as af_heart; "" for what is none of them."""
    known = len(name) > 3 and name[1] in "fm" and name[2] == "_" and name[3:].isalpha()
    return _OF_LETTER.get(name[0], "") if known else ""


class Kokoro:
    """One voice of the model in `folder`, by its name. A piece of its sound is one sentence of the text."""

    rate = 24000

    unread: tuple[str, ...] = ()

    def __init__(self, folder: Path, name: str, *, threads: int = 1, pace: float = 1.0) -> None:
        """pace: 1 is its own, 2 twice as fast. Raises EngineBroken."""
        self.language = language_of_voice(name)
        if not self.language:
            raise EngineBroken(
                f"{name} is no voice of Kokoro's", "See docs/models.md for the names of its voices."
            )
        self._espeak = _ACCENTS.get(name[0], _ESPEAK[self.language])
        self._pace = pace
        try:
            from piper.phonemize_espeak import EspeakPhonemizer

            self._phonemes = EspeakPhonemizer()
            self._signs: dict[str, int] = json.loads((folder / "vocab.json").read_text("utf-8"))["vocab"]
            self._styles = _styles(folder / "voices.tgz", name)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises classes of its own, unrelated to one another
            raise EngineBroken(f"the voice {name} in {folder} is not usable: {error}", _REMEDY) from error

    def synthesize(self, text: str) -> Iterator[Sound]:
        """The sound of `text`, a sentence at a time."""
        for sentence in self._phonemes.phonemize(self._espeak, text):
            signs = [self._signs[one] for one in self._written("".join(sentence)) if one in self._signs]
            for begin in range(0, len(signs), _MOST):
                yield self._sound(signs[begin : begin + _MOST])

    def _written(self, phonemes: str) -> str:
        """espeak-ng's phonemes in the model's signs."""
        written = unicodedata.normalize("NFC", phonemes)
        for theirs, ours in (*_SIGNS, *(_ENGLISH if self.language == "en" else ())):
            written = written.replace(theirs, ours)
        return unicodedata.normalize("NFD", written) if self.language == "pt" else written

    def _sound(self, signs: list[int]) -> Sound:
        style = self._styles[min(len(signs), len(self._styles)) - 1]
        given = {
            "tokens": np.array([[0, *signs, 0]], np.int64),
            "style": style.reshape(1, _STYLE),
            "speed": np.array([self._pace], np.float32),
        }
        (wave,) = self._session.run(None, given)
        return (np.clip(np.ravel(wave), -1.0, 1.0) * 32767.0).astype(np.int16)


def _styles(archive: Path, name: str) -> NDArray[np.float32]:
    """How the voice sounds, float32 (signs, 256): one row for each length of a sentence."""
    with tarfile.open(archive) as tar:
        file = tar.extractfile(f"package/voices/{name}.bin")
        if file is None:
            raise KeyError(name)
        return np.frombuffer(file.read(), np.float32).reshape(-1, _STYLE)
