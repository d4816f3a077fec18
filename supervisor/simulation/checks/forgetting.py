"""Checks that a person who is said to be forgotten is so: in no state, on no disk, and in no prompt ever after."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from actors.conversation.messages import CONVERSATION
from actors.kernel.record import Handled
from actors.users.messages import USERS
from actors.vocabulary.values import tombstone
from supervisor.simulation.environment.disk import Disk
from supervisor.simulation.environment.strangers import Stranger

GONE_WITHIN = 75.0
"""Seconds after which nothing of a person is left: every fault of an actor or the disk is shorter."""


@dataclass(slots=True)
class Forgetting:
    """actor: the one at an address, in the present process. gone: who was forgotten, and when (seconds)."""

    _disk: Disk
    _now: Callable[[], float]
    _actor: Callable[[str], Any]
    _fault: Callable[[str], None]
    gone: list[tuple[Stranger, float]] = field(default_factory=list)
    _unsure: set[str] = field(default_factory=set)

    def forgotten(self, stranger: Stranger) -> None:
        """It was said: then the record is gone, and whatever is loaded later is told so."""
        name, user_id = stranger.person.name, stranger.person.user_id
        if user_id in self._actor(USERS).state.users and len(stranger.skews) == 1:
            self._fault(f"forgetting: {name} was said to be forgotten, and is in the state of users")
        if not self._disk.has_durable(tombstone(user_id)):
            self._fault(f"forgetting: {name} was said to be forgotten, and the disk does not know")
        self.gone.append((stranger, self._now()))

    def refused(self, stranger: Stranger, why: str) -> None:
        """It was said that nothing was changed; or that it may be carried out yet, and then it may."""
        if "may be carried out" in why:
            self._unsure.add(stranger.person.user_id)
        if stranger.person.user_id in self._unsure:
            return
        known = stranger.person.user_id in self._actor(USERS).state.users
        noted = self._disk.has_durable(tombstone(stranger.person.user_id))
        if "nothing was changed" in why and (noted or not known):
            self._fault(f"forgetting: {stranger.person.name} is gone, though nothing was changed ({why})")

    def prompted(self, record: Handled) -> None:
        """Check what a model is told."""
        if self.gone:
            prompt = msgspec.msgpack.encode(record.envelope.message)
            for stranger in self._due():
                if stranger.words.encode() in prompt:
                    self._fault(f"forgetting: a model is told the words of {stranger.person.name}")

    def check(self) -> None:
        """Check that nothing is left of those who were forgotten some time ago."""
        due = tuple(self._due())
        if not due:
            return
        words = {mark.encode(): s for s in due for mark in (s.words, s.person.name)}
        places = {f"the disk, {key},": value for key, value in self._disk.values.items()}
        for address in (USERS, CONVERSATION):
            places[f"the state of {address}"] = msgspec.msgpack.encode(self._actor(address).state)
        for place, value in places.items():
            for mark, stranger in words.items():
                if mark in value:
                    self._fault(f"forgetting: {place} still has {stranger.person.name}")

    def _due(self) -> Iterator[Stranger]:
        """A wall clock that was set in between may put words after the request, which then stay."""
        now = self._now()
        return (s for s, at in self.gone if now - at > GONE_WITHIN and len(s.skews) == 1)
