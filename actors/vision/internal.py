"""What vision's actors tell themselves."""

from typing import ClassVar

from actors.kernel.message import Lane, Message


class FrameTaken(Message):
    """The capture thread has put a picture into the ring."""

    lane: ClassVar[Lane] = Lane.LATEST
    generation: int
    height: int
    width: int
    channels: int
    captured_at: float


class CaptureEnded(Message):
    """The capture thread has ended: why, and what to do about it; both "" when it was told to."""

    capture: int
    why: str
    remedy: str


class Reopen(Message):
    """The camera's own reminder to try its source again."""


class LookAtCapture(Message):
    """The camera's own reminder to see whether pictures come."""
