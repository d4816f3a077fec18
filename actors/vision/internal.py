"""Messages from the vision actors' own timers and threads."""

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
    """The capture thread ended: why, and what to do; both "" if it was stopped."""

    capture: int
    why: str
    remedy: str


class Reopen(Message):
    """The camera's own reminder to try its source again."""


class LookAtCapture(Message):
    """The camera's own reminder to see whether pictures come."""
