"""Asks that wait for their one outcome, and why they may fail."""

from typing import Any

from actors.kernel.actor import AskFailed
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Undelivered

__all__ = ["AskTimeout", "PendingAsk", "ask_failed"]

_REASONS = {"rejected": "rejected", "dropped": "rejected", "superseded": "superseded"}


class PendingAsk:
    """An ask that waits for its answer."""

    __slots__ = ("context", "then", "timer", "turn")

    def __init__(self, then: str, context: Any, timer: int, turn: int) -> None:
        self.then = then
        self.context = context
        self.timer = timer
        self.turn = turn


class AskTimeout(Message):
    """An incarnation's own reminder that the ask `id` has run out of time."""

    id: str


def ask_failed(note: Undelivered) -> AskFailed:
    """What an asker hears whose question became a dead letter: rejected, superseded or dead."""
    return AskFailed(_REASONS.get(note.why, "dead"), note.detail or note.why)
