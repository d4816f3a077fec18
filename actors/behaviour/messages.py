"""What the behaviour's actor accepts: intentions of the model and of the owner, and what happens around the body."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.vocabulary.addresses import Address
from actors.vocabulary.values import Person

BEHAVIOUR = Address("behaviour")


class ActIntended(Message):
    """The model wants to do `act` with sentence `sentence` of its reply to `turn`. way: tool or mark.

    Nothing is sent for a guess before a turn has taken it over."""

    turn: int
    act: str
    sentence: int
    way: str


class SentenceBegun(Message):
    """Sentence `sentence` of the reply to `turn` begins to be heard, or shown where no voice speaks."""

    turn: int
    sentence: int
    text: str


class BodyIs(Message):
    """How the body is: what it can do depends on it. moving: it walks, or is carried. muted: nobody hears its voice.

    emote: of VRCEmote, as the game has it, 0 for none. gestures: the parameters of the avatar's own that the
    owner named."""

    lane: ClassVar[Lane] = Lane.LATEST
    seated: bool = False
    grounded: bool = True
    afk: bool = False
    muted: bool = False
    moving: bool = False
    emote: int = 0
    gestures: tuple[str, ...] = ()


class SeatNear(Message):
    """Whether a seat that the bot has sat in during this visit is within its reach, without walking."""

    lane: ClassVar[Lane] = Lane.LATEST
    near: bool


class Located(Message):
    """Who and what was seen just now, so that it can be gone to: target and name of each, as in SeenAt."""

    lane: ClassVar[Lane] = Lane.LATEST
    targets: tuple[tuple[str, str], ...]


class VisitBegan(Message):
    """The bot is in another instance, or nobody knows which: whoever is told of next was there before it."""

    at: float


class PersonCame(Message):
    """Somebody is here now who was not, at `at` (epoch seconds). company: how many others than the bot are here."""

    person: Person
    at: float
    company: int


class PersonWent(Message):
    """Somebody is gone, at `at` (epoch seconds). company: how many others than the bot are still here."""

    person: Person
    at: float
    company: int


class PersonInView(Message):
    """Somebody is seen now who was not, `bearing` degrees to the right, at `at` (epoch seconds).

    person: UNKNOWN when no name plate told it."""

    person: Person
    bearing: float
    at: float


class MakeAct(Message):
    """To do `act` by the owner's wish: allowed acts only, at once. Answered by ActAnswer."""

    act: str


class ActAnswer(Message):
    """done: it has begun. why: the reason where it has not, or what it does."""

    act: str
    done: bool
    why: str = ""


class StopActs(Message):
    """End whatever the body does, every input to zero, and do nothing unasked for a while. Answered by ActsStopped."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    why: str = "asked"


class ActsStopped(Message):
    """These have been ended."""

    acts: tuple[str, ...]


class TellOwnActs(Message):
    """From a model's actor that begins anew: tell it OwnActs."""


class GetActs(Message):
    """Asks what the body can do and does. Answered by Acts."""


class Acts(Message):
    """known: every act by name, with why it cannot be done now ("" where it can). now: what is done, with the reason.

    said: how many things were said unasked within the last hour, of how many."""

    known: tuple[tuple[str, str], ...]
    now: tuple[tuple[str, str], ...]
    said: int
    budget: int
    quiet: str = ""
