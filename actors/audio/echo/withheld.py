"""What was captured before it was known whether the bot's voice is in it, and so was kept from the ears. Pure.

Positions are samples at 16 kHz."""

import msgspec

from actors.audio.devices.capture import RATE
from actors.audio.echo.alignment import Trace
from actors.audio.echo.path import may_be
from actors.audio.messages import AudioChunk

_BEFORE = RATE * 3 // 10  # samples of somebody's beginning that may come before the voice


class Withheld(msgspec.Struct, frozen=True):
    """since: from which position on the voice may be in it, -1 for nowhere. possible: a trace of it may be in there.

    earliest: what was captured before is nobody's to hear. lost: how often it could not be told."""

    since: int = -1
    possible: bool = False
    earliest: int = 0
    lost: int = 0

    @property
    def is_any(self) -> bool:
        """Whether something was withheld."""
        return self.since >= 0

    def told(self, chunk: AudioChunk, begin: int, kept: int) -> "Withheld":
        """After one more chunk, which begins at `begin`. kept: from where on the sound is still there."""
        if self.is_any:
            return self.over(lost=True) if self.since < kept and not chunk.voice else self
        if chunk.clear or not chunk.voice:
            return self
        return msgspec.structs.replace(self, since=max(self.earliest, begin - _BEFORE))

    def searched(self, trace: Trace) -> "Withheld":
        """After a stretch of the voice was looked for."""
        return msgspec.structs.replace(self, possible=self.possible or may_be(trace))

    def over(self, *, lost: bool) -> "Withheld":
        """Nothing is withheld any more."""
        return Withheld(earliest=self.earliest, lost=self.lost + lost)

    def ignored(self, until: int) -> "Withheld":
        """Nobody may hear what was captured before `until`."""
        return Withheld(earliest=until, lost=self.lost)
