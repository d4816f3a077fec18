"""The door of vision: pictures that are there to be looked at, and what was seen in them."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address

CAMERA = Address("vision.camera")
DETECTOR = Address("vision.detector")


class FrameReady(Message):
    """The camera has put picture `generation` of this size into the ring, captured at `captured_at` (epoch seconds)."""

    lane: ClassVar[Lane] = Lane.LATEST
    generation: int
    height: int
    width: int
    channels: int
    captured_at: float


class WatchScene(Message):
    """Tell `address` (the sender when empty) what is seen from now on; with `on` false, no longer."""

    address: str = ""
    on: bool = True


class MotionBegan(Message):
    """Something moves. x, y: its middle, in [0, 1] from left and top. at: epoch seconds of the picture.

    amount: the part of the picture that changed, in [0, 1]."""

    at: float
    x: float
    y: float
    amount: float


class MotionEnded(Message):
    """It is still again, after `seconds` of motion; `peak` is the largest part of the picture that changed."""

    at: float
    seconds: float
    peak: float


class BrightnessChanged(Message):
    """The picture has become brighter or darker, by much: mean brightness before and now, in [0, 1]."""

    at: float
    before: float
    brightness: float


class GetScene(Message):
    """Answered by Scene."""


class Scene(Message):
    """What is seen now. at: epoch seconds of the last picture looked at, 0.0 for none. looked: pictures looked at.

    skipped: left out to keep computer_vision.processing_fps. stale: gone, torn or too old."""

    at: float
    brightness: float
    moving: bool
    amount: float
    looked: int
    skipped: int
    stale: int
