"""Devices for `none`: a microphone that hears nothing, a speaker whose playback takes its time unheard."""

from actors.audio.devices.device import Deliver
from actors.audio.devices.paced import PacedSink

_RATE = 22050


class NoMicrophone:
    """Never delivers anything."""

    rate = 16000

    def start(self, deliver: Deliver) -> None:
        """Nothing begins."""

    def idle(self) -> float:
        """0: nothing is expected of it."""
        return 0.0

    def close(self) -> None:
        """Nothing was open."""


def no_speaker() -> PacedSink:
    """A silent speaker that takes as long as a real one, so that playback ends are announced."""
    return PacedSink(_RATE, lambda _: None, lambda: None)
