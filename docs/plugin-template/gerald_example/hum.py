"""A voice (supervisor.plugins.api.speech.Voice): every word is a hum."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from supervisor.plugins.api.speech import Sound

PITCH = 180.0  # Hz


class Hum:
    """Made with the plugin's settings in the process of the synthesizer, and used by one thread of it."""

    rate = 16000
    language = "en"
    unread: tuple[str, ...] = ()

    def __init__(self, settings: Any) -> None:
        self._settings = settings

    def synthesize(self, text: str) -> Iterator[Sound]:
        """A hum of 0.2 s for each word, one after another."""
        times = np.arange(round(0.2 * self.rate)) / self.rate
        fade = np.minimum(1.0, np.minimum(times, times[::-1]) / 0.02)
        hum = (np.sin(2 * np.pi * PITCH * times) * fade * 9000).astype(np.int16)
        for _ in text.split():
            yield hum
