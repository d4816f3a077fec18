"""Messages from this package's own threads and timers to its actors."""

from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Health


class DeviceChanged(Message):
    """The actor's device was opened, is missing or has fallen silent."""

    health: Health
    reason: str = ""
    remedy: str = ""


class DeviceSlow(Message):
    """A timer: by now the device should have been opened, or found missing."""


class DeviceBroke(Message):
    """The thread behind the actor's device died of `why`, an unexpected error."""

    why: str


class SoundBegan(Message):
    """The device has a sentence's first sample. at: when it is heard (epoch seconds), `latency` seconds later."""

    turn: int
    sentence: int
    at: float
    latency: float = 0.0


class SoundPlayed(Message):
    """The last sample of a sentence was handed to the device, to be heard at `at`. heard: it had any."""

    turn: int
    sentence: int
    at: float
    heard: bool


class PlaybackQuiet(Message):
    """A timer: is a playback still waiting for sound?"""
