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


class SoundHeard(Message):
    """`seconds` of the `length` seconds of a sentence that came so far have been handed to the device, to be heard at
    `at`. whole: no more of it comes. going: it goes on; False when it is paused here."""

    turn: int
    sentence: int
    seconds: float
    length: float
    whole: bool
    at: float
    going: bool = True


class SoundRanOut(Message):
    """All sound that waits has been handed to the device, to be heard by `at`; the last of it was of `turn`."""

    turn: int
    at: float


class StillSilent(Message):
    """A timer: has sound come since it ran out at `at`?"""

    turn: int
    at: float


class FullVoiceDue(Message):
    """A timer: change `change` of the voice's level has lasted too long, if it is still the last one."""

    turn: int
    change: int


class PlaybackQuiet(Message):
    """A timer: is a playback still waiting for sound?"""


class CaptureBegan(Message):
    """The microphone's device was opened: what follows has come another way than what was captured before."""


class Resubscribe(Message):
    """A timer: ask for the avatar's parameters again."""
