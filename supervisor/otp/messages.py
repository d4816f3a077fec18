"""What supervisors are told of their children's lives. All of it overtakes ordinary mail."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.kernel.protocol.lifecycle import Failure
from actors.vocabulary.addresses import Address

ROOT = Address("root")
"""The supervisor above all others; where a trace names nodes, the process that it lives in."""


class ChildReady(Message):
    """Incarnation `incarnation` of `address` says that it is started."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    incarnation: int


class ChildEnded(Message):
    """Incarnation `incarnation` of `address` is over; `failure` says why, None after an orderly stop."""

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
    """Let the child at `address` go on in a thread or in `instances` processes; answered by Accepted or Declined."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    pin: str
    instances: int = 1


class Revise(Message):
    """The configuration wants the tree below this supervisor to be otherwise; the cells know how."""

    lane: ClassVar[Lane] = Lane.SYSTEM


class Accepted(Message):
    """What was asked of the supervisor is being done."""

    lane: ClassVar[Lane] = Lane.SYSTEM


class Declined(Message):
    """The supervisor will not do it, and why."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    why: str


class ChildHung(Message):
    """The watchdog's word: the incarnation must end, for `why`. kind: what its Failure is called. message: the id of
    the envelope that it hangs on, "" for none; when that has been handled meanwhile, nothing happens."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    incarnation: int
    kind: str
    why: str
    message: str = ""


class GaveUp(Exception):
    """A supervisor's children failed more often than its intensity allows."""
