"""What the parts of a domain want done: values, which its actor carries out in their order."""

from collections.abc import Iterator
from typing import Any

import msgspec

from actors.kernel.message import Asker, Message

__all__ = ["Answer", "Cancel", "Hand", "Recovered", "Remind", "Step", "Steps", "Tell", "Trouble"]


class Hand(msgspec.Struct, frozen=True):
    """Give `message` to persistence; its answer goes to the method `then`, with `context`. "": to none."""

    message: Message
    then: str = ""
    context: Any = None


class Tell(msgspec.Struct, frozen=True):
    """Tell `message` to the address `to`. notify: its loss is to be heard of."""

    to: str
    message: Message
    notify: bool = False


class Remind(msgspec.Struct, frozen=True):
    """Handle `message` in `seconds`. timer: the attribute of the writer that keeps the timer's number, "" for none."""

    seconds: float
    message: Message
    timer: str = ""


class Cancel(msgspec.Struct, frozen=True):
    """Forget a timer, if it has not fired; 0 is none."""

    timer: int


class Answer(msgspec.Struct, frozen=True):
    """Answer whoever has waited."""

    message: Message
    asker: Asker


class Trouble(msgspec.Struct, frozen=True):
    """The state is not kept as it should be: why, and what the owner can do about it."""

    reason: str
    remedy: str


class Recovered(msgspec.Struct, frozen=True):
    """It is kept as it should be."""


Step = Hand | Tell | Remind | Cancel | Answer | Trouble | Recovered
Steps = Iterator[Step]
"""Taken one by one and carried out at once: what decides on them goes on only then."""
