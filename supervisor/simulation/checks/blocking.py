"""The invariant of blocking: what somebody says after the owner was told that they are blocked is for nobody: no model,
no record, no memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from actors.conversation.messages import CONVERSATION
from actors.kernel.record import Handled
from actors.llm.messages import CompletionRequested
from actors.users.messages import USERS, InteractionHappened
from actors.vocabulary.values import Person

KNOWN_WITHIN = 6.0
"""Seconds after the confirmation, or after users and conversation began, within which the conversation knows of it:
mail of different senders may arrive in another order for so long."""


@dataclass(slots=True)
class Blocking:
    """well_since: since when the actor at an address works; None while it does not. actor: the one at an address.

    confirmed: how many blocks were. checked: how many words of the blocked."""

    _now: Callable[[], float]
    _well_since: Callable[[str], float | None]
    _actor: Callable[[str], Any]
    _fault: Callable[[str], None]
    confirmed: int = 0
    checked: int = 0
    _since: dict[str, float] = field(default_factory=dict)
    _said: dict[str, Person] = field(default_factory=dict)

    def blocked(self, person: Person) -> None:
        """The owner was told that it is so."""
        self.confirmed += 1
        self._since[person.user_id] = self._now()

    def pardoned(self, person: Person) -> None:
        """The owner wants it otherwise now."""
        self._since.pop(person.user_id, None)
        self._said = {text: one for text, one in self._said.items() if one != person}

    def said(self, text: str, person: Person) -> None:
        """Somebody who is blocked says something that nobody said before."""
        since, ready = self._since.get(person.user_id), self._ready()
        if since is not None and ready is not None and self._now() - max(since, ready) > KNOWN_WITHIN:
            self.checked += 1
            self._said[text] = person

    def conversation(self, record: Handled) -> None:
        """Check what the conversation sends on."""
        for envelope in record.sent if self._said else ():
            message = envelope.message
            if isinstance(message, CompletionRequested):
                self._look(msgspec.msgpack.encode(message), "a model is asked about")
            elif isinstance(message, InteractionHappened):
                self._look(message.interaction.detail.encode(), "a record gets")

    def check(self) -> None:
        """Check what is remembered."""
        for address in (CONVERSATION, USERS):
            state = msgspec.msgpack.encode(self._actor(address).state)
            self._look(state, f"the state of {address} has")

    def _look(self, place: bytes, what: str) -> None:
        for text, person in tuple(self._said.items()):
            if text.encode() in place:
                del self._said[text]
                self._fault(f"blocking: {what} the words of {person.name}, who is blocked")

    def _ready(self) -> float | None:
        """Since when both who must know of it are at work."""
        since = [self._well_since(address) for address in (CONVERSATION, USERS)]
        known = [one for one in since if one is not None]
        return max(known) if len(known) == len(since) else None
