"""Messages and actors for the tests of the kernel."""

from collections.abc import Callable
from typing import ClassVar

import msgspec

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.message import Envelope, Lane, Message
from actors.kernel.protocol.lifecycle import Undelivered
from actors.kernel.record import Record
from actors.kernel.state.domain import DomainActor


class Memo(Message):
    number: int
    text: str = ""


class Shout(Message):
    lane: ClassVar[Lane] = Lane.SYSTEM
    number: int


class Glimpse(Message):
    lane: ClassVar[Lane] = Lane.LATEST
    what: str
    number: int

    def latest_key(self) -> str:
        return self.what


class Reading(Message):
    value: float
    more: tuple[float, ...] = ()


class Saying(Message):
    turn: int
    text: str = ""


class Act(Message):
    """Have a Doer do something."""

    name: str


class Burst(Message):
    """Kills whoever hears it."""


Heard = Memo | Shout | Glimpse | Saying


class Listener(Actor):
    """Notes down what it is told, in order, with the ids; dies of Burst."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.ids: list[str] = []

    @property
    def numbers(self) -> list[int]:
        return [message.number for message in self.heard if not isinstance(message, Saying)]

    @handles
    def on_memo(self, message: Memo) -> None:
        self._hear(message)

    @handles
    def on_shout(self, message: Shout) -> None:
        self._hear(message)

    @handles
    def on_glimpse(self, message: Glimpse) -> None:
        self._hear(message)

    @handles
    def on_saying(self, message: Saying) -> None:
        self._hear(message)

    @handles
    def on_burst(self, message: Burst) -> None:
        raise ZeroDivisionError("boom")

    def _hear(self, message: Heard) -> None:
        self.heard.append(message)
        self.ids.append(self.cause())


class Doer(Actor):
    """Does what the test wrote down under the name that it is told; notes down what comes of its asks."""

    def __init__(self, **acts: Callable[["Doer"], object]) -> None:
        self.acts = acts
        self.done: list[object] = []
        self.outcomes: list[Reply | AskFailed] = []
        self.undelivered: list[Undelivered] = []
        self.numbers: list[int] = []

    @handles
    def on_act(self, message: Act) -> None:
        self.done.append(self.acts[message.name](self))

    @handles
    def on_undelivered(self, message: Undelivered) -> None:
        self.undelivered.append(message)

    @handles
    def on_memo(self, message: Memo) -> None:
        self.numbers.append(message.number)

    def on_outcome(self, outcome: Reply | AskFailed) -> None:
        self.outcomes.append(outcome)


class Answerer(Actor):
    """Answers every Memo with the same one."""

    @handles
    def on_memo(self, message: Memo) -> None:
        self.reply(message)


class Garden(msgspec.Struct, frozen=True):
    """The state of a Gardener."""

    plants: int = 0
    name: str = ""
    sizes: tuple[float, ...] = ()


class Gardener(DomainActor[Garden]):
    """A domain that is particular about its state."""

    domain = "garden"

    def __init__(self) -> None:
        super().__init__(Garden())
        self.restores = 0

    def validate(self, state: Garden, before: Garden) -> tuple[str, ...]:
        reasons = []
        if state.plants < 0:
            reasons.append("plants: less than none")
        if len(state.name) > 10:
            reasons.append("name: longer than 10 characters")
        return tuple(reasons)

    def restored(self) -> None:
        self.restores += 1


class Diary:
    """A recorder that keeps its records in a list."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def append(self, record: Record) -> None:
        self.records.append(record)


def envelope(
    message: Message, number: int = 1, *, sender: str = "test", to: str = "a", answers: str = ""
) -> Envelope:
    """An envelope from `sender` with this sequence number."""
    return Envelope(sender, 0, number, to, message, "", 0, answers)
