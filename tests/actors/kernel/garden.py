"""State domains at `garden`, and a house for them where the test plays persistence and a guest."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import HealthChanged
from actors.kernel.protocol.state import UpdateState
from actors.kernel.protocol.storage import PERSISTENCE, SaveChange, SaveSnapshot, StateLoaded, Version
from actors.kernel.state.document import Document, count_parts, encoded_part
from actors.kernel.state.domain import DomainActor
from tests.actors.kernel.parts import Gardener
from tests.doubles.virtual_world import VirtualWorld


class Tree(msgspec.Struct, frozen=True):
    height: float = 0.0
    picked: tuple[int, ...] = ()


class Orchard(msgspec.Struct, frozen=True):
    trees: Mapping[str, Tree] = {}
    owner: str = ""


class Orchardist(DomainActor[Orchard]):
    """A domain with a large mapping."""

    domain = "orchard"
    parted = "trees"

    def __init__(self) -> None:
        super().__init__(Orchard())


class House:
    """One domain in its world. store: what it hands to persistence. guest: what it answers the guest."""

    def __init__(self, actor: DomainActor[Any] | None = None, mailbox: Mailbox | None = None) -> None:
        self.world = VirtualWorld()
        self.store = self.world.probe(PERSISTENCE)
        self.guest = self.world.probe("guest")
        self.actor = actor or Gardener()
        self.life = self.world.start(self.actor, "garden", mailbox=mailbox)

    def answer(self, message: Message, to: int = -1) -> None:
        """Persistence answers a request, the newest one by default."""
        self.world.tell("garden", message, sender=PERSISTENCE, answers=self.store.envelopes[to].id)
        self.world.run()

    def load(self, state: msgspec.Struct | None = None, epoch: int = 3) -> "House":
        """Persistence gives back `state`, or has none, and its requests so far are forgotten."""
        parts: tuple[bytes, ...] = ()
        if state is not None:
            document, parted = Document(state), self.actor.parted
            count = count_parts(state, parted)
            parts = tuple(encoded_part(document, parted, part) for part in range(count))
        stored = Version(epoch - 1, 9) if parts else Version()
        self.answer(StateLoaded(self.actor.domain, epoch, stored, parts=parts))
        self.store.clear()
        return self

    def update(
        self,
        paths: Mapping[str, Any] | None = None,
        *,
        expected: Version | None = None,
        remove: Sequence[str] = (),
        durable: bool = False,
        **changes: Any,
    ) -> Message | None:
        """The guest changes fields, or what is at paths; the answer, if there is one yet."""
        self.guest.clear()
        data = msgspec.msgpack.encode({**changes, **(paths or {})})
        self.world.give("garden", UpdateState(data, expected, tuple(remove), durable), sender="guest")
        return self.guest.messages[-1] if self.guest.messages else None

    @property
    def saves(self) -> list[Version]:
        """The versions of the changes that were handed over, and of the whole states."""
        return [
            message.version
            for message in self.store.messages
            if isinstance(message, SaveChange)
            or (isinstance(message, SaveSnapshot) and message.part + 1 == message.parts)
        ]

    @property
    def said(self) -> list[HealthChanged]:
        """What it said of its health."""
        return self.world.supervisor.of(HealthChanged)
