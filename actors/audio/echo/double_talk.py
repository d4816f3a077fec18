"""Two cancellers as one: WebRTC's while nobody speaks over the voice, since it leaves nothing of it; a linear filter
while somebody does, since it leaves them whole. Decides frame by frame which is heard."""

from typing import Protocol

import msgspec
import numpy as np

from actors.audio.devices.device import Sound
from actors.audio.echo.kalman import Block, EchoFilter
from actors.audio.echo.webrtc import FRAME, EchoCanceller

_SMOOTH = 0.2  # the share of a frame in the powers that are compared
_LEARNS = (0.05, 0.02)  # the same, of what leaks through the filter: more is noticed sooner than less
_WELL = 0.06  # a leak (-12 dB) from which on the filter is to be relied on
_OVER = 10.0  # times what leaks (10 dB): somebody speaks
_AUDIBLE = 3e-5  # power (-45 dB) below which nobody does
_HOLDS = 30  # frames after the last of somebody's
_AGREES = 3e-3  # share (-25 dB) of the filter's sound that WebRTC's leaves of a person
_TRIAL = 30  # frames within which it must, else the way has changed
_DISTRUST = 50  # frames for which the filter is then not believed


class FrameCanceller(Protocol):
    """As actors.audio.echo.webrtc.EchoCanceller."""

    def cancel(self, captured: Sound, played: Sound) -> Sound: ...

    def reset(self) -> None: ...


class Powers(msgspec.Struct, frozen=True):
    """Of the filter's sound, and of what it took out."""

    person: float = 0.0
    echo: float = 0.0


class DoubleTalk(msgspec.Struct, frozen=True):
    """Whether somebody speaks over the voice. Powers are means of squares, in [0, 1], smoothed.

    person, echo: of the filter's sound, and of what it took out. suppressed: of WebRTC's sound. alone: person and echo
    while nobody speaks, over a short and over a long time. held: frames for which somebody still counts as speaking.
    tried: frames since they began, -1 once WebRTC's agreed. distrusted: frames for which the filter is not believed."""

    person: float = 0.0
    echo: float = 0.0
    suppressed: float = 0.0
    alone: tuple[Powers, ...] = (Powers(), Powers())
    held: int = 0
    tried: int = 0
    distrusted: int = 0

    @property
    def speaks(self) -> bool:
        """Whether somebody does."""
        return self.held > 0

    def heard(self, person: float, echo: float, suppressed: float) -> "DoubleTalk":
        """After one more frame with these powers."""
        now = msgspec.structs.replace(
            self,
            person=self.person + _SMOOTH * (person - self.person),
            echo=self.echo + _SMOOTH * (echo - self.echo),
            suppressed=self.suppressed + _SMOOTH * (suppressed - self.suppressed),
            distrusted=max(0, self.distrusted - 1),
        )
        return now._held() if now._is_loud else now._quiet()

    @property
    def leak(self) -> float:
        """What the filter leaves of the echo, as a share of its power; 1 before anything is known."""
        return max(min(1.0, one.person / one.echo) if one.echo else 1.0 for one in self.alone)

    @property
    def _is_loud(self) -> bool:
        return self.person > max(_AUDIBLE, _OVER * self.leak * self.echo)

    @property
    def _agrees(self) -> bool:
        return self.suppressed > max(_AUDIBLE, _AGREES * self.person)

    def _held(self) -> "DoubleTalk":
        if not self.speaks and (self.distrusted or self.leak > _WELL):
            return self._learned()
        if self._agrees:
            return msgspec.structs.replace(self, held=_HOLDS, tried=-1)
        if 0 <= self.tried < _TRIAL or (self.tried < 0 and self.speaks):
            return msgspec.structs.replace(self, held=_HOLDS, tried=self.tried + (self.tried >= 0))
        return msgspec.structs.replace(self, held=0, tried=0, distrusted=_DISTRUST)._learned()

    def _quiet(self) -> "DoubleTalk":
        left = max(0, self.held - 1)
        now = msgspec.structs.replace(self, held=left, tried=self.tried if left else 0)
        return now if left else now._learned()

    def _learned(self) -> "DoubleTalk":
        if self.echo < _AUDIBLE:
            return self
        alone = (
            Powers(was.person + share * (self.person - was.person), was.echo + share * (self.echo - was.echo))
            for was, share in zip(self.alone, _LEARNS, strict=True)
        )
        return msgspec.structs.replace(self, alone=tuple(alone))


class DoubleTalkCanceller:
    """suppressor: WebRTC's canceller, with which this keeps step."""

    def __init__(self, suppressor: FrameCanceller) -> None:
        self._suppressor = suppressor
        self._filter = EchoFilter()
        self._talk = DoubleTalk()

    def cancel(self, captured: Sound, played: Sound) -> Sound:
        """The captured frame (160,) int16 without the played one, which must come 0 to 150 ms before its echo."""
        suppressed = self._suppressor.cancel(captured, played)
        person, echo = self._filter.filter(_floats(captured), _floats(played))
        before = self._talk.speaks
        self._talk = self._talk.heard(_power(person), _power(echo), _power(_floats(suppressed)))
        if self._talk.distrusted == _DISTRUST:
            self._filter.doubt()
        linear: Sound = np.clip(person * 32768.0, -32768, 32767).astype(np.int16)
        if before == self._talk.speaks:
            return linear if before else suppressed
        share = _FADE if self._talk.speaks else 1.0 - _FADE
        faded: Sound = (share * linear + (1.0 - share) * suppressed).astype(np.int16)
        return faded

    def reset(self) -> None:
        """Forget the way from the speaker to the microphone."""
        self._suppressor.reset()
        self._filter.reset()
        self._talk = DoubleTalk()


def open_canceller() -> DoubleTalkCanceller:
    """Both. Raises CancellerMissing."""
    return DoubleTalkCanceller(EchoCanceller())


_FADE = np.linspace(0.0, 1.0, FRAME)


def _floats(sound: Sound) -> Block:
    return (sound / np.float32(32768.0)).astype(np.float32)


def _power(block: Block) -> float:
    return float(np.dot(block, block)) / block.size
