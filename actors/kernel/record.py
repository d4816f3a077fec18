"""Records of what happens to an actor, one frozen value for each event. Cheap to make: nothing is copied or encoded."""

from typing import Any, ClassVar, Protocol, TypeAlias

import msgspec

from actors.kernel.directory import DeadLetter
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.timers import Timer


class Handled(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One handled message, recorded when its handler ended, failed, or was found hung.

    begun, ended: monotonic seconds. wall: epoch seconds at the beginning.
    timers_set: (timer, seconds until it fires, message type). version: of the state afterwards, as (epoch, n).
    by: the address that handled it, where that is not the recipient but a replica of it.
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
        """What crashed the actor that was handling it, if anything did."""
        return self.letter.failure


class Started(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An incarnation is started. arguments: a JSON object by name, with secrets masked.

    actor: the durable name of its class, "" for the one that the tree has at its address.
    supervisor: the address told of its health. seed: of its random numbers. state: restored, as JSON.
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
    """What an incarnation did in `on_start`; the fields are those of `Handled`."""

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
    """All that a replay needs to go on between two messages of a deterministic actor.

    actor, supervisor, seed: as in `Started`. sequence, timer: the next numbers of its messages and timers.
    attributes: by name (actors.kernel.checkpoint). pending: its asks, as (id, then, context, timer, turn).
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
    """An incarnation ended; failure: None after an orderly stop. wall: epoch seconds."""

    address: str
    incarnation: int
    reason: str
    failure: Failure | None
    wall: float


class ConfigurationVersion(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The configuration with this digest is in force from now on. wall: epoch seconds."""

    failure: ClassVar[Failure | None] = None

    version: int
    digest: str
    wall: float


Record: TypeAlias = Handled | Dead | Started | Began | Checkpoint | Stopped | ConfigurationVersion


class RecordSink(Protocol):
    """Takes the records of all hosts, from any thread."""

    def append(self, record: Record) -> None:
        """Take `record`. Never raises; a record that is lost is counted by the recorder."""


_Notes = tuple[
    tuple[Envelope, ...], tuple[tuple[int, float, str], ...], tuple[int, ...], tuple[int, int] | None
]


class HandlerLog:
    """Notes what each handler of `actor` does, and makes its record. set, unset: timers.

    Most handlers set no timer and send little: what is not noted costs nothing, neither here nor when it is written.
    """

    __slots__ = ("_actor", "_address", "_incarnation", "_versioned", "append", "sent", "set", "unset")

    def __init__(self, sink: RecordSink, actor: object, address: str, incarnation: int) -> None:
        self.append = sink.append
        self.sent: list[Envelope] = []
        self.set: list[tuple[int, float, str]] = []
        self.unset: list[int] = []
        self._actor = actor
        self._address = address
        self._incarnation = incarnation
        self._versioned = hasattr(actor, "version")

    def begin(self) -> None:
        """A handler begins."""
        if self.sent:
            self.sent = []
        if self.set:
            self.set = []
        if self.unset:
            self.unset = []

    def handled(
        self, envelope: Envelope, begun: float, ended: float, wall: float, failure: Failure | None = None
    ) -> None:
        """A handler has ended."""
        by = "" if envelope.recipient == self._address else self._address
        if self.sent or self.set or self.unset or self._versioned or failure is not None or by:
            self.append(Handled(envelope, begun, ended, wall, *self._notes(), failure, by))
        else:
            self.append(Handled(envelope, begun, ended, wall))

    def started(self, begun: float, ended: float, wall: float, failure: Failure | None) -> None:
        """`on_start` has ended."""
        self.append(Began(self._address, self._incarnation, begun, ended, wall, *self._notes(), failure))

    def _notes(self) -> _Notes:
        version = getattr(self._actor, "version", None) if self._versioned else None
        reached = None if version is None else (version.epoch, version.n)
        return tuple(self.sent), tuple(self.set), tuple(self.unset), reached
