"""The lines of a trace file, one per record, as JSON tagged by `kind`; and their topics.

The same structs encode and decode; `message`, `arguments` and `state` come back as plain JSON values.
"""

import re
from array import array
from itertools import accumulate
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.protocol.storage import Version

T = TypeVar("T")

DEEPEST = 100
"""Levels of lists and maps in a line."""
_STRING = re.compile(rb'"[^"]*+"?')
_NO_BRACKETS = bytes(set(range(256)) - set(b'"[]{}'))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
"""One level deeper, or one less deep (-1, as a signed byte)."""

Wall: TypeAlias = Annotated[float, msgspec.Meta(ge=0.0, le=1.8e10)]
"""Epoch seconds up to the year 2540: each is a date, and fits into MCAP's 64 bits of nanoseconds."""
Seconds: TypeAlias = Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[^\n]*/[0-9]{1,18}/[0-9]{1,18}\Z")]
"""Of a message: sender, incarnation, sequence."""


class Sent(msgspec.Struct, frozen=True, gc=False):
    """A message that a handler sent: its id, recipient, type, and the digest of its content."""

    id: Id
    to: str
    type: str
    digest: str


class TimerSet(msgspec.Struct, frozen=True, gc=False):
    """A timer that a handler set, to fire in `seconds` with a message of this type."""

    id: Number
    seconds: Seconds
    type: str


class _Line(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind"):
    """A line without defaults. wall, in all lines: epoch seconds."""


class MailLine(_Line, frozen=True, kw_only=True):
    """The fields of a handled message and of a dead letter. sent_at: monotonic seconds."""

    id: Id
    sender: str
    recipient: str
    type: str
    wall: Wall
    message: Any
    cause: str = ""
    turn: Number = 0
    answers: str = ""
    sent_at: Seconds = 0.0
    failure: Failure | None = None


class HandledLine(MailLine, frozen=True, tag="handled", kw_only=True):
    """A handled message. begun, ended: monotonic seconds of its handler. by: the replica that handled it."""

    begun: Seconds
    ended: Seconds
    out: tuple[Sent, ...] = ()
    timers_set: tuple[TimerSet, ...] = ()
    timers_cancelled: tuple[int, ...] = ()
    version: Version | None = None
    by: str = ""

    @property
    def handler(self) -> str:
        """The address of the actor that handled it."""
        return self.by or self.recipient


class DeadLine(MailLine, frozen=True, tag="dead", kw_only=True):
    """A message that will never be handled, and why."""

    why: str
    detail: str = ""


class StartedLine(_Line, frozen=True, tag="started", kw_only=True):
    """An incarnation was launched. actor: the durable name of its class, "" for the tree's class at its address.
    supervisor: the address that gets its health."""

    address: str
    incarnation: Number
    node: str
    arguments: Any
    seed: str
    wall: Wall
    state: Any = None
    actor: str = ""
    supervisor: str = ""


class BeganLine(_Line, frozen=True, tag="began", kw_only=True):
    """An incarnation ran its `on_start`. begun, ended: monotonic seconds."""

    address: str
    incarnation: Number
    wall: Wall
    begun: Seconds
    ended: Seconds
    out: tuple[Sent, ...] = ()
    timers_set: tuple[TimerSet, ...] = ()
    timers_cancelled: tuple[int, ...] = ()
    version: Version | None = None
    failure: Failure | None = None


class CheckpointLine(_Line, frozen=True, tag="checkpoint", kw_only=True):
    """A replay can begin here, between two messages of a deterministic actor (actors.kernel.record.Checkpoint).

    kept, pending, timers: its attributes, asks and timers (supervisor.trace.checkpoint_json). why: they are missing.
    """

    address: str
    incarnation: Number
    wall: Wall
    ready: bool = True
    sequence: Number = 1
    timer: Number = 1
    actor: str = ""
    supervisor: str = ""
    seed: str = ""
    kept: Any = None
    pending: Any = None
    timers: Any = None
    why: str = ""


class StoppedLine(_Line, frozen=True, tag="stopped", kw_only=True):
    """An incarnation ended."""

    address: str
    incarnation: Number
    reason: str
    wall: Wall
    failure: Failure | None = None


class ConfigurationLine(_Line, frozen=True, tag="configuration", kw_only=True):
    """A configuration came into force."""

    version: int
    digest: str
    wall: Wall


class LostLine(_Line, frozen=True, tag="lost", kw_only=True):
    """`count` records are missing before this point."""

    count: Number
    why: str
    wall: Wall


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
    return decode_with(_decoder, data)


def decode_with(decoder: msgspec.json.Decoder[T], data: bytes | memoryview) -> T:
    """What `decoder` makes of `data`. Raises msgspec.DecodeError, also where it would raise something else."""
    if _is_deep(data):
        raise msgspec.DecodeError(f"it is nested more than {DEEPEST} levels deep")
    try:
        return decoder.decode(data)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"it is not UTF-8: {error.reason}") from None


def _is_deep(data: bytes | memoryview) -> bool:
    """Whether what reads the line, level by level, would run out of stack.

    A line may have millions of brackets: nothing here goes from one to the next in Python."""
    data = bytes(data)
    if data.count(b"[") + data.count(b"{") <= DEEPEST:
        return False
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = _STRING.sub(b"", data.translate(None, _NO_BRACKETS).replace(b'""', b""))
    return max(accumulate(array("b", brackets.translate(_STEPS))), default=0) > DEEPEST


def topic_of(kind: type[msgspec.Struct]) -> str:
    """`/package/Type` for a message, so that a viewer groups messages; `/trace/kind` for other kinds of lines."""
    if not issubclass(kind, Message):
        return f"/trace/{kind.__struct_config__.tag}"
    package, *rest = kind.__module__.split(".")
    group = rest[0] if package == "actors" and rest else package
    return f"/{group}/{kind.__name__}"
