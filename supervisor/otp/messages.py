"""News about children, and requests for them, that supervisors receive. All overtake ordinary mail."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.kernel.protocol.lifecycle import Failure
from actors.vocabulary.addresses import Address

ROOT = Address("root")
"""The topmost supervisor; as a node's name in a trace, the main process."""


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
    """A supervisor's reminder to itself: the child should be ready by now."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    incarnation: int


class StopOverdue(Message):
    """A supervisor's reminder to itself: the child should have stopped by now."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    incarnation: int


class RestartDue(Message):
    """A supervisor's reminder to itself: the pause before the child's restart is over."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str


class RestartChild(Message):
    """Restart the child at `address`, in order; answered by Accepted or Declined."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str


class KillChild(Message):
    """End the child at `address` at once, as a crash would; answered by Accepted or Declined."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str


class PinChild(Message):
    """Run the child at `address` in `instances` threads or processes; answered by Accepted or Declined."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    pin: str
    instances: int = 1


class Revise(Message):
    """The configuration has changed this supervisor's children; `Slots.revision` says how."""

    lane: ClassVar[Lane] = Lane.SYSTEM


class Accepted(Message):
    """The supervisor carries the request out."""

    lane: ClassVar[Lane] = Lane.SYSTEM


class Declined(Message):
    """The supervisor refuses the request, and why."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    why: str


class ChildHung(Message):
    """From the watchdog: the incarnation must end.

    kind, why: of its Failure.
    message: the id of the envelope that it hangs on, "" for none. If that is done meanwhile, nothing happens.
    """

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    incarnation: int
    kind: str
    why: str
    message: str = ""


class GaveUp(Exception):
    """A supervisor's children failed more often than its intensity allows."""
