"""The door of vision: pictures that are there to be looked at, and what was seen in them."""

from typing import ClassVar, Literal

import msgspec

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person

CAMERA = Address("vision.camera")
DETECTOR = Address("vision.detector")
READER = Address("vision.reader")
DEPTH = Address("vision.depth")
TRACKER = Address("vision.tracker")

Trend = Literal["", "approaching", "leaving"]

PERSON = "person"  # the kind of a detection that is somebody; every other kind is a thing


@durable("vision.Box")
class Box(msgspec.Struct, frozen=True):
    """A part of a picture: its left and top edge, width and height, as shares of the picture's, in [0, 1]."""

    left: float
    top: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """From left and top."""
        return self.left + self.width / 2.0, self.top + self.height / 2.0


@durable("vision.Detection")
class Detection(msgspec.Struct, frozen=True):
    """Somebody (PERSON) or something found in a picture. score: how sure, in [0, 1]."""

    kind: str
    score: float
    box: Box


@durable("vision.Plate")
class Plate(msgspec.Struct, frozen=True):
    """Text on a name plate, as it was read. score: how sure, in [0, 1]."""

    text: str
    score: float
    box: Box


class FrameReady(Message):
    """The camera has put picture `generation` of this size into the ring, captured at `captured_at` (epoch seconds)."""

    lane: ClassVar[Lane] = Lane.LATEST
    generation: int
    height: int
    width: int
    channels: int
    captured_at: float


class Looked(Message):
    """From a detector to the tracker: picture `generation`, captured at `at` (epoch seconds), was looked at.

    height, width: of the picture, in pixels. brightness: mean. amount: the part that changed since the picture that
    this detector looked at before; x, y: the change's middle; all in [0, 1]. found: the surest first. searched: people
    and things were looked for."""

    generation: int
    at: float
    height: int
    width: int
    brightness: float
    amount: float = 0.0
    x: float = 0.5
    y: float = 0.5
    found: tuple[Detection, ...] = ()
    searched: bool = False


class PlatesRead(Message):
    """From the reader to the tracker: what stands on the name plates of the picture captured at `at`."""

    at: float
    plates: tuple[Plate, ...]


class DistancesSeen(Message):
    """From the depth actor to the tracker: how far away what the picture of `at` shows is.

    metres: by row from above, each from the left, for an even grid of `columns`; 0.0 where unknown. source: what told
    it, a model or what moved past. error: about how wrong one is, as a share of it."""

    at: float
    columns: int
    metres: tuple[float, ...]
    source: Literal["model", "motion"]
    error: float


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


@durable("vision.Sight")
class Sight(msgspec.Struct, frozen=True):
    """Somebody (kind PERSON) or something that is seen. track: its number for as long as it is there.

    person: who it is, UNKNOWN when no name plate told it. bearing: degrees to the right. distance: metres, 0.0 when
    unknown; error: about how wrong that is, as a share of it; source: what told it (height, motion, model).
    since: epoch seconds. score: how sure, in [0, 1]. found: in the newest picture, and not only a moment ago."""

    track: int
    kind: str
    person: Person
    box: Box
    bearing: float
    since: float
    score: float
    distance: float = 0.0
    error: float = 1.0
    source: str = ""
    trend: Trend = ""
    found: bool = True


class Sighted(Message):
    """From the tracker to the world: this, and nothing else, is seen in the picture of `at` (epoch seconds)."""

    lane: ClassVar[Lane] = Lane.LATEST
    at: float
    sights: tuple[Sight, ...]


class TakePicture(Message):
    """To the camera: the newest picture, at most `widest` pixels wide. Answered by PictureTaken."""

    widest: int = 1280


class PictureTaken(Message):
    """A picture as JPEG of this size, captured at `at` (epoch seconds). jpeg: b"" when there is none."""

    jpeg: bytes
    at: float = 0.0
    height: int = 0
    width: int = 0


class GetScene(Message):
    """Answered by Scene."""


class Scene(Message):
    """What is seen now. at: epoch seconds of the last picture looked at, 0.0 for none. looked: pictures looked at.

    late: told of only after a newer one had been. age: seconds from a picture to when the tracker knew what is in it,
    on average of the last ones."""

    at: float
    brightness: float
    moving: bool
    amount: float
    looked: int
    late: int
    age: float = 0.0
    sights: tuple[Sight, ...] = ()
