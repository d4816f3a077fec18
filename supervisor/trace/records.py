"""The lines of a trace file: one for each record, as JSON tagged by `kind`; and their topics.

The same structs encode and decode; `message`, `arguments` and `state` come back as plain JSON values.
"""

from typing import Any, TypeAlias

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.protocol.storage import Version

__all__ = [
    "BeganLine",
    "CheckpointLine",
    "ConfigurationLine",
    "DeadLine",
    "HandledLine",
    "Line",
    "LostLine",
    "MailLine",
    "Sent",
    "StartedLine",
    "StoppedLine",
    "TimerSet",
    "decode_line",
    "topic_of",
]


class Sent(msgspec.Struct, frozen=True, gc=False):
    """A message that a handler sent: its id, recipient, type, and the digest of its content."""

    id: str
    to: str
    type: str
    digest: str


class TimerSet(msgspec.Struct, frozen=True, gc=False):
    """A timer that a handler set, to fire in `seconds` with a message of this type."""

    id: int
    seconds: float
    type: str


class MailLine(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", kw_only=True):
    """The fields of a handled message and of a dead letter. wall: epoch seconds; sent_at: monotonic seconds."""

    id: str
    sender: str
    recipient: str
    type: str
    wall: float
    message: Any
    cause: str = ""
    turn: int = 0
    answers: str = ""
    sent_at: float = 0.0
    failure: Failure | None = None


class HandledLine(MailLine, frozen=True, omit_defaults=True, tag_field="kind", tag="handled", kw_only=True):
    """A handled message. begun, ended: monotonic seconds of its handler. by: which instance of the recipient handled
    it, "" where there is only one."""

    begun: float
    ended: float
    out: tuple[Sent, ...] = ()
    timers_set: tuple[TimerSet, ...] = ()
    timers_cancelled: tuple[int, ...] = ()
    version: Version | None = None
    by: str = ""

    @property
    def handler(self) -> str:
        """The address whose actor handled it."""
        return self.by or self.recipient


class DeadLine(MailLine, frozen=True, omit_defaults=True, tag_field="kind", tag="dead", kw_only=True):
    """A message that will never be handled, and why."""

    why: str
    detail: str = ""


class StartedLine(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="started", kw_only=True
):
    """An incarnation was launched. actor: the durable name of its class, "" for the one that the tree has at its
    address. supervisor: the address that it reports its health to."""

    address: str
    incarnation: int
    node: str
    arguments: Any
    seed: str
    wall: float
    state: Any = None
    actor: str = ""
    supervisor: str = ""


class BeganLine(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="began", kw_only=True):
    """An incarnation ran its `on_start`. begun, ended: monotonic seconds."""

    address: str
    incarnation: int
    wall: float
    begun: float
    ended: float
    out: tuple[Sent, ...] = ()
    timers_set: tuple[TimerSet, ...] = ()
    timers_cancelled: tuple[int, ...] = ()
    version: Version | None = None
    failure: Failure | None = None


class CheckpointLine(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="checkpoint", kw_only=True
):
    """A replay can begin here, between two messages of a deterministic actor (actors.kernel.record.Checkpoint).

    kept: its attributes; pending: its asks; timers: those it has set (supervisor.trace.checkpoint_json). why: where
    these are missing, the reason.
    """

    address: str
    incarnation: int
    wall: float
    ready: bool = True
    sequence: int = 1
    timer: int = 1
    actor: str = ""
    supervisor: str = ""
    seed: str = ""
    kept: Any = None
    pending: Any = None
    timers: Any = None
    why: str = ""


class StoppedLine(
    msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="stopped", kw_only=True
):
    """An incarnation ended."""

    address: str
    incarnation: int
    reason: str
    wall: float
    failure: Failure | None = None


class ConfigurationLine(msgspec.Struct, frozen=True, tag_field="kind", tag="configuration", kw_only=True):
    """A configuration came into force."""

    version: int
    digest: str
    wall: float


class LostLine(msgspec.Struct, frozen=True, tag_field="kind", tag="lost", kw_only=True):
    """This many records are missing before this point, and why."""

    count: int
    why: str
    wall: float


Line: TypeAlias = (
    HandledLine
    | DeadLine
    | StartedLine
    | BeganLine
    | CheckpointLine
    | StoppedLine
    | ConfigurationLine
    | LostLine
)

_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def decode_line(data: bytes | memoryview) -> Line:
    """The line in `data`. Raises msgspec.DecodeError."""
    return _decoder.decode(data)


def topic_of(kind: type[msgspec.Struct]) -> str:
    """`/room/Type` for a message, so that a viewer lists messages by room; `/trace/kind` for another kind of line."""
    if not issubclass(kind, Message):
        return f"/trace/{kind.__struct_config__.tag}"
    package, *rest = kind.__module__.split(".")
    room = rest[0] if package == "actors" and rest else package
    return f"/{room}/{kind.__name__}"
