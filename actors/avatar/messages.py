"""What the avatar's domain accepts and announces: gestures to make; what it feels comes as OSC messages."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.values import Interaction, Vector3

AVATAR = Address("avatar")
MOVEMENT = Address("avatar.movement")


class GestureRequested(Message):
    """Make the gesture `name` (VRCEmote names: wave, clap, point, cheer, dance, backflip, sadness, die)."""

    turn: int
    name: str


class StopGesture(Message):
    """End the gesture that is being made."""

    turn: int


class GetParameter(Message):
    """What VRChat last said of the avatar's parameter `name`; answered by ParameterIs."""

    name: str


class ParameterIs(Message):
    """The newest value of a parameter, None where none was received."""

    name: str
    value: bool | int | float | None


class WatchTouches(Message):
    """Tell `address` every Touched from now on; with `on` false no more."""

    address: str
    on: bool = True


class Touched(Message):
    """Somebody touched the avatar."""

    sensor: str
    interaction: Interaction


class WatchBody(Message):
    """Tell the sender BodyMoved now, and at each change of place or speed within the next `seconds`."""

    seconds: float


class BodyMoved(Message):
    """Where the body is and how it moves at `at` (epoch seconds). known: whether the position means anything.

    position: metres, +y up. yaw: degrees, clockwise from +z. velocity: metres a second in its own frame, +z forward.
    turning: degrees a second to the right. frame: positions of two frames cannot be compared. reckoned: by velocities,
    and not told by the game."""

    lane: ClassVar[Lane] = Lane.LATEST
    position: Vector3
    yaw: float
    velocity: Vector3
    turning: float
    at: float
    frame: float = 0.0
    reckoned: bool = False
    known: bool = True
    seated: bool = False
    afk: bool = False
