"""What is said in a recording, by the ear of the demo itself."""

from pathlib import Path

import numpy as np

from actors.speech.engines.engine import Transcriber
from supervisor.demo.sound import RATE, read_wav

_LONGEST = 28 * RATE  # samples that are recognized at once: the recognizer's limit


def recognized(wav: Path, transcriber: Transcriber) -> str:
    """The words in `wav`. Raises OSError or wave.Error."""
    sound = read_wav(wav, RATE).astype(np.float32) / np.float32(32768.0)
    pieces = (sound[begin : begin + _LONGEST] for begin in range(0, max(1, len(sound)), _LONGEST))
    return " ".join(transcriber.transcribe(piece).text for piece in pieces)
