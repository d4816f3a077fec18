"""The estimate of when the words of a sentence are said, against a real voice and a real recognizer."""

import re

import numpy as np
import pytest

from actors.audio.devices.resample import resampled
from actors.conversation.reply.spoken_words import word_spans
from actors.speech.engines.engine import RATE
from actors.speech.engines.piper import Piper
from actors.speech.engines.whisper import Whisper

STORY = "Well, let me tell you a story about a small village near the sea."


@pytest.mark.models
def test_the_words_of_a_real_voice_are_found_within_one_word(piper: Piper, whisper: Whisper) -> None:
    """Whisper hears the sound up to where the estimate says that a word has ended."""
    sound = np.concatenate(list(piper.synthesize(STORY)))
    off = []
    for number, word in list(enumerate(word_spans(STORY), 1))[4::2]:
        cut = resampled(sound[: int(word.end * sound.size)], piper.rate, RATE)
        heard = whisper.transcribe(cut.astype(np.float32) / 32768.0).text
        off.append(len(re.findall(r"\w+", heard)) - number)
    assert max(map(abs, off)) <= 1, off
