"""WebRTC's echo canceller (AEC3), by pywebrtc-audio: frames of 10 ms at 16 kHz, int16, mono, shape (160,)."""

from typing import Any

import numpy as np

from actors.audio.devices.device import Sound

FRAME = 160
# In place of silence (-90 dB): with zeros AEC3 computes with denormal numbers, which takes fifteen times as long.
_HISS = np.random.default_rng(0).integers(-1, 2, FRAME).astype(np.int16)


class CancellerMissing(Exception):
    """The library cannot be used. `remedy` says what its owner can do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class EchoCanceller:
    """Takes what was played out of what was captured; noise and level stay, since Whisper hears worse without."""

    def __init__(self) -> None:
        """Raises CancellerMissing."""
        self._processor = _processor()

    def cancel(self, captured: Sound, played: Sound) -> Sound:
        """The captured frame without the played one, which must come 0 to 400 ms before its echo."""
        heard = played if played.any() else _HISS
        return np.asarray(self._processor.process(captured, heard), dtype=np.int16)

    def reset(self) -> None:
        """Forget the way from the speaker to the microphone."""
        self._processor.reset()


def _processor() -> Any:
    try:
        from pywebrtc_audio import AudioProcessor

        return AudioProcessor(16000, 1, echo_cancellation=True)
    except Exception as error:  # a wheel for another system fails with whatever its loader raises
        raise CancellerMissing(
            f"the echo canceller pywebrtc-audio cannot be loaded: {error}",
            "Run `make setup`; or set speech.echo to half_duplex, or to free if the voice is never captured.",
        ) from error
