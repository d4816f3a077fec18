"""The queue of sound to play: the actor fills it, the device pulls from it, a cancellation empties it.

One lock guards it and is never held long: what is cancelled, paused or made quieter is so from the next pull on."""

import queue
import threading
from collections import deque

import msgspec
import numpy as np

from actors.audio.devices.device import Sound
from actors.audio.devices.resample import Resampler, resampled
from actors.audio.internal import SoundBegan, SoundHeard, SoundPlayed, SoundRanOut
from actors.audio.playback.fader import Fader
from actors.audio.playback.lull import lull

# What happened while pulling, and the id of the message that brought the sound.
Mark = tuple[SoundBegan | SoundHeard | SoundPlayed | SoundRanOut, str]

_TELL_EVERY = 0.25  # seconds of a sentence between two reports of how far it was heard


class _Sentence(msgspec.Struct):
    """A sentence's sound so far; `position` samples of it were played. whole: no more comes. told: reported so far."""

    turn: int
    number: int
    sound: Sound
    cause: str
    last_cause: str
    whole: bool = False
    position: int = 0
    begun: bool = False
    told: int = 0


class Playlist:
    """A feed (see device.py) that knows the sentence of each sample. longest: seconds of sound that may wait.

    marks: receives what happens to sentences when they are pulled. Who reads them may be roused by a None."""

    def __init__(self, rate: int = 22050, longest: float = 300.0) -> None:
        self.marks: queue.SimpleQueue[Mark | None] = queue.SimpleQueue()
        self._rate = rate
        self._longest = longest
        self._sentences: deque[_Sentence] = deque()
        self._streaming = (0, -1, 0)
        self._resampler = Resampler(rate, rate)
        self._fader = Fader(rate)
        self._last = (0, "")  # the turn that was played last, and the cause of its sound
        self._filled = threading.Condition()
        self._given_up = False

    @property
    def seconds(self) -> float:
        """How much sound waits."""
        return sum(one.sound.size - one.position for one in tuple(self._sentences)) / self._rate

    @property
    def eased(self) -> bool:
        """Whether what is played is not the full voice: it is quieter, or held."""
        return not self._fader.full

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
            self._append(turn, sentence, sound, last, cause)
            self._filled.notify()
        return fits

    def drop(self, turn: int) -> None:
        """Forget all sound of turns up to `turn`; what follows is played at full voice."""
        with self._filled:
            if not self._sentences or self._sentences[0].turn <= turn:
                self._fader.jump(1.0)
            self._sentences = deque(one for one in self._sentences if one.turn > turn)
            self._streaming = (0, -1, 0)
            self._filled.notify()

    def fade(self, level: float) -> None:
        """Play at `level`, in [0, 1], within 30 ms; at 0 the sound is held where it is, at more it goes on."""
        with self._filled:
            if self._ready():
                self._fader.go(level)
            else:
                self._fader.jump(level)
            self._filled.notify()

    def go_back(self, turn: int, sentence: int, since: float) -> bool:
        """Play a sentence again from about `since` seconds of it, never from later than it was played to.

        False when it is not the one that is being played."""
        with self._filled:
            one = self._sentences[0] if self._sentences else None
            if one is None or (one.turn, one.number) != (turn, sentence):
                return False
            one.position = one.told = min(one.position, lull(one.sound, self._rate, since))
            return True

    def set_rate(self, rate: int) -> None:
        """From now on `rate` samples a second are pulled; what waits is converted."""
        with self._filled:
            if rate == self._rate:
                return
            for one in self._sentences:
                one.sound = resampled(one.sound, self._rate, rate)
                one.position = min(one.sound.size, round(one.position * rate / self._rate))
                one.told = round(one.told * rate / self._rate)
            self._rate = rate
            self._fader.set_rate(rate)
            self._streaming = (0, -1, 0)

    def wait(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for something to play."""
        with self._filled:
            self._filled.wait_for(lambda: self._given_up or (self._ready() and not self._fader.held), timeout)
            self._given_up = False
            return self._ready() and not self._fader.held

    def give_up(self) -> None:
        """Let a `wait`, the present one or the next, end now."""
        with self._filled:
            self._given_up = True
            self._filled.notify()

    def pull(self, frames: int, at: float, latency: float = 0.0) -> Sound:
        """The next `frames` samples, silence where there are none. at: when the first is heard (in `latency` s)."""
        out = np.zeros(frames, dtype=np.int16)
        filled = 0
        with self._filled:
            was_held = self._fader.held
            most = self._fader.audible(frames)
            while self._sentences:
                one = self._sentences[0]
                part = one.sound[one.position : one.position + most - filled]
                self._mark_begin(one, part.size, at + filled / self._rate, latency)
                out[filled : filled + part.size] = part
                filled += part.size
                one.position += part.size
                self._last = (one.turn, one.last_cause)
                if one.position < one.sound.size or not one.whole:
                    break
                self._finish(one, at + filled / self._rate)
            out[:filled] = self._fader.apply(out[:filled])
            self._mark_progress(filled, at + filled / self._rate, was_held)
        return out

    def _ready(self) -> bool:
        one = self._sentences[0] if self._sentences else None
        return one is not None and (one.whole or one.position < one.sound.size)

    def _append(self, turn: int, sentence: int, sound: Sound, last: bool, cause: str) -> None:
        one = self._sentences[-1] if self._sentences else None
        if one is None or (one.turn, one.number, one.whole) != (turn, sentence, False):
            if one is not None:
                one.whole = True  # a voice that died in it says no more of it, and what follows must not wait for that
            one = _Sentence(turn, sentence, sound, cause, cause)
            self._sentences.append(one)
        else:
            one.sound = np.concatenate((one.sound, sound))
        one.whole, one.last_cause = last, cause

    def _mark_begin(self, one: _Sentence, samples: int, at: float, latency: float) -> None:
        if samples and not one.begun:
            one.begun = True
            self.marks.put((SoundBegan(one.turn, one.number, at, latency), one.cause))

    def _mark_progress(self, filled: int, at: float, was_held: bool) -> None:
        one = self._sentences[0] if self._sentences else None
        stops = self._fader.held and not was_held
        if one is not None and one.begun and (stops or one.position - one.told >= _TELL_EVERY * self._rate):
            one.told = one.position
            seconds, length = one.position / self._rate, one.sound.size / self._rate
            report = SoundHeard(one.turn, one.number, seconds, length, one.whole, at, going=not stops)
            self.marks.put((report, one.last_cause))
        if filled and not self._ready():
            turn, cause = self._last
            self.marks.put((SoundRanOut(turn, at), cause))

    def _finish(self, one: _Sentence, at: float) -> None:
        self._sentences.popleft()
        self.marks.put((SoundPlayed(one.turn, one.number, at, one.begun), one.last_cause))
