"""What is known of the way from the speaker to the microphone, and what follows from it. Pure.

Lags are samples at 16 kHz: what was played at position p of its stream is captured at position p + lag of its own."""

from typing import Literal

import msgspec

from actors.audio.echo.alignment import Match, Trace

Setting = Literal["auto", "cancel", "free", "half_duplex"]

_FOUND = 20.0  # a match this high is the voice, wherever it is; a person and a reply that just begins give up to 15
_SURE = 12.0  # so is one this high where the voice was found before
_NOTHING = 7.5  # a match this low is chance
_ABSENT = 0.8  # seconds of voice without a trace after which it does not come back
_GONE = 20.0  # so many after it did: noise may hide it for a while, and headphones end it for good
_HIDDEN = 0.25  # what a second counts beside sound that may hide a soft echo
_FAR = 800  # samples (50 ms) of a jump of the lag after which a canceller may have lost the voice
_PROVEN = 3  # looks in a row that must find it removed
_REMOVED = 4.0  # times quieter (12 dB): the canceller has converged
_LEAKS = 1.6  # less than that many times quieter (4 dB): it has lost the voice
_INAUDIBLE = 0.0005  # RMS, in [0, 1], of what is left that no recognizer notices


class Look(msgspec.Struct, frozen=True):
    """One comparison of what was played with what was captured.

    match: None when too little was played. lag: where the match is. before, after: the RMS, in [0, 1], of the voice in
    the sound before and after cancelling."""

    match: Match | None
    lag: int = 0
    before: float = 0.0
    after: float = 0.0


class EchoPath(msgspec.Struct, frozen=True):
    """What the looks so far have shown. lag: None until the voice was found. gain: captured / played.

    nothing: seconds of it in a row without a trace, less where other sound may hide it. removed: looks in a row that
    found it removed, up to three."""

    lag: int | None = None
    gain: float = 0.0
    nothing: float = 0.0
    removed: int = 0

    @property
    def comes_back(self) -> bool | None:
        """Whether the bot hears itself; None while nobody knows."""
        if self.lag is not None:
            return True
        return False if self.nothing >= _ABSENT else None

    @property
    def converged(self) -> bool:
        """Whether the canceller removes the voice."""
        return self.removed >= _PROVEN

    def seen(self, look: Look) -> "EchoPath":
        """After one more look."""
        if look.match is None:
            return self
        if look.match.score >= (_SURE if self._is_near(look.lag) else _FOUND):
            return EchoPath(look.lag, look.match.gain, removed=self._removed(look))
        return self

    def searched(self, trace: Trace) -> "EchoPath":
        """After a stretch of the voice was looked for at every lag at which it could come back."""
        if self.lag is None and trace.score >= _FOUND:
            return EchoPath(trace.lag, trace.gain)
        if trace.score >= _NOTHING:
            return self
        nothing = self.nothing + trace.seconds * (1.0 if trace.quiet else _HIDDEN)
        if self.lag is not None and nothing >= _GONE:
            return EchoPath(nothing=_ABSENT)
        return msgspec.structs.replace(self, nothing=nothing)

    def _is_near(self, lag: int) -> bool:
        return self.lag is not None and abs(lag - self.lag) <= _FAR

    def _removed(self, look: Look) -> int:
        if look.after <= _INAUDIBLE or look.after * _REMOVED <= look.before:
            return min(self.removed + 1, _PROVEN)
        if self.lag is not None and not self._is_near(look.lag):
            return 0
        return self.removed if look.after * _LEAKS <= look.before else 0


class EchoMode(msgspec.Struct, frozen=True):
    """What keeps the bot from hearing itself, and why. clear: none of its voice is left.

    able: False if the machine lacks what the owner wished for, which `remedy` mends."""

    name: Literal["free", "cancel", "half_duplex"]
    reason: str
    clear: bool
    able: bool = True
    remedy: str = ""


def may_be(trace: Trace) -> bool:
    """Whether the voice may be in the sound that was searched; what it could hide is 12 dB below what else is there."""
    return trace.score >= _NOTHING


def mode_of(setting: Setting, path: EchoPath, missing: str = "", remedy: str = "") -> EchoMode:
    """What is in force. missing, remedy: why there is no canceller, and what to do about it; "" if there is one."""
    if setting == "free":
        return EchoMode("free", "speech.echo says that its voice is never captured", clear=True)
    if setting == "half_duplex":
        return EchoMode("half_duplex", "speech.echo says so", clear=False)
    if path.comes_back is False:
        return EchoMode("free", "its voice does not come back", clear=True)
    if missing:
        return EchoMode("half_duplex", missing, clear=False, able=False, remedy=remedy)
    if path.comes_back is None:
        return EchoMode("half_duplex", "not yet known whether its voice comes back", clear=False)
    if not path.converged:
        return EchoMode("half_duplex", "its voice is not cancelled yet", clear=False)
    return EchoMode("cancel", "its voice comes back and is cancelled", clear=True)
