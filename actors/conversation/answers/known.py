"""What the rules know when they answer."""

import msgspec

from actors.users.messages import Profile
from actors.vocabulary.values import UNKNOWN, Interaction, Person
from actors.world.messages import FriendOnline


class Known(msgspec.Struct, frozen=True):
    """bot: its name. person: who speaks. turn: chooses among answers. now: epoch seconds. language: a code.

    place, here, seen, world_id, friends: as the world told. last: what the bot said last, "" for nothing. profile: None for a stranger.
    said: what is to be answered, as it was said. looked: what a model saw when this was asked. touch: the last one;
    touch_guess: the name of who may have done it. likely: who may speak, where `person` is unknown."""

    bot: str
    person: Person
    turn: int
    now: float
    language: str = "en"
    place: str = ""
    here: tuple[Person, ...] = ()
    seen: tuple[str, ...] = ()
    last: str = ""
    profile: Profile | None = None
    said: str = ""
    world_id: str = ""
    friends: tuple[FriendOnline, ...] = ()
    looked: str = ""
    touch: Interaction = Interaction()
    touch_guess: str = ""
    likely: Person = UNKNOWN
