"""Audio devices as protocols: a source of sound, and a sink that pulls sound."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.int16]  # mono sound, shape (samples,), at the rate that stands beside it

# Takes captured sound, and when its last sample was captured (epoch seconds). Must return at once.
Deliver = Callable[[Sound, float], None]


class DeviceMissing(Exception):
    """A device cannot be had. `remedy` says what its owner can do; `retry`: it may come back by itself."""

    def __init__(self, message: str, remedy: str, *, retry: bool = True) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.retry = retry


class Feed(Protocol):
    """Where a sink gets its sound."""

    def pull(self, frames: int, at: float, latency: float = 0.0) -> Sound:
        """The next `frames` samples, silence where there are none. at: when the first is heard, in epoch seconds."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for sound; True when there is some."""
        ...

    def give_up(self) -> None:
        """Let a `wait`, the present one or the next, end now. From any thread."""
        ...


class AudioDevice(Protocol):
    """An open device, at `rate` samples a second."""

    rate: int

    def idle(self) -> float:
        """Seconds since the device last asked for or gave sound; 0 for one that does so only when needed.

        Raises DeviceMissing if it is not the device any more that was opened."""
        ...

    def close(self) -> None:
        """Close the device; idempotent."""
        ...


class AudioSource(AudioDevice, Protocol):
    """A microphone."""

    def start(self, deliver: Deliver) -> None:
        """Deliver sound from now on, on a thread of the device's own."""
        ...


class AudioSink(AudioDevice, Protocol):
    """A speaker."""

    def start(self, feed: Feed) -> None:
        """Play what `feed` gives from now on, on a thread of the device's own."""
        ...
