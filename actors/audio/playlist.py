"""The queue of sound to play: the actor fills it, the device pulls from it, a cancellation empties it.

One lock guards it and is never held long: a cancelled turn is silent from the next pull on."""

import queue
import threading
from collections import deque

import msgspec
import numpy as np

from actors.audio.device import Sound
from actors.audio.internal import SoundBegan, SoundPlayed
from actors.audio.resample import Resampler, resampled

# What happened while pulling, and the id of the message that brought the sound.
Mark = tuple[SoundBegan | SoundPlayed, str]


class _Piece(msgspec.Struct):
    turn: int
    sentence: int
    sound: Sound
    last: bool
    cause: str


class Playlist:
    """A feed (see device.py) that knows the sentence of each sample. longest: seconds of sound that may wait.

    marks: receives the beginnings and ends of sentences when they are pulled."""

    def __init__(self, rate: int = 22050, longest: float = 300.0) -> None:
        self.marks: queue.SimpleQueue[Mark] = queue.SimpleQueue()
        self._rate = rate
        self._longest = longest
        self._pieces: deque[_Piece] = deque()
        self._position = 0
        self._waiting = 0
        self._begun = (0, -1)
        self._streaming = (0, -1, 0)
        self._resampler = Resampler(rate, rate)
        self._filled = threading.Condition()

    @property
    def seconds(self) -> float:
        """How much sound waits."""
        return self._waiting / self._rate

    def add(self, turn: int, sentence: int, sound: Sound, rate: int, last: bool, cause: str = "") -> bool:
        """Append a piece of a sentence; False when too much waits already, and the sound was dropped."""
        with self._filled:
            if self._streaming != (turn, sentence, rate):
                self._streaming = (turn, sentence, rate)
                self._resampler = Resampler(rate, self._rate)
            fits = self.seconds + sound.size / rate <= self._longest
            sound = self._resampler.feed(sound if fits else sound[:0], last)
            if last:
                self._streaming = (0, -1, 0)
            self._pieces.append(_Piece(turn, sentence, sound, last, cause))
            self._waiting += sound.size
            self._filled.notify()
        return fits

    def drop(self, turn: int) -> None:
        """Forget all sound of turns up to `turn`."""
        with self._filled:
            if self._pieces and self._pieces[0].turn <= turn:
                self._position = 0
            self._pieces = deque(piece for piece in self._pieces if piece.turn > turn)
            self._waiting = sum(piece.sound.size for piece in self._pieces) - self._position
            self._streaming = (0, -1, 0)

    def set_rate(self, rate: int) -> None:
        """From now on `rate` samples a second are pulled; what waits is converted."""
        with self._filled:
            if rate == self._rate:
                return
            for piece in self._pieces:
                piece.sound = resampled(piece.sound[self._position :], self._rate, rate)
                self._position = 0
            self._rate = rate
            self._waiting = sum(piece.sound.size for piece in self._pieces)
            self._streaming = (0, -1, 0)

    def wait(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for something to play."""
        with self._filled:
            return self._filled.wait_for(lambda: bool(self._pieces), timeout)

    def pull(self, frames: int, at: float, latency: float = 0.0) -> Sound:
        """The next `frames` samples, silence where there are none. at: when the first is heard (in `latency` s)."""
        out = np.zeros(frames, dtype=np.int16)
        filled = 0
        with self._filled:
            while self._pieces:
                piece = self._pieces[0]
                part = piece.sound[self._position : self._position + frames - filled]
                self._mark_begin(piece, part.size, at + filled / self._rate, latency)
                out[filled : filled + part.size] = part
                filled += part.size
                self._position += part.size
                if self._position < piece.sound.size:
                    break
                self._finish(piece, at + filled / self._rate)
            self._waiting -= filled
        return out

    def _mark_begin(self, piece: _Piece, samples: int, at: float, latency: float) -> None:
        if samples and self._begun != (piece.turn, piece.sentence):
            self._begun = (piece.turn, piece.sentence)
            self.marks.put((SoundBegan(piece.turn, piece.sentence, at, latency), piece.cause))

    def _finish(self, piece: _Piece, at: float) -> None:
        self._pieces.popleft()
        self._position = 0
        if piece.last:
            heard = self._begun == (piece.turn, piece.sentence)
            self.marks.put((SoundPlayed(piece.turn, piece.sentence, at, heard), piece.cause))
