"""What the world's domain accepts and announces: where the bot is, who is there, and how to get about."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.values import UNKNOWN, Person, Vector3
from actors.world.state import PRIVATE as PRIVATE
from actors.world.state import TRAVELING as TRAVELING
from actors.world.state import FriendOnline as FriendOnline

WORLD = Address("world")
WORLD_LOG = Address("world.log")


class WorldEntered(Message):
    """The game entered an instance of a world, at `at` (epoch seconds). A further visit begins with WorldLeft.

    world_id: VRChat's `wrld_...` without the instance; it and the name are "" while unknown, and may be sent later."""

    world_id: str
    world_name: str
    at: float


class WorldLeft(Message):
    """The game is in no world, or in none that is known: who is there is unknown."""

    at: float


class PlayerJoined(Message):
    """A player is here now. own: it is the bot's own account."""

    person: Person
    at: float
    own: bool = False


class PlayerLeft(Message):
    """A player is gone."""

    person: Person
    at: float


class WhoIsHere(Message):
    """Answered by Present."""


class Present(Message):
    """The other players of this instance, and the world's name ("" when unknown). seen: a few words each.

    seat: one that is known is within reach. located: who and what was seen just now, so that it can be gone to (target
    and name of each, as in SeenAt). ways: kinds of things to which a way is known, such as seat. friends: who is online
    and not here. world_id: "" when unknown, or without friends. nearest: who of them is within
    reach, as was seen just now; opposite: who alone of all who are seen stands near and ahead; UNKNOWN for nobody."""

    people: tuple[Person, ...]
    world_name: str
    seen: tuple[str, ...] = ()
    seat: bool = False
    located: tuple[tuple[str, str], ...] = ()
    ways: tuple[str, ...] = ()
    world_id: str = ""
    friends: tuple[FriendOnline, ...] = ()
    nearest: Person = UNKNOWN
    opposite: Person = UNKNOWN


class FriendsOnline(Message):
    """These friends of the bot's account are in the game, and no others."""

    lane: ClassVar[Lane] = Lane.LATEST
    friends: tuple[FriendOnline, ...]


class BodyAt(Message):
    """The bot's body is at `position` (metres, +y up) at `at` (epoch seconds). seated: it sits in the world's seat.

    frame: since when (epoch seconds) positions count from the same origin, 0 for the game's own coordinates: those of
    two frames cannot be compared. reckoned: by how fast it moved; the game did not tell it. yaw: where it looks, in
    degrees clockwise from +z, None while unknown."""

    continuous: ClassVar[bool] = True
    lane: ClassVar[Lane] = Lane.LATEST
    position: Vector3
    at: float
    seated: bool = False
    frame: float = 0.0
    reckoned: bool = False
    yaw: float | None = None


class AnnounceSeat(Message):
    """The behaviour begins: it is told whether a seat is within reach (SeatNear) and who is seen (Located), and then of
    every change."""


class FindWay(Message):
    """Asks for the shortest walked way between two places or usable things; "" is here. Answers: Way or NoWay.

    The kind of a thing, such as seat, is the nearest one to which a way is known."""

    start: str
    end: str


class FindOtherWay(Message):
    """Asks for a walked way from here to the end of `points` that does not go on to the next of them, since something
    is in the way there. Answers: Way or NoWay."""

    points: tuple[Vector3, ...]


class Way(Message):
    """The places to pass, both ends among them, and the length in metres. points: where these places are."""

    places: tuple[str, ...]
    cost: float
    points: tuple[Vector3, ...] = ()


class NoWay(Message):
    """There is none, and why."""

    reason: str


class WatchSight(Message):
    """Pass on to the sender each sight of `target` (SeenAt) within the next `seconds`, at once one of just now."""

    continuous: ClassVar[bool] = True
    target: str
    seconds: float
