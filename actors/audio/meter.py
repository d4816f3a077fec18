"""The meter: how loud the captured sound is, for whoever watches it."""

import numpy as np

from actors.audio.messages import AudioChunk, SoundLevel

EVERY = 0.1  # seconds
WATCHERS = 16


class Meter:
    """Belongs to one microphone. Nothing is measured while nobody watches."""

    def __init__(self) -> None:
        self.watchers: tuple[str, ...] = ()
        self._power = self._peak = 0.0
        self._chunks = 0
        self._due = 0.0

    def watch(self, address: str, *, on: bool) -> None:
        """Tell `address`, or no longer."""
        others = tuple(watcher for watcher in self.watchers if watcher != address)
        self.watchers = (*others, address)[-WATCHERS:] if on else others

    def take(self, chunk: AudioChunk) -> SoundLevel | None:
        """The level, where it is time to tell it."""
        sound = np.frombuffer(chunk.pcm, dtype="<i2").astype(np.float32) / 32768.0
        if sound.size:
            self._power += float(np.mean(sound * sound))
            self._peak = max(self._peak, float(np.abs(sound).max()))
            self._chunks += 1
        at = chunk.captured_at
        if not self._chunks or -EVERY < at - self._due < 0.0:
            return None
        level = SoundLevel(at, min(1.0, (self._power / self._chunks) ** 0.5), min(1.0, self._peak))
        self._power = self._peak = 0.0
        self._chunks = 0
        # On average a tenth of a second apart, though chunks are of 32 ms; anew after a gap, or a step of the clock.
        self._due = self._due + EVERY if 0.0 <= at - self._due < EVERY else at + EVERY
        return level
