"""Takes the bot's own voice out of what the microphone captures: aligns, cancels, and says how far that goes."""

from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec
import numpy as np

from actors.audio.devices.capture import CHUNK, RATE
from actors.audio.devices.device import Sound
from actors.audio.echo.alignment import best_match, gain_at, level, loudest
from actors.audio.echo.path import EchoMode, EchoPath, Look, Setting, mode_of
from actors.audio.echo.search import EARLIER, LATER, VoiceSearch
from actors.audio.echo.timeline import Timeline
from actors.audio.echo.webrtc import FRAME, CancellerMissing
from actors.audio.echo.withheld import Withheld
from actors.audio.messages import AudioChunk, PlayedSound

_KEPT = 10 * RATE
_WINDOW = RATE * 3 // 2  # what one look compares
_LEAD = 768  # samples by which the canceller gets the voice before its echo: it must never come after it
# Samples that the echo may be off the lag in force. The canceller finds later echoes by itself, and loses them again:
# of a voice 160 ms late it removed 21 dB, and 48 dB once that delay was taken out before.
_EARLIEST, _LATEST = -240, 640
_SPREAD = RATE // 10  # around the lag, in which the voice still counts as heard
_REVERBERATION = 1.6  # a room brings back more than the direct sound, by which the gain is measured
_RINGS_OUT = 2 * RATE  # after the voice, sound is no longer run through the canceller
_LAG = 128  # samples by which what was cancelled is late: a chunk is 3.2 frames
_GAP = 0.25  # seconds by which captured sound may be late before some of it is missing
_SEARCHED = LATER + 3 * RATE // 2  # samples after the voice within which the last of it has been looked for
_SOON, _LATE = 8, 16  # chunks between two looks, while little is known and afterwards


class Canceller(Protocol):
    """As actors.audio.echo.webrtc.EchoCanceller."""

    def cancel(self, captured: Sound, played: Sound) -> Sound: ...

    def reset(self) -> None: ...


