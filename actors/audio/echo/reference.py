"""What goes to the speaker, on its way to the microphone: a feed that passes on another one and tells of it."""

from collections.abc import Callable

import numpy as np

from actors.audio.devices.capture import RATE
from actors.audio.devices.device import Feed, Sound
from actors.audio.devices.resample import Resampler
from actors.audio.messages import PlayedSound

_BLOCK = RATE // 50  # samples at 16 kHz in one message, about
_NOTHING = 1  # what rounding leaves of silence
_BREAK = 0.25  # seconds between two pulls beyond what was pulled after which the device did not play on


class Reference:
    """A feed (see device.py) for a device at `rate` Hz. tell: gets each PlayedSound, on the device's thread.

    stream: of the first message; it grows by one whenever the device has paused, as those without hardware do."""

    def __init__(self, feed: Feed, rate: int, stream: int, tell: Callable[[PlayedSound], None]) -> None:
        self._feed = feed
        self._rate = rate
        self._tell = tell
        self.stream = stream
        self.muted = False
        """Whether silence is played in place of the sound, which goes on unheard."""
        self._expected = 0.0
        self._begin()

    def wait(self, timeout: float) -> bool:
        return self._feed.wait(timeout)

    def give_up(self) -> None:
        self._feed.give_up()

    def pull(self, frames: int, at: float, latency: float = 0.0) -> Sound:
        sound = self._feed.pull(frames, at, latency)
        if self.muted:
            sound = np.zeros_like(sound)
        if self._expected and at - self._expected > _BREAK:
            self.stream += 1
            self._begin()
        self._expected = at + frames / self._rate
        self._take(self._resampler.feed(sound), self._expected)
        return sound

    def _begin(self) -> None:
        self._resampler = Resampler(self._rate, RATE)
        self._waiting: list[Sound] = []
        self._count = 0
        self._position = 0

    def _take(self, sound: Sound, end_at: float) -> None:
        self._waiting.append(sound)
        self._count += sound.size
        if self._count < _BLOCK:
            return
        block = np.concatenate(self._waiting)
        if block.max() > _NOTHING or block.min() < -_NOTHING:
            pcm = block.astype("<i2").tobytes()
            self._tell(PlayedSound(self.stream, self._position, pcm, end_at - block.size / RATE))
        self._position += block.size
        self._waiting, self._count = [], 0
