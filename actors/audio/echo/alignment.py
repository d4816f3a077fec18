"""Where in the captured sound the bot's own voice is: pure functions on arrays of mono sound at 16 kHz."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from actors.audio.devices.device import Sound

Floats = NDArray[np.float32]

_THINNING = 2  # the search runs at 8 kHz: an eighth of a millisecond is exact enough, at half the cost
_RATE = 16000 // _THINNING
_BAND = (150.0, 3600.0)  # Hz in which a voice is found: below is hum, above is filtered by calls and games
_WHITENING = 0.85  # 1: only phases count, and noise as much as voice; 0: the loudest vowel decides
_QUIETEST = 0.003  # RMS of played sound, in [0, 1], below which there is nothing to look for
_SHARE = 0.2  # of 20 ms blocks that must be louder than that
_BLOCK = 16000 // 50  # samples of the sound as given
_SOFT = 0.25  # times the voice (-12 dB): an echo is found 14 dB below what else is captured, and so at -26 dB


class Match(msgspec.Struct, frozen=True):
    """What was played stands in what was captured, `offset` samples after the first played one that was given.

    score: the height of the peak in standard deviations of what is beside it. gain: captured / played, as a factor."""

    offset: int
    score: float
    gain: float


def best_match(played: Sound, captured: Sound) -> Match | None:
    """Where `captured`, shape (n,), fits best into `played`, shape (m,) with m > n; None if too little was played.

    captured[i] is compared with played[i + offset]. It is for the caller to judge the score: chance gives 4 to 6."""
    if voiced(played) < _SHARE or captured.size >= played.size:
        return None
    offset, score = _peak(played, captured)
    return Match(offset, score, gain_at(played, captured, offset))


def _peak(longer: Sound, shorter: Sound) -> tuple[int, float]:
    """Where `shorter` fits best into `longer`, in samples, and how far that stands out."""
    p, c = _thinned(longer), _thinned(shorter)
    size = 1 << (p.size + c.size - 1).bit_length()
    cross = np.conj(np.fft.rfft(c, size)) * np.fft.rfft(p, size)
    frequencies = np.fft.rfftfreq(size, 1.0 / _RATE)
    cross[(frequencies < _BAND[0]) | (frequencies > _BAND[1])] = 0.0
    cross /= np.maximum(np.abs(cross), 1e-9) ** _WHITENING
    correlation = np.fft.irfft(cross, size)[: p.size - c.size + 1]
    at = int(np.abs(correlation).argmax())
    beside = np.concatenate((correlation[: max(0, at - 40)], correlation[at + 40 :]))
    deviation = float(beside.std()) if beside.size else 0.0
    return at * _THINNING, float(abs(correlation[at])) / deviation if deviation > 0.0 else 0.0


class Trace(msgspec.Struct, frozen=True):
    """A stretch of the voice was looked for in all that was captured while it could come back.

    lag: samples from where it was played to where it fits best; score: as of a Match. gain: captured / played there.
    seconds: of voice in the stretch. quiet: what was captured is so soft that it could hide nothing that is heard."""

    lag: int
    score: float
    gain: float
    seconds: float
    quiet: bool


def trace_of(played: Sound, captured: Sound) -> Trace:
    """Where the stretch `played`, shape (n,), fits best into `captured`, shape (m,) with m > n.

    played[i] is compared with captured[i + lag]. A voice of 0.4 s alone gives 19 at -30 dB, and chance gives 5; beside
    a person who is as loud, 8 at -12 dB, and chance gives 8 too."""
    share = voiced(played)
    spoken = level(played) / max(share, 0.01) ** 0.5
    lag, score = _peak(captured, played)
    gain = gain_at(played, captured[lag : lag + played.size], 0)
    return Trace(lag, score, gain, share * played.size / 16000, level(captured) <= _SOFT * spoken)


def gain_at(played: Sound, captured: Sound, offset: int) -> float:
    """How much of `played` from `offset` on is in `captured`, as a factor; what is beside it does not count."""
    p = _thinned(played[offset : offset + captured.size])
    c = _thinned(captured)[: p.size]
    # A room smears a voice by a few samples: the strongest of them counts.
    energy = float(p @ p)
    if energy <= 0.0:
        return 0.0
    shifted = [float(c[max(0, s) : c.size + min(0, s)] @ p[max(0, -s) : p.size - max(0, s)]) for s in _NEAR]
    return max(abs(one) for one in shifted) / energy


_NEAR = range(-4, 5)


def level(sound: Sound) -> float:
    """RMS in [0, 1]."""
    if not sound.size:
        return 0.0
    scaled = sound.astype(np.float32)
    return float(np.sqrt(np.mean(scaled * scaled))) / 32768.0


def loudest(sound: Sound) -> float:
    """The RMS of the loudest 20 ms, in [0, 1]."""
    blocks = sound[: sound.size // _BLOCK * _BLOCK].reshape(-1, _BLOCK).astype(np.float32)
    return float(np.sqrt((blocks * blocks).mean(axis=1).max())) / 32768.0 if blocks.size else 0.0


def voiced(sound: Sound) -> float:
    """The share of the sound, in [0, 1], in which somebody is to be heard."""
    blocks = sound[: sound.size // _BLOCK * _BLOCK].reshape(-1, _BLOCK).astype(np.float32)
    if not blocks.size:
        return 0.0
    return float((np.sqrt((blocks * blocks).mean(axis=1)) > _QUIETEST * 32768.0).mean())


def _thinned(sound: Sound) -> Floats:
    whole = sound.size // _THINNING * _THINNING
    pairs = sound[:whole].astype(np.float32).reshape(-1, _THINNING)
    return np.asarray(pairs.mean(axis=1) / 32768.0, dtype=np.float32)
