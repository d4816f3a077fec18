"""Sound at another rate, by soxr."""

import numpy as np
import soxr

from actors.audio.device import Sound


class Resampler:
    """Converts a stream of sound piece by piece; some of it comes out later than it went in."""

    def __init__(self, source: int, target: int) -> None:
        """Rates in Hz."""
        self._stream = None if source == target else soxr.ResampleStream(source, target, 1, dtype="int16")

    def feed(self, sound: Sound, last: bool = False) -> Sound:
        """The converted sound so far; with `last` all the rest."""
        if self._stream is None:
            return sound
        return np.asarray(self._stream.resample_chunk(sound, last=last), dtype=np.int16)


def resampled(sound: Sound, source: int, target: int) -> Sound:
    """The whole of `sound`, from `source` to `target` Hz."""
    return Resampler(source, target).feed(sound, last=True)
