"""What the avatar's domain accepts and announces: gestures to make; what it feels comes as OSC messages."""

from actors.kernel.message import Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.values import Interaction

AVATAR = Address("avatar")


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
