"""Plays a sound and listens to whether it comes back: into what, how late, and how loud."""

import threading

import msgspec
import numpy as np

from actors.audio.devices.capture import RATE
from actors.audio.devices.device import AudioSink, AudioSource, DeviceMissing, Sound
from actors.audio.devices.resample import resampled
from actors.audio.echo.alignment import best_match, level

_SURE = 12.0  # as in echo_path.py: chance gives 6 at most
_LISTEN = 1.5  # seconds to listen after the sound
_STARTS_WITHIN = 5.0


class Loopback(msgspec.Struct, frozen=True):
    """came_back: the sound was found in what was captured. delay: seconds from when the device said that it would be
    heard. gain: captured / played, in dB. level: RMS of all that was captured, in dB of full scale; -120 is silence."""

    came_back: bool
    delay: float
    gain: float
    level: float


def found_again(played: Sound, heard_at: float, captured: Sound, begin_at: float) -> Loopback:
    """Look for `played` in `captured`, both at 16 kHz.

    heard_at: when the first of it was to be heard; begin_at: when the capture began; in epoch seconds."""
    loud = _decibels(level(captured))
    # best_match finds a piece in something longer: what was captured, in this case, holds what was played.
    match = best_match(captured, played) if captured.size > played.size else None
    if match is None or match.score < _SURE:
        return Loopback(False, 0.0, 0.0, loud)
    there = captured[match.offset : match.offset + played.size]
    energy = float(np.dot(played.astype(np.float64), played.astype(np.float64)))
    gain = abs(float(np.dot(there.astype(np.float64), played[: there.size].astype(np.float64)))) / energy
    return Loopback(True, begin_at + match.offset / RATE - heard_at, _decibels(gain), loud)


def _decibels(factor: float) -> float:
    return round(20.0 * float(np.log10(max(factor, 1e-6))), 1)


class _OneSound:
    """A feed (see device.py) of one sound. heard_at: when the device said that it would begin."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._position = 0
        self.heard_at = 0.0
        self.over = threading.Event()

    def wait(self, timeout: float) -> bool:
        return True

    def give_up(self) -> None:
        """Nobody waits here."""

    def pull(self, frames: int, at: float, latency: float = 0.0) -> Sound:
        if not self._position:
            self.heard_at = at
        piece = self._sound[self._position : self._position + frames]
        self._position += frames
        if self._position >= self._sound.size:
            self.over.set()
        return np.pad(piece, (0, frames - piece.size))


def measure(sound: Sound, rate: int, sink: AudioSink, source: AudioSource) -> Loopback:
    """Play `sound`, at `rate` Hz, and capture meanwhile; both devices are closed then. Raises DeviceMissing."""
    pieces: list[tuple[Sound, float]] = []
    began = threading.Event()

    def deliver(piece: Sound, at: float) -> None:
        pieces.append((piece, at))
        began.set()

    feed = _OneSound(resampled(sound, rate, sink.rate))
    try:
        source.start(deliver)
        if not began.wait(_STARTS_WITHIN):
            raise DeviceMissing("the microphone gives no sound", "Check that no other program has taken it.")
        sink.start(feed)
        if not feed.over.wait(_STARTS_WITHIN + sound.size / rate):
            raise DeviceMissing("the speaker plays nothing", "Check that no other program has taken it.")
        threading.Event().wait(_LISTEN)
    finally:
        sink.close()
        source.close()
    first, at = pieces[0]
    captured = resampled(np.concatenate([piece for piece, _ in pieces]), source.rate, RATE)
    begin_at = at - first.size / source.rate
    return found_again(resampled(sound, rate, RATE), feed.heard_at, captured, begin_at)
