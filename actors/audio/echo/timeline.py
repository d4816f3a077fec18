"""Sound by its place in time: the last seconds of a stream, with silence where nothing was put."""

import numpy as np

from actors.audio.devices.device import Sound


class Timeline:
    """The newest `length` samples that were put, by position. What is older, or never came, reads as silence."""

    def __init__(self, length: int) -> None:
        self._sound: Sound = np.zeros(length, dtype=np.int16)
        self.end = 0
        """The position after the newest sample."""

    @property
    def begin(self) -> int:
        """The position of the oldest sample that is kept."""
        return max(0, self.end - self._sound.size)

    def put(self, position: int, sound: Sound) -> None:
        """Put `sound` from `position` on; what lies between it and the newest sample so far is silence."""
        self._extend(position + sound.size)
        begin = max(position, self.end - self._sound.size)
        if begin < position + sound.size:
            self._sound[self._places(begin, position + sound.size)] = sound[begin - position :]

    def read(self, begin: int, count: int) -> Sound:
        """`count` samples from position `begin` on."""
        out: Sound = np.zeros(count, dtype=np.int16)
        first, last = max(begin, self.end - self._sound.size, 0), min(begin + count, self.end)
        if first < last:
            out[first - begin : last - begin] = self._sound[self._places(first, last)]
        return out

    def _extend(self, end: int) -> None:
        if end > self.end:
            begin = max(self.end, end - self._sound.size)
            self._sound[self._places(begin, end)] = 0
            self.end = end

    def _places(self, begin: int, end: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        return np.arange(begin, end) % self._sound.size