class EchoControl:
    """Give it every chunk and all that is played. canceller: None if there is none, because of `missing`."""

    def __init__(
        self, setting: Setting, canceller: Canceller | None, missing: str = "", remedy: str = ""
    ) -> None:
        self.setting: Setting = setting
        self._canceller = canceller
        self._missing = (missing, remedy)
        self.forget()

    def forget(self) -> None:
        """Another device: nothing is known of the way from the speaker to the microphone any more."""
        self.path = EchoPath()
        self._stream = -1
        self._played = Timeline(_KEPT)
        self._captured = Timeline(_KEPT)
        self._cancelled = Timeline(_KEPT)
        self._hint: int | None = None
        self._lag: int | None = None
        self._voice_at: tuple[int, float] = (0, 0.0)
        self._captured_at = 0.0
        self._looked = 0
        self._search = VoiceSearch()
        self._withheld = Withheld()
        if self._canceller is not None:
            self._canceller.reset()

    @property
    def mode(self) -> EchoMode:
        return mode_of(self.setting, self.path, *self._missing)

    @property
    def delay(self) -> float | None:
        """Seconds from the device's word for when the voice is heard until it was captured; None if it is not."""
        if self.path.lag is None or self._hint is None:
            return None
        return (self.path.lag - self._hint) / RATE

    def play(self, message: PlayedSound) -> None:
        """Take in what is played."""
        if message.stream != self._stream:
            if self._stream >= 0:
                captured, cancelled, at = self._captured, self._cancelled, self._captured_at
                withheld = self._withheld.over(lost=self._withheld.is_any)
                self.forget()
                self._captured, self._cancelled, self._captured_at = captured, cancelled, at
                self._withheld = withheld
            self._stream = message.stream
        self._played.put(message.position, np.frombuffer(message.pcm, dtype="<i2"))
        self._voice_at = (message.position, message.heard_at)

    def capture(self, chunk: AudioChunk) -> AudioChunk:
        """The chunk without the bot's voice as far as that can be done, and what is to be known of it."""
        begin = self._place(chunk)
        sound = np.frombuffer(chunk.pcm, dtype="<i2")
        self._captured.put(begin, sound)
        self._set_hint(chunk)
        if self._canceller is None or not self._wanted:
            self._cancelled.put(begin, sound)
            self._look_when_due(begin)
            return self._noted(self._told(chunk, begin), begin)
        self._cancel_up_to(begin + CHUNK, self._canceller)
        self._look_when_due(begin)
        pcm = self._cancelled.read(begin - _LAG, CHUNK).astype("<i2").tobytes()
        late = msgspec.structs.replace(chunk, pcm=pcm, captured_at=chunk.captured_at - _LAG / RATE)
        return self._noted(self._told(late, begin - _LAG), begin - _LAG)

    def _noted(self, told: AudioChunk, begin: int) -> AudioChunk:
        self._newest = begin
        self._withheld = self._withheld.told(told, begin, self._captured.begin)
        return told

    # -- what was captured before it was known whether the voice is in it

    def ignore(self) -> None:
        """Nobody may hear what was captured until now."""
        self._withheld = self._withheld.ignored(self._captured.end)

    def recovered(self, newest: AudioChunk) -> Iterator[AudioChunk]:
        """What was told as if the voice were in it, and turns out to be without; `newest` follows it.

        Where the voice does come back, what it covered is lost: cancelled anew, one time in ten it still gave words."""
        if self.setting not in ("auto", "cancel") or not self._withheld.is_any:
            return
        back, over = self.path.comes_back, self._search.searched >= self._played.end
        if back is False or self.mode.clear or (over and back is None):
            first = max(self._withheld.since, self._captured.begin)
            lost = back or (back is None and self._withheld.possible)
            self._withheld = self._withheld.over(lost=bool(lost))
            if not lost:
                yield from self._told_again(first, newest)

    def _told_again(self, first: int, newest: AudioChunk) -> Iterator[AudioChunk]:
        end = self._newest
        for begin in range(end - (end - first) // CHUNK * CHUNK, end, CHUNK):
            pcm = self._captured.read(begin, CHUNK).astype("<i2").tobytes()
            told = self._told(AudioChunk(pcm, newest.captured_at - (end - begin) / RATE, again=True), begin)
            yield msgspec.structs.replace(told, clear=True, echo=0.0)

    @property
    def lost(self) -> int:
        """How many replies hid, perhaps, what was said over them."""
        return self._withheld.lost

    @property
    def _wanted(self) -> bool:
        """Whether there may be something to cancel; otherwise the sound stays as it is, and in time."""
        possible = self._hint is not None and self.path.comes_back is not False
        return possible and self.setting in ("auto", "cancel")

    def _told(self, chunk: AudioChunk, begin: int) -> AudioChunk:
        voice, clear, known = self._voice(begin), self.mode.clear, self.path.lag is not None
        echo = 0.0 if clear else min(1.0, voice * self.path.gain * _REVERBERATION) if known else 1.0
        return msgspec.structs.replace(chunk, voice=voice, clear=clear, echo=echo)

    def _voice(self, begin: int) -> float:
        lag = self._hint if self.path.lag is None else self.path.lag
        if lag is None or self._played.end < begin - lag - RATE:
            return 0.0
        if self.path.lag is None:  # it may be heard at any of the delays that are looked at
            return loudest(self._played.read(begin - lag - LATER, CHUNK + LATER + _SPREAD))
        return loudest(self._played.read(begin - lag - _SPREAD, CHUNK + _SPREAD + _SPREAD // 2))

    @property
    def _in_force(self) -> int | None:
        return self._lag if self._lag is not None else self._hint

    def _place(self, chunk: AudioChunk) -> int:
        """Where the chunk begins; the number of samples since the beginning, and those that were lost."""
        begin = self._captured.end
        missing = chunk.captured_at - self._captured_at - CHUNK / RATE
        if self._captured_at and missing > _GAP:
            begin += round(missing * RATE)
            self._cancelled.put(begin // FRAME * FRAME, np.zeros(0, dtype=np.int16))
        self._captured_at = chunk.captured_at
        return begin

    def _set_hint(self, chunk: AudioChunk) -> None:
        position, heard_at = self._voice_at
        if self._stream < 0:
            return
        hint = self._captured.end - position - round((chunk.captured_at - heard_at) * RATE)
        if self._hint is None or abs(hint - self._hint) > _SPREAD:
            self._hint = hint

    # -- cancelling

    def _cancel_up_to(self, end: int, canceller: Canceller) -> None:
        while self._cancelled.end + FRAME <= end:
            begin = self._cancelled.end
            frame = self._captured.read(begin, FRAME)
            lag = self._in_force
            if lag is not None and begin - lag - self._played.end < _RINGS_OUT:
                frame = canceller.cancel(frame, self._played.read(begin - lag + _LEAD, FRAME))
            self._cancelled.put(begin, frame)

    # -- looking

    def _look_when_due(self, begin: int) -> None:
        hint = self._hint
        pause = _SOON if self.path.lag is None or not self.path.converged else _LATE
        self._looked += 1
        if hint is None or self._looked < pause or begin - hint - self._played.end > _SEARCHED:
            return
        self._looked = 0
        if begin - hint - self._played.end <= LATER:
            self.path = self.path.seen(self._look(hint))
        for trace in self._search.through(self._played, self._captured, hint):
            self.path = self.path.searched(trace)
            self._withheld = self._withheld.searched(trace)
        self._align(hint)

    def _align(self, hint: int) -> None:
        """Shift the voice to just before its echo. The canceller begins anew then, so small drifts are left to it."""
        if self.path.lag is None:
            return
        if self._lag is None:
            self._lag = hint
        if not _EARLIEST <= self.path.lag - self._lag <= _LATEST:
            self._lag = self.path.lag
            self.path = msgspec.structs.replace(self.path, removed=0)
            if self._canceller is not None:
                self._canceller.reset()

    def _look(self, hint: int) -> Look:
        begin = self._cancelled.end - _WINDOW
        first = begin - hint - LATER
        played = self._played.read(first, LATER + EARLIER + _WINDOW)
        captured = self._captured.read(begin, _WINDOW)
        match = best_match(played, captured)
        if match is None:
            return Look(None)
        there = played[match.offset : match.offset + _WINDOW]
        left = gain_at(played, self._cancelled.read(begin, _WINDOW), match.offset)
        loud = level(there)
        return Look(match, -first + begin - match.offset, match.gain * loud, left * loud)


def open_control(setting: Setting, make: Callable[[], Canceller]) -> EchoControl:
    """With the canceller that `make` makes, or without one if that raises CancellerMissing."""
    try:
        return EchoControl(setting, make())
    except CancellerMissing as missing:
        return EchoControl(setting, None, str(missing), missing.remedy)
