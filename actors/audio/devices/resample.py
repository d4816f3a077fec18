"""Sound at another rate, by soxr."""

import numpy as np
import soxr

from actors.audio.devices.device import Sound


class Resampler:
    """Converts a stream of sound piece by piece; some of it comes out later than it went in.

    The same sound always gives the same result, so that a replay and a simulation do."""

    def __init__(self, source: int, target: int) -> None:
        """Rates in Hz."""
        self._stream = None if source == target else soxr.ResampleStream(source, target, 1, dtype="float32")

    def feed(self, sound: Sound, last: bool = False) -> Sound:
        """The converted sound so far; with `last` all the rest."""
        if self._stream is None:
            return sound
        # for int16 soxr adds a dither, which is another one in every process
        converted = self._stream.resample_chunk(sound.astype(np.float32), last=last)
        whole: Sound = np.clip(np.rint(converted), -32768, 32767).astype(np.int16)
        return whole


def resampled(sound: Sound, source: int, target: int) -> Sound:
    """The whole of `sound`, from `source` to `target` Hz."""
    return Resampler(source, target).feed(sound, last=True)
