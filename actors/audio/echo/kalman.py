"""A linear echo filter that people may talk over: the partitioned-block frequency-domain Kalman filter (Enzner and
Vary, "Frequency-domain adaptive Kalman filter for acoustic echo control in hands-free telephones", 2006).

It takes out what a linear way from the speaker brings back, and leaves a person whole, where a canceller that ends in
a suppressor (WebRTC's) takes their words along. What is left of the echo is some 25 dB below it."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from actors.audio.echo.webrtc import FRAME

_PARTITIONS = 16  # frames of the way's response: 160 ms
_FORGETS = 0.998  # of what is known of the way, a frame
_PERSON = 0.97  # smoothing of the spectrum of what is no echo
_LEAST = 1e-3  # power of the way's response below which it may still change by as much
_SILENT = 1e-4  # energy of the played frames below which there is nothing to learn from

Block = npt.NDArray[np.float32]


class Filtered(NamedTuple):
    """person: (160,) float32 in [-1, 1], the frame without its echo. echo: what was taken out of it."""

    person: Block
    echo: Block


class EchoFilter:
    """Give it frame after frame; the echo must come 0 to 150 ms after what was played."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the way from the speaker to the microphone."""
        bins = FRAME + 1
        self._way = np.zeros((_PARTITIONS, bins), np.complex64)
        self._doubt = np.ones((_PARTITIONS, bins), np.float32)
        self._heard = np.zeros((_PARTITIONS, bins), np.complex64)
        self._played = np.zeros(2 * FRAME, np.float32)
        self._other = np.full(bins, 1e-6, np.float32)

    def doubt(self) -> None:
        """The way may have changed: learn it as quickly as at the beginning."""
        self._doubt[:] = 1.0

    def filter(self, captured: Block, played: Block) -> Filtered:
        """The captured frame without the played ones; each is (160,) float32 in [-1, 1]."""
        self._played = np.concatenate([self._played[FRAME:], played])
        self._heard = np.roll(self._heard, 1, axis=0)
        self._heard[0] = np.fft.rfft(self._played)
        echo = np.fft.irfft((self._way * self._heard).sum(axis=0))[FRAME:].astype(np.float32)
        person = captured - echo
        energy = np.abs(self._heard) ** 2
        spectrum = np.fft.rfft(np.concatenate([np.zeros(FRAME, np.float32), person]))
        self._other += (1.0 - _PERSON) * (np.abs(spectrum) ** 2 - self._other)
        if energy.sum() >= _SILENT:
            self._learn(energy, spectrum)
        return Filtered(person, echo)

    def _learn(self, energy: Any, spectrum: Any) -> None:
        uncertain = 0.5 * (self._doubt * energy).sum(axis=0) + self._other + 1e-10
        gain = self._doubt * np.conj(self._heard) / uncertain
        step = np.fft.irfft(gain * spectrum, axis=1)
        step[:, FRAME:] = 0.0  # the response of a partition is as long as a frame
        self._way = (_FORGETS * (self._way + np.fft.rfft(step, axis=1))).astype(np.complex64)
        known = 1.0 - 0.5 * np.real(gain * self._heard)
        changes = (1.0 - _FORGETS**2) * np.maximum(np.abs(self._way) ** 2, _LEAST)
        self._doubt = (_FORGETS**2 * known * self._doubt + changes).astype(np.float32)
