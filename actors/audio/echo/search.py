"""Looks for each stretch of the bot's voice, however short, in all that was captured while it could come back."""

from collections.abc import Iterator

import numpy as np

from actors.audio.devices.capture import RATE
from actors.audio.echo.alignment import Trace, trace_of
from actors.audio.echo.timeline import Timeline

EARLIER, LATER = RATE // 2, RATE * 5 // 4
"""Samples that the voice may come before and after the device's word for it."""

_LEAST, _MOST = RATE * 4 // 5, RATE * 3 // 2  # samples of one stretch
_SOUND = 33  # of 32768 (-60 dB): less is the end of a word that fades away


class VoiceSearch:
    """Belongs to one stream of sound. searched: the position in it up to which all voice was looked for."""

    def __init__(self) -> None:
        self.searched = 0

    def through(self, played: Timeline, captured: Timeline, hint: int) -> Iterator[Trace]:
        """What was found of each stretch that is due. hint: the lag by the device's word."""
        while (size := self._due(played, captured.end - hint - LATER)) >= _LEAST:
            begin = self.searched
            self.searched += size
            found = trace_of(
                played.read(begin, size), captured.read(begin + hint - EARLIER, size + EARLIER + LATER)
            )
            if found.seconds:
                yield Trace(found.lag + hint - EARLIER, found.score, found.gain, found.seconds, found.quiet)

    def _due(self, played: Timeline, heard: int) -> int:
        """Samples of the next stretch, which could be captured up to `heard`. Silence before it is passed over."""
        begin = max(self.searched, played.begin)
        waiting = played.read(begin, max(0, min(heard, played.end) - begin))
        loud = np.flatnonzero(np.abs(waiting) > _SOUND)
        self.searched = begin + (int(loud[0]) if loud.size else waiting.size)
        return min(heard - self.searched, _MOST) if loud.size else 0
