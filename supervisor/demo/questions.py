"""The demo's questions, spoken by the second voice engine, so that the bot does not hear its own voice."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from actors.speech.hibari import Hibari
from supervisor.demo.sound import write_wav

__all__ = ["spoken"]


def spoken(questions: Sequence[str], folder: Path) -> list[tuple[str, Path]]:
    """Each question with the WAV file in `folder` that holds it."""
    voice = Hibari(threads=1)
    found = []
    for number, text in enumerate(questions):
        path = folder / f"question-{number}.wav"
        write_wav(path, np.concatenate(list(voice.synthesize(text))), voice.rate)
        found.append((text, path))
    return found
