"""Sounds that are no words, made at run time: a stand-in for recordings, which no package of this project has."""

import numpy as np
from numpy.typing import NDArray

from actors.speech.engines.engine import Sound

Noise = NDArray[np.float64]


def cough(rate: int) -> Sound:
    """Two bursts of noise with a throat's low resonance, at `rate` Hz: synthetic, and only like a cough."""
    noise = np.random.default_rng(1).standard_normal(rate)
    bursts = [_burst(noise[begin : begin + rate // 5], rate) for begin in (0, rate // 2)]
    gap = np.zeros(rate // 8)
    sound = np.concatenate((bursts[0], gap, bursts[1]))
    return np.asarray(sound / np.abs(sound).max() * 16000, np.int16)


def _burst(noise: Noise, rate: int) -> Noise:
    time = np.arange(noise.size) / rate
    shape = np.minimum(1.0, time / 0.01) * np.exp(-time / 0.06)
    throat = np.convolve(noise, np.hanning(max(3, rate // 1500)), mode="same")
    return np.asarray((noise + 2.0 * throat) * shape, np.float64)
