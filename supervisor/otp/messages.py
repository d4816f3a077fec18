"""What supervisors are told about their children, and asked to do with them. All of it overtakes ordinary mail."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.kernel.protocol.lifecycle import Failure
from actors.vocabulary.addresses import Address

ROOT = Address("root")
"""The supervisor above all others; where a trace names nodes, the process that it lives in."""


class ChildReady(Message):
    """Incarnation `incarnation` of `address` is ready."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    incarnation: int


class ChildEnded(Message):
    """Incarnation `incarnation` of `address` has ended; `failure` says why, None after an orderly stop."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    incarnation: int
    failure: Failure | None = None


class StartOverdue(Message):
    """A supervisor's own reminder: the child should be ready by now."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    incarnation: int


class StopOverdue(Message):
    """A supervisor's own reminder: the child should have stopped by now."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    incarnation: int


class RestartDue(Message):
    """A supervisor's own reminder: the child's pause is over."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str


class RestartChild(Message):
    """Stop the child at `address` and start it again; answered by Accepted or Declined."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str


class KillChild(Message):
    """End the child at `address` at once, as a crash would; answered by Accepted or Declined."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str


class PinChild(Message):
    """Move the child at `address` into a thread or into processes, `instances` of them; answered by Accepted or
    Declined."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    pin: str
    instances: int = 1


class Revise(Message):
    """The configuration has changed what is below this supervisor; `Slots.revision` says how."""

    lane: ClassVar[Lane] = Lane.SYSTEM


class Accepted(Message):
    """The supervisor does what was asked of it."""

    lane: ClassVar[Lane] = Lane.SYSTEM


class Declined(Message):
    """The supervisor does not do what was asked of it, and why."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    why: str


class ChildHung(Message):
    """From the watchdog: the incarnation must end, because of `why`. kind: of its Failure. message: the id of the
    envelope that it hangs on, "" for none; when that has been handled meanwhile, nothing happens."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    incarnation: int
    kind: str
    why: str
    message: str = ""


class GaveUp(Exception):
    """A supervisor's children failed more often than its intensity allows."""
