"""Watching, checking and stopping an actor, and its own reports of its health."""

import enum
from typing import ClassVar

import msgspec

from actors.kernel.message import Lane, Message
from actors.vocabulary.type_names import durable


@durable("kernel.Health")
class Health(enum.StrEnum):
    """How well an actor does its work: fully, in part, or not at all."""

    STARTING = "STARTING"
    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


class Failure(msgspec.Struct, frozen=True):
    """Why an incarnation ended. `kind` is the exception's class; `message_id` what it was handling, "" for none."""

    kind: str
    text: str
    traceback: str = ""
    message_id: str = ""
    message_type: str = ""


class Stop(Message):
    """Finish and end. An actor that `drains_on_stop` handles what waits first."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    reason: str = "stopped"


class Ping(Message):
    """Answered with Pong by the host of every actor."""


class Pong(Message):
    """The address that answered, and its incarnation."""

    address: str
    incarnation: int


class Hang(Message):
    """Block the actor's thread for so many seconds, to test the watchdog."""

    seconds: float


class Fail(Message):
    """Fail in the handler, as a faulty one would: a tool for trying the supervision."""


class WriteCheckpoint(Message):
    """Record all that a replay needs to go on from here. The recorder sends it when a new file begins."""

    lane: ClassVar[Lane] = Lane.SYSTEM


class Undelivered(Message):
    """To a sender that asked for it: message `id` will not be handled. why: the dead letter's reason."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    id: str
    recipient: str
    message_type: str
    why: str
    detail: str = ""


class HealthChanged(Message):
    """An actor's report on itself. remedy: what the owner can do about it, in one line."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    health: Health
    reason: str = ""
    remedy: str = ""
