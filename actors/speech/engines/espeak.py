"""espeak-ng's own voice, out of the library that piper-tts carries (GPL-3.0, which stays behind this module).

A machine's voice, for languages that nothing better speaks: a hundred of them, in milliseconds."""

import ctypes
from collections.abc import Iterator
from typing import Any

import numpy as np

from actors.speech.engines.engine import EngineBroken, Sound

_UTF8 = 1  # espeakCHARS_UTF8
_RATE_PARAMETER, _WORDS_A_MINUTE = 1, 160
_MOST = 120.0  # seconds of sound for one sentence
_NAMES = {"zh": "cmn", "no": "nb", "en": "en-us", "pt": "pt-br", "fr": "fr", "jw": "id", "tl": "en-us"}
_REMEDY = "Give the language a Piper voice in speech.voices."

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """One language. The library has one voice at a time, which Piper's phonemes need too: it is chosen at each use."""

    rate = 22050

    def __init__(self, language: str, *, pace: float = 1.0) -> None:
        """pace: 1 is its own, 2 twice as fast. Raises EngineBroken when it does not know the language."""
        self.language = language
        # of Chinese characters in Japanese it says that they are Chinese letters
        self.unread: tuple[str, ...] = ("Han",) if language == "ja" else ()
        self._name = _NAMES.get(language, language)
        self._pace = pace
        try:
            from piper import espeakbridge
            from piper.phonemize_espeak import ESPEAK_DATA_DIR

            espeakbridge.initialize(str(ESPEAK_DATA_DIR))
            self._bridge = espeakbridge
            self._library: Any = ctypes.CDLL(espeakbridge.__file__)
            self._library.espeak_ng_GetSampleRate.restype = ctypes.c_int
            self.rate = int(self._library.espeak_ng_GetSampleRate()) or self.rate
            self._bridge.set_voice(self._name)
        except Exception as error:  # what is built otherwise: no such symbol; an unknown voice: RuntimeError
            raise EngineBroken(f"espeak-ng does not speak {language} here: {error}", _REMEDY) from error

    def synthesize(self, text: str) -> Iterator[Sound]:
        """The sound of `text` in one piece; nothing for text without a word."""
        found: list[bytes] = []
        left = int(_MOST * self.rate)

        def take(wave: Any, samples: int, _events: Any) -> int:
            nonlocal left
            if wave and samples > 0:
                found.append(ctypes.string_at(wave, 2 * samples))
                left -= samples
            return int(left <= 0)

        callback = _Callback(take)
        data = text.encode()
        self._bridge.set_voice(self._name)
        self._library.espeak_SetParameter(_RATE_PARAMETER, round(_WORDS_A_MINUTE * self._pace), 0)
        self._library.espeak_SetSynthCallback(callback)
        self._library.espeak_Synth(
            ctypes.c_char_p(data), ctypes.c_size_t(len(data) + 1), 0, 0, 0, _UTF8, None, None
        )
        sound = np.frombuffer(b"".join(found), np.int16)
        if sound.size:
            yield sound
