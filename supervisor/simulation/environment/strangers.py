"""People who tell what nobody else says, and then want to be forgotten."""

import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import Protocol

import msgspec

from actors.conversation.messages import CONVERSATION, TextReceived
from actors.kernel.directory import Directory
from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Undelivered
from actors.users.messages import USERS, ForgetPerson, Forgotten, InteractionHappened, NotForgotten
from actors.vocabulary.values import Interaction, Person, person_named
from supervisor.simulation.scheduler import Scheduler

BETWEEN = 20.0
"""Seconds between two strangers, on average."""

AGAIN = 12.0
"""Seconds after which somebody asks again: longer than the users' actor waits for the disk."""

STAYS = (1.0, 25.0)

FRIENDS = ("Ada", "Ben", "Cleo", "Dan", "Eve")
"""Who also tells what a stranger is like: with the stranger that is forgotten, too."""


class Stranger(msgspec.Struct):
    """person; words: what only they say. met, asked: seconds; asked is 0.0 before. skews: of the wall clock since."""

    person: Person
    words: str
    met: float
    asked: float = 0.0
    skews: set[float] = msgspec.field(default_factory=set)


class ErasureObserver(Protocol):
    """Hears what was answered (supervisor.simulation.checks.forgetting.Forgetting)."""

    def forgotten(self, stranger: Stranger) -> None: ...
    def refused(self, stranger: Stranger, why: str) -> None: ...


class Strangers:
    """A recipient of mail (actors.kernel.directory.Recipient). directory, process: of the present process."""

    address = "strangers"

    def __init__(self, seed: str, scheduler: Scheduler, observer: ErasureObserver) -> None:
        self.directory: Directory | None = None
        self.process = 0
        self._dice = random.Random(seed)
        self._scheduler = scheduler
        self._observer = observer
        self._until = 0.0
        self._numbers: Iterator[int] = count(1)
        self._sent: Iterator[int] = count(1)
        self._asked: dict[str, Stranger] = {}

    def begin(self, until: float) -> None:
        """Somebody is met now and then, until `until`."""
        self._until = until
        self._after(self._dice.expovariate(1.0 / BETWEEN), self._meet)

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        self._scheduler.schedule_external(self._scheduler.clock.time + seconds, call)

    def _meet(self) -> None:
        now, number = self._scheduler.clock.time, next(self._numbers)
        if now >= self._until:
            return
        stranger = Stranger(person_named(f"Vera{number}q"), f"secret{number}q", now)
        self._speak(stranger)
        self._after(self._dice.uniform(*STAYS), lambda: self._ask(stranger))
        self._after(self._dice.expovariate(1.0 / BETWEEN), self._meet)

    def _speak(self, stranger: Stranger) -> None:
        clock, person = self._scheduler.clock, stranger.person
        stranger.skews.add(clock.skew)
        talk = Interaction("talk", person.name, f"It is {stranger.words}.", clock.wall())
        self._tell(USERS, InteractionHappened(person, talk))
        friend = person_named(FRIENDS[int(clock.time) % len(FRIENDS)])
        gossip = f"My sister {person.name} lives in {stranger.words}."
        self._tell(USERS, InteractionHappened(friend, Interaction("talk", friend.name, gossip, clock.wall())))
        self._tell(CONVERSATION, TextReceived(f"Mine is {stranger.words}, remember it.", person))

    def _ask(self, stranger: Stranger) -> None:
        """Ask to be forgotten; again where no answer comes, or a refusal."""
        stranger.asked = self._scheduler.clock.time
        stranger.skews.add(self._scheduler.clock.skew)
        self._asked[self._tell(USERS, ForgetPerson(stranger.person.name))] = stranger
        self._after(AGAIN, lambda: self._ask(stranger) if stranger in self._asked.values() else None)

    def _tell(self, to: str, message: Message) -> str:
        turn: int = message.turn  # type: ignore[attr-defined]
        envelope = Envelope(self.address, self.process, next(self._sent), to, message, "", turn, "", True)
        if self.directory is not None:
            self.directory.deliver(envelope)
        return envelope.id

    def put(self, envelope: Envelope) -> Put | None:
        message = envelope.message
        stranger = self._asked.get(envelope.answers)
        if stranger is None or isinstance(message, Undelivered):
            return None
        self._asked = {id: other for id, other in self._asked.items() if other is not stranger}
        if isinstance(message, Forgotten):
            self._observer.forgotten(stranger)
        elif isinstance(message, NotForgotten):
            self._observer.refused(stranger, message.reason)
            if "nobody is known" not in message.reason:
                self._after(AGAIN, lambda: self._ask(stranger))
        return None
