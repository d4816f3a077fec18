"""What a host notes down of an actor's life, one frozen value for each event, and where it hands them.

Cheap to make in the actor's thread: nothing is copied or encoded, since messages and envelopes are frozen.
"""

from typing import Any, ClassVar, Protocol, TypeAlias

import msgspec

from actors.kernel.directory import DeadLetter
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.timers import Timer

__all__ = [
    "Began",
    "Checkpoint",
    "ConfigurationVersion",
    "Dead",
    "Handled",
    "HandlerLog",
    "Record",
    "RecordSink",
    "Started",
    "Stopped",
]


class Handled(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One handled message, noted when its handler has ended, failed, or was found hung.

    begun, ended: monotonic seconds; wall: epoch seconds at the begin. by: the address that handled it, where that is
    not the recipient (an instance of it), else "". sent: in the order of sending.
    timers_set: (timer, seconds until it fires, message type). version: the state's (epoch, n)
    afterwards, None without a state.
    """

    envelope: Envelope
    begun: float
    ended: float
    wall: float
    sent: tuple[Envelope, ...] = ()
    timers_set: tuple[tuple[int, float, str], ...] = ()
    timers_cancelled: tuple[int, ...] = ()
    version: tuple[int, int] | None = None
    failure: Failure | None = None
    by: str = ""


class Dead(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A dead letter, at `wall` epoch seconds."""

    letter: DeadLetter
    wall: float

    @property
    def failure(self) -> Failure | None:
        """What killed the actor that was handling it, if that is how it died."""
        return self.letter.failure


class Started(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An incarnation is launched. arguments: a JSON object by name, secrets masked by whoever fills it in.

    actor: the durable name of its class, "" for the one that the tree has at its address. supervisor: whom it tells of
    its health. seed: what its random numbers derive from. state: the restored state as JSON, None for none. wall:
    epoch seconds.
    """

    failure: ClassVar[Failure | None] = None

    address: str
    incarnation: int
    node: str
    arguments: bytes
    seed: str
    wall: float
    state: bytes | None = None
    actor: str = ""
    supervisor: str = ""


class Began(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What an incarnation did in `on_start`, before its first message; the fields are those of `Handled`."""

    address: str
    incarnation: int
    begun: float
    ended: float
    wall: float
    sent: tuple[Envelope, ...] = ()
    timers_set: tuple[tuple[int, float, str], ...] = ()
    timers_cancelled: tuple[int, ...] = ()
    version: tuple[int, int] | None = None
    failure: Failure | None = None


class Checkpoint(msgspec.Struct, frozen=True, eq=False, gc=False):
    """All that a replay needs to go on from between two messages of a deterministic actor.

    actor, supervisor, seed: as in `Started`. sequence, timer: the next numbers of what it sends, and of its timers.
    attributes: what the actor keeps, by name (actors.kernel.checkpoint). pending: its asks, as (id, then, context,
    timer, turn). wall: epoch seconds.
    """

    failure: ClassVar[Failure | None] = None

    address: str
    incarnation: int
    wall: float
    ready: bool
    sequence: int
    timer: int
    actor: str
    supervisor: str
    seed: str
    attributes: tuple[tuple[str, Any], ...]
    pending: tuple[tuple[str, str, Any, int, int], ...]
    timers: tuple[Timer, ...]


class Stopped(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An incarnation ended, in order (no failure) or not. wall: epoch seconds."""

    address: str
    incarnation: int
    reason: str
    failure: Failure | None
    wall: float


class ConfigurationVersion(msgspec.Struct, frozen=True, eq=False, gc=False):
    """From now on the configuration with this digest is in force. wall: epoch seconds."""

    failure: ClassVar[Failure | None] = None

    version: int
    digest: str
    wall: float


Record: TypeAlias = Handled | Dead | Started | Began | Checkpoint | Stopped | ConfigurationVersion


class RecordSink(Protocol):
    """Where hosts hand their records, from any thread."""

    def append(self, record: Record) -> None:
        """Take note of `record`. Never raises; a record that cannot be kept is counted by the recorder."""


_Notes = tuple[
    tuple[Envelope, ...], tuple[tuple[int, float, str], ...], tuple[int, ...], tuple[int, int] | None
]


class HandlerLog:
    """Notes what one handler after another of `actor` does, and makes its records. sent, set, unset: as in Handled."""

    def __init__(self, sink: RecordSink, actor: object, address: str, incarnation: int) -> None:
        self.append = sink.append
        self.sent: list[Envelope] = []
        self.set: list[tuple[int, float, str]] = []
        self.unset: list[int] = []
        self._actor = actor
        self._address = address
        self._incarnation = incarnation

    def begin(self) -> None:
        """A handler begins."""
        if self.sent:
            self.sent = []
        if self.set:
            self.set = []
        if self.unset:
            self.unset = []

    def handled(
        self, envelope: Envelope, begun: float, ended: float, wall: float, failure: Failure | None
    ) -> None:
        """A handler has ended."""
        by = "" if envelope.recipient == self._address else self._address
        self.append(Handled(envelope, begun, ended, wall, *self._notes(), failure, by))

    def started(self, begun: float, ended: float, wall: float, failure: Failure | None) -> None:
        """`on_start` has ended."""
        self.append(Began(self._address, self._incarnation, begun, ended, wall, *self._notes(), failure))

    def _notes(self) -> _Notes:
        version = getattr(self._actor, "version", None)
        reached = None if version is None else (version.epoch, version.n)
        return tuple(self.sent), tuple(self.set), tuple(self.unset), reached
