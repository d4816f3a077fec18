"""Pending asks, and why they may fail."""

from typing import Any

import msgspec

from actors.kernel.actor import Actor, AskFailed, Reply
from actors.kernel.errors import HandlerError
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Undelivered

_REASONS = {"rejected": "rejected", "dropped": "rejected", "superseded": "superseded"}


class PendingAsk(msgspec.Struct):
    """An ask that waits for its answer."""

    then: str
    context: Any
    timer: int
    turn: int


class Asks:
    """The pending asks of `actor`, by the id of the question."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._waiting: dict[str, PendingAsk] = {}

    def check(self, then: str) -> None:
        """Raises HandlerError when the actor cannot continue with `then`."""
        if not callable(getattr(self._actor, then, None)):
            raise HandlerError(f"{type(self._actor).__name__} has no method {then!r} to continue with")

    def add(self, id: str, ask: PendingAsk) -> None:
        """Note that the question `id` is about to be sent."""
        self._waiting[id] = ask

    def take(self, id: str) -> PendingAsk | None:
        """Remove and return the pending ask of the question `id`, None if there is none."""
        return self._waiting.pop(id, None)

    def resume(self, ask: PendingAsk, outcome: Reply | AskFailed) -> None:
        """Give the outcome to the actor's continuation."""
        getattr(self._actor, ask.then)(msgspec.structs.replace(outcome, context=ask.context))

    @property
    def pending(self) -> tuple[tuple[str, str, Any, int, int], ...]:
        """All: the id, and the fields of PendingAsk."""
        return tuple((id, *msgspec.structs.astuple(ask)) for id, ask in self._waiting.items())

    def clear(self) -> None:
        """Drop all."""
        self._waiting.clear()


class AskTimeout(Message):
    """Timer of an incarnation: the ask `id` has run out of time."""

    id: str


def ask_failed(note: Undelivered) -> AskFailed:
    """The outcome of an ask whose question became a dead letter: rejected, superseded or dead."""
    return AskFailed(_REASONS.get(note.why, "dead"), note.detail or note.why)
