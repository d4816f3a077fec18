"""Small frozen values that more than one room speaks of: places, people and what happened between them."""

import hashlib
from collections.abc import Mapping

import msgspec

from actors.vocabulary.names import folded
from actors.vocabulary.type_names import durable


@durable("vocabulary.Vector3")
class Vector3(msgspec.Struct, frozen=True):
    """A point or direction in the world, in metres; +y is up."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


@durable("vocabulary.Quaternion")
class Quaternion(msgspec.Struct, frozen=True):
    """A rotation as a unit quaternion."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    w: float = 1.0


@durable("vocabulary.Person")
class Person(msgspec.Struct, frozen=True):
    """Who said or did something. `user_id` is VRChat's `usr_...` where it is known, else derived from the name."""

    user_id: str = "unknown"
    name: str = "unknown"

    @property
    def is_known(self) -> bool:
        """False for speech that could not be attributed: such speech changes no person's record."""
        return self.user_id != "unknown"


UNKNOWN = Person()


@durable("vocabulary.Resemblance")
class Resemblance(msgspec.Struct, frozen=True):
    """A voice sounds as the kept one of `person` does. likeness: a cosine, at most 1."""

    person: Person
    likeness: float


def person_named(name: str) -> Person:
    """The person who goes by `name` when no VRChat id is at hand."""
    return Person(user_id=f"name:{folded(name)}", name=name.strip())


def tombstone(user_id: str) -> str:
    """What is kept of somebody who is forgotten: 32 hexadecimal digits, which tell the id only to who knows it."""
    return hashlib.blake2b(user_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def is_erased(user_id: str, at: float, erased: Mapping[str, float]) -> bool:
    """Whether what was said or done at `at` (epoch seconds) goes with the person who has this id. erased: by tombstone,
    until when."""
    return at <= erased.get(tombstone(user_id), -1.0) if erased else False


@durable("vocabulary.Interaction")
class Interaction(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened between the bot and a person. `at` is epoch seconds.

    detail: what they said or did. reply: what they heard of the bot's answer.
    """

    kind: str = "none"
    person: str = ""
    detail: str = ""
    at: float = 0.0
    reply: str = ""
