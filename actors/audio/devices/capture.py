"""Whatever a source delivers, cut into the chunks that the recognizer listens to."""

from collections.abc import Iterator

import numpy as np

from actors.audio.devices.device import Sound
from actors.audio.devices.resample import Resampler
from actors.audio.messages import AudioChunk

RATE = 16000
CHUNK = 512


class Chunker:
    """Makes chunks of 512 samples at 16 kHz out of sound at `rate` Hz."""

    def __init__(self, rate: int) -> None:
        self._resampler = Resampler(rate, RATE)
        self._rest = np.zeros(0, dtype=np.int16)

    def feed(self, sound: Sound, at: float) -> Iterator[AudioChunk]:
        """The chunks that `sound` completes, where its last sample was captured at `at` (epoch seconds)."""
        joined = np.concatenate((self._rest, self._resampler.feed(sound)))
        whole = joined.size // CHUNK * CHUNK
        for begin in range(0, whole, CHUNK):
            end = begin + CHUNK
            yield AudioChunk(joined[begin:end].astype("<i2").tobytes(), at - (joined.size - end) / RATE)
        self._rest = joined[whole:]
