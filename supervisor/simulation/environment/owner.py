"""The owner, who blocks people and sometimes takes it back; and the blocked, who go on talking."""

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
from actors.users.messages import USERS, BlockPerson, NotBlocked, PersonBlocked
from actors.vocabulary.values import Person, person_named
from supervisor.simulation.scheduler import Scheduler

BETWEEN = 10.0
"""Seconds between two people who get themselves blocked, on average."""

AGAIN = 12.0
"""Seconds after which the owner asks again."""

BLOCKED_AFTER, SAYS_AFTER = (0.5, 3.0), (3.0, 12.0)
SAYS = 4
PARDONS = 0.25
"""The probability that a block is taken back in the end."""


class Troublemaker(msgspec.Struct):
    """person; wanted: what the owner asks for now. said: how many things since they are blocked."""

    person: Person
    wanted: bool = True
    said: int = 0


class BlockObserver(Protocol):
    """Hears what was confirmed, and said since (supervisor.simulation.checks.blocking.Blocking)."""

    def blocked(self, person: Person) -> None: ...
    def pardoned(self, person: Person) -> None: ...
    def said(self, text: str, person: Person) -> None: ...


class Owner:
    """A recipient of mail (actors.kernel.directory.Recipient). directory, process: of the present process."""

    address = "owner"

    def __init__(self, seed: int, scheduler: Scheduler, observer: BlockObserver) -> None:
        self.directory: Directory | None = None
        self.process = 0
        self._dice = random.Random(f"owner {seed}")
        self._scheduler = scheduler
        self._observer = observer
        self._until = 0.0
        self._numbers: Iterator[int] = count(1)
        self._sent: Iterator[int] = count(1)
        self._asked: dict[str, Troublemaker] = {}

    def begin(self, until: float) -> None:
        """People get themselves blocked now and then, until `until`."""
        self._until = until
        self._after(self._dice.expovariate(1.0 / BETWEEN), self._meet)

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        self._scheduler.schedule_external(self._scheduler.clock.time + seconds, call)

    def _meet(self) -> None:
        if self._scheduler.clock.time >= self._until:
            return
        one = Troublemaker(person_named(f"Mallory{next(self._numbers)}q"))
        self._tell(CONVERSATION, TextReceived(f"I am {one.person.name}, you idiot.", one.person))
        self._after(self._dice.uniform(*BLOCKED_AFTER), lambda: self._ask(one))
        self._after(self._dice.expovariate(1.0 / BETWEEN), self._meet)

    def _ask(self, one: Troublemaker) -> None:
        self._asked[self._tell(USERS, BlockPerson(one.person.name, one.wanted))] = one
        self._after(AGAIN, lambda: self._ask(one) if one in self._asked.values() else None)

    def _speak(self, one: Troublemaker) -> None:
        if not one.wanted:
            return
        one.said += 1
        text = f"Is {one.person.name} number {one.said} still an idiot?"
        self._observer.said(text, one.person)
        self._tell(CONVERSATION, TextReceived(text, one.person))
        if one.said < SAYS:
            self._after(self._dice.uniform(*SAYS_AFTER), lambda: self._speak(one))
        elif self._dice.random() < PARDONS:
            one.wanted = False
            self._observer.pardoned(one.person)
            self._ask(one)

    def _tell(self, to: str, message: Message) -> str:
        turn: int = message.turn  # type: ignore[attr-defined]
        envelope = Envelope(self.address, self.process, next(self._sent), to, message, "", turn, "", True)
        if self.directory is not None:
            self.directory.deliver(envelope)
        return envelope.id

    def put(self, envelope: Envelope) -> Put | None:
        message = envelope.message
        one = self._asked.get(envelope.answers)
        if one is None or isinstance(message, Undelivered):
            return None
        self._asked = {id: other for id, other in self._asked.items() if other is not one}
        if isinstance(message, PersonBlocked) and message.blocked and one.wanted:
            self._observer.blocked(one.person)
            self._after(self._dice.uniform(*SAYS_AFTER), lambda: self._speak(one))
        elif isinstance(message, NotBlocked) and one.wanted:
            self._after(AGAIN, lambda: self._ask(one))
        return None
