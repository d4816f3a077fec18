"""Whisper's log-mel spectrogram in numpy, as in openai/whisper, whisper/audio.py (MIT).

25 ms Hann windows every 10 ms, Slaney's mel scale, log10 clamped 8 below the maximum."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from actors.speech.engines.engine import RATE, Samples

_WINDOW = 400
_HOP = 160
_BREAK_HZ = 1000.0
_BREAK_MEL = 15.0
_HZ_PER_MEL = 200.0 / 3
_LOG_STEP = np.log(6.4) / 27.0


def log_mel(audio: Samples, seconds: float, bins: int = 80) -> NDArray[np.float32]:
    """The features of `audio`, padded or cut to `seconds`: float32, shape (bins, 100 * seconds)."""
    length = round(seconds * RATE)
    padded = np.zeros(length, dtype=np.float32)
    padded[: min(length, audio.size)] = audio[:length]
    edged = np.pad(padded, _WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(edged, _WINDOW)[::_HOP]
    spectrum = np.fft.rfft(frames * _hann(), axis=1)[:-1]
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    logs = np.log10(np.maximum(mel_filters(bins, _WINDOW) @ power.T, 1e-10))
    clamped = np.maximum(logs, logs.max() - 8.0)
    return np.ascontiguousarray((clamped + 4.0) / 4.0, dtype=np.float32)


@cache
def _hann() -> Samples:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)).astype(np.float32)


@cache
def mel_filters(bins: int, frame: int) -> Samples:
    """Triangles of equal area on the mel scale, for Fourier frames of so many samples: shape (bins, frame // 2 + 1)."""
    centres = np.arange(frame // 2 + 1) * RATE / frame
    edges = _mel_to_hz(np.linspace(0.0, _hz_to_mel(RATE / 2), bins + 2))
    widths = np.diff(edges)
    slopes = edges[:, None] - centres[None, :]
    rising = -slopes[:-2] / widths[:-1, None]
    falling = slopes[2:] / widths[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return np.asarray(triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None], dtype=np.float32)


def _hz_to_mel(hz: float) -> float:
    """Slaney's scale: linear below 1 kHz, logarithmic above."""
    if hz < _BREAK_HZ:
        return hz / _HZ_PER_MEL
    return float(_BREAK_MEL + np.log(hz / _BREAK_HZ) / _LOG_STEP)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _BREAK_HZ * np.exp(_LOG_STEP * (np.maximum(mel, _BREAK_MEL) - _BREAK_MEL))
    return np.where(mel < _BREAK_MEL, mel * _HZ_PER_MEL, above)
