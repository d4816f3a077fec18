"""What the world's domain accepts and announces: where the bot is and who is there."""

from actors.kernel.message import Message
from actors.vocabulary.values import Person


class WorldEntered(Message):
    """The game entered an instance of a world, at `at` (epoch seconds). The same again is the same visit."""

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
