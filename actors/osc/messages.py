"""What the OSC room accepts and announces: VRChat's parameters in, chatbox and inputs out."""

from collections.abc import Mapping
from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address

OSC_RECEIVER = Address("osc.receiver")
OSC_SENDER = Address("osc.sender")


EVERYTHING = ("*", "/avatar/change", "/tracking/*")
"""The patterns of whoever wants to be told all that VRChat says."""


class SubscribeParameters(Message):
    """To the receiver: tell `address` (the sender when empty) of these from now on, and of nothing else.

    patterns: names of avatar parameters, as in `HeartRate` or `HR*` (fnmatch, case matters; without
    /avatar/parameters/), told as ParametersChanged; with a slash at the beginning addresses of OSC: /avatar/change,
    told as AvatarLoaded, and /tracking/vrsystem/head/pose, told as TrackingChanged. At most 64 count; without any the
    subscription ends.

    The receiver forgets it when it is started again: whoever sends this says it again, which changes nothing where it
    stands already. An actor of the tree declares it there instead (`ChildSpec.osc`), and then sends nothing at all."""

    patterns: tuple[str, ...]
    address: str = ""


class ParametersChanged(Message):
    """Avatar parameters by name (without /avatar/parameters/), the newest value of each since the last such message.

    Values are finite. touched: bool parameters that were true at least once since, though they may be false again.
    events: for each name in `values` what it belongs to: gestures, touch, expressions, proximity, movement, voice,
    status or avatar; only those that the configuration enables are here."""

    values: Mapping[str, bool | int | float]
    touched: tuple[str, ...] = ()
    events: Mapping[str, str] = {}


class AvatarLoaded(Message):
    """The game loaded avatar `avatar_id` (/avatar/change). The parameters that came with it may come before or
    after."""

    avatar_id: str


class TrackingChanged(Message):
    """Position in metres and rotation in Euler degrees of the player's head, where the game shares it."""

    lane: ClassVar[Lane] = Lane.LATEST
    position: tuple[float, float, float]
    rotation: tuple[float, float, float]


class GetOscStatistics(Message):
    """What the receiver has counted since it started; answered by OscStatistics."""


class OscStatistics(Message):
    """Counts of the receiver. port: the UDP port it listens on, 0 when it has none.

    received: datagrams in all; of these `foreign` came from another host and `refused` (by reason) were malformed. A
    datagram holds one message or more: `handled` were taken in, `ignored` were not for us or not enabled. coalesced:
    handled values that a newer one replaced before they were announced. announced: messages for the subscribers, each
    counted once."""

    port: int
    received: int = 0
    foreign: int = 0
    refused: Mapping[str, int] = {}
    handled: int = 0
    ignored: int = 0
    coalesced: int = 0
    announced: int = 0


class ChatboxText(Message):
    """Show `text` in the chatbox; split, spaced out and coalesced as VRChat wants it. Of a cancelled turn: dropped.

    Further text of the same turn is appended, or replaces what waits if it begins with it; text of a newer turn
    replaces what waits of older ones. turn 0: belongs to no turn, and is never replaced."""

    turn: int
    text: str


class Typing(Message):
    """Show or hide the typing indicator. It goes off by itself after half a minute without another such message."""

    on: bool


class SetInput(Message):
    """Hold the axis or button `name` (VRChat's /input/NAME) at `value` for `seconds`; then it returns to zero."""

    name: str
    value: float
    seconds: float


class SetParameter(Message):
    """Write the avatar parameter `name`."""

    name: str
    value: bool | int | float


class ZeroInputs(Message):
    """Every axis and button to zero and typing off, now."""

    lane: ClassVar[Lane] = Lane.SYSTEM
