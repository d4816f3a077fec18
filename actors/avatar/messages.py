"""What the avatar's domain accepts and announces: gestures to make; what it feels comes as OSC messages."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.values import Interaction, Vector3

AVATAR = Address("avatar")
MOVEMENT = Address("avatar.movement")

Outcome = Literal["arrived", "stopped", "blocked", "lost", "too long", "refused"]


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


class GetParameters(Message):
    """What VRChat last said of the avatar; answered by ParametersAre."""


class ParametersAre(Message):
    """The newest value of every parameter that is kept. Of how the body moves only what differs from standing still.

    avatar_id: the avatar that VRChat has told of last, "" for none."""

    values: Mapping[str, bool | int | float]
    avatar_id: str = ""


class WatchTouches(Message):
    """Tell `address` every Touched from now on; with `on` false no more."""

    address: str
    on: bool = True


class Touched(Message):
    """Somebody touched the avatar."""

    sensor: str
    interaction: Interaction


class TellBody(Message):
    """From a behaviour that begins anew: tell it BodyIs."""


class WatchBody(Message):
    """Tell the sender BodyMoved now, and at each change of place or speed within the next `seconds`."""

    continuous: ClassVar[bool] = True
    seconds: float


class BodyMoved(Message):
    """Where the body is and how it moves at `at` (epoch seconds). known: whether the position means anything.

    position: metres, +y up. yaw: degrees, clockwise from +z. velocity: metres a second in its own frame, +z forward.
    turning: degrees a second to the right. frame: positions of two frames cannot be compared. reckoned: by velocities,
    and not told by the game."""

    continuous: ClassVar[bool] = True
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


class TurnTo(Message):
    """To the movement: turn by `bearing` degrees, to the right where it is positive. Ends what was under way.

    ticket: chosen by the sender, who hears MovementEnded with it; the same in the messages below."""

    ticket: int
    bearing: float


class WalkAhead(Message):
    """To the movement: walk `metres` straight on; backwards where they are negative."""

    ticket: int
    metres: float


class WalkWay(Message):
    """To the movement: walk along these points (metres), which count in the frame that the body is in."""

    ticket: int
    points: tuple[Vector3, ...]


class GoTo(Message):
    """To the movement: turn to somebody or something that is seen, come to it, or follow it until it is stopped.

    It goes on only while the target is seen again and again (SeenAt)."""

    ticket: int
    target: str
    how: Literal["look", "come", "follow"]


class SeenAt(Message):
    """To the world from whatever sees: `target` (a user id, or the name of a thing), which people call `name`.

    bearing: degrees to the right of where the body looks. distance: metres. at: epoch seconds of the picture. The world
    passes it on to the movement while that goes to this target."""

    continuous: ClassVar[bool] = True
    lane: ClassVar[Lane] = Lane.LATEST
    target: str
    name: str
    bearing: float
    distance: float
    at: float

    def latest_key(self) -> str:
        """The newest sight of each target counts."""
        return f"SeenAt {self.target}"


class StopMoving(Message):
    """To the movement: let go of every input at once. ticket: only if this is what goes on; 0 for whatever does."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    ticket: int = 0


class MovementEnded(Message):
    """From the movement to whoever asked for it. outcome: how it ended, and in `why` the reason for people.

    blocked: it was pressed on and got no further. lost: the target, or the body, was not seen or felt any more."""

    ticket: int
    outcome: Outcome
    why: str = ""


class Steered(Message):
    """From the movement to the avatar: whether it presses the body on and presses it to turn, from now on.

    deflection: how strongly it turns, in [-1, 1]."""

    continuous: ClassVar[bool] = True
    walks: bool
    turns: bool
    deflection: float = 0.0
