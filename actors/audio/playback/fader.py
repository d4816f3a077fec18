"""How loud a voice is played: ramps between levels, sample by sample, so that no change clicks."""

import numpy as np

from actors.audio.devices.device import Sound

RAMP = 0.03  # seconds from full voice to silence; a smaller change takes less


class Fader:
    """The level of sound at `rate` Hz, from 0 (held) to 1 (full voice). Not thread-safe."""

    def __init__(self, rate: int) -> None:
        self._step = 1.0 / (RAMP * rate)
        self._level = 1.0
        self._target = 1.0

    @property
    def full(self) -> bool:
        """Whether this is the full voice, and stays it."""
        return self._level == self._target == 1.0

    @property
    def held(self) -> bool:
        """Whether nothing may be played: the sound has faded out."""
        return self._level == self._target == 0.0

    def go(self, target: float) -> None:
        """Move to level `target`, in [0, 1]; 0 holds the sound."""
        self._target = target

    def jump(self, level: float) -> None:
        """Be at level `level` at once: nothing is being played."""
        self._level = self._target = level

    def set_rate(self, rate: int) -> None:
        """From now on the sound has `rate` samples a second."""
        self._step = 1.0 / (RAMP * rate)

    def audible(self, frames: int) -> int:
        """How many of the next `frames` samples may be played before the sound is held."""
        if self._target > 0.0:
            return frames
        return min(frames, int(np.ceil(self._level / self._step)))

    def apply(self, sound: Sound) -> Sound:
        """The next samples at their level."""
        if self.full or not sound.size:
            return sound
        way = np.arange(1, sound.size + 1) * self._step
        if self._target < self._level:
            levels = np.maximum(self._target, self._level - way)
        else:
            levels = np.minimum(self._target, self._level + way)
        self._level = float(levels[-1])
        faded: Sound = (sound * levels).astype(np.int16)
        return faded
