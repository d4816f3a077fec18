"""What the world's domain accepts and announces: where the bot is and who is there."""

from actors.kernel.message import Message
from actors.vocabulary.values import Person


class WorldEntered(Message):
    """The game entered an instance of a world, at `at` (epoch seconds).

    world_id: VRChat's `wrld_...` without the instance; it or the name is "" while it is unknown. The same again, or
    only what was missing, is the same visit: another visit to the same world begins with WorldLeft.
    """

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
    """The players of this instance, the bot itself not among them, and the world's name ("" when unknown)."""

    people: tuple[Person, ...]
    world_name: str
