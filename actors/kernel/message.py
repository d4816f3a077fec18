"""Messages and the envelopes that carry them.

A message is a frozen value with a name of its own; an envelope says who sent it to whom, and why. Both encode to
MessagePack (wire, store) and JSON (trace), and nothing else is ever decoded.
"""

import enum
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

import msgspec

from actors.kernel.errors import DuplicateMessage, MalformedMessage, UnknownMessage
from actors.vocabulary.type_names import durable

__all__ = [
    "Asker",
    "Envelope",
    "Lane",
    "Message",
    "current_name",
    "decode",
    "encode",
    "message_class",
    "non_finite",
    "registered",
]


class Lane(enum.IntEnum):
    """How a mailbox queues a message: SYSTEM overtakes, DATA keeps its order, LATEST keeps the newest per key."""

    SYSTEM = 0
    DATA = 1
    LATEST = 2


_registry: dict[str, "type[Message]"] = {}
_former: dict[str, "type[Message]"] = {}


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class _MessageMeta(msgspec.StructMeta):
    """Tells type checkers that every message is frozen without each saying so."""


class Message(msgspec.Struct, metaclass=_MessageMeta, frozen=True, tag=True):
    """Base of every message. Subclasses register themselves by their name, once per process.

    A class that is renamed keeps its old name in files: `class New(Message, tag="Old")` with `former_names = ("Old",)`.

    Raises DuplicateMessage when another class has taken a name.
    """

    lane: ClassVar[Lane] = Lane.DATA
    if not TYPE_CHECKING:
        turn = 0  # a message that belongs to a turn of conversation has a field of this name

    former_names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **_: Any) -> None:
        names = (cls.__name__, *cls.__dict__.get("former_names", ()))
        for name in names:
            known = _registry.get(name) or _former.get(name)
            if known is not None:
                raise DuplicateMessage(f"{cls.__module__}.{name} is already registered by {known.__module__}")
        _registry[cls.__name__] = cls
        _former.update((name, cls) for name in names[1:])

    def latest_key(self) -> str:
        """What distinguishes entries in the latest lane; the type's name unless overridden."""
        return type(self).__name__


class Envelope(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One message on its way. `id` is unique within a run: address/incarnation/sequence of the sender.

    `cause` is the id of the message being handled when this one was sent ("" for the outside world), `turn` the turn
    of conversation it belongs to (0 for none), `answers` the id that a reply replies to ("" otherwise). `sent_at` is
    monotonic seconds, stamped only where somebody records.
    """

    sender: str
    incarnation: int
    sequence: int
    recipient: str
    message: Message
    cause: str = ""
    turn: int = 0
    answers: str = ""
    notify: bool = False
    sent_at: float = 0.0

    @property
    def id(self) -> str:
        """`address/incarnation/sequence`, never random."""
        return f"{self.sender}/{self.incarnation}/{self.sequence}"


@durable("kernel.Asker")
class Asker(msgspec.Struct, frozen=True):
    """Whom to answer, kept for a reply that is given after the handler has ended."""

    address: str
    id: str
    turn: int = 0


def registered() -> Mapping[str, type[Message]]:
    """Every message class known to this process, by name."""
    return _registry


def message_class(name: str) -> type[Message]:
    """The message class that is, or was, called `name`. Raises UnknownMessage."""
    try:
        return _registry.get(name) or _former[name]
    except (KeyError, TypeError):
        raise UnknownMessage(f"no message type is called {name!r}") from None


def current_name(name: str) -> str:
    """What the message type that is, or was, called `name` is called today; an unknown name stays as it is."""
    known = _former.get(name)
    return name if known is None else known.__name__


_encoder = msgspec.msgpack.Encoder()


class _Wire(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An envelope as it crosses a link: the type's name, and the message still encoded."""

    sender: str
    incarnation: int
    sequence: int
    recipient: str
    type: str
    message: msgspec.Raw
    cause: str
    turn: int
    answers: str
    notify: bool
    sent_at: float


# A float in MessagePack whose exponent is all ones. Found in a blob too; then a closer look follows.
_NON_FINITE = re.compile(rb"\xcb[\x7f\xff][\xf0-\xff]|\xca[\x7f\xff][\x80-\xff]")
_wire_decoder = msgspec.msgpack.Decoder(_Wire)


@cache
def _decoder(cls: type[Message]) -> msgspec.msgpack.Decoder[Message]:
    return msgspec.msgpack.Decoder(cls)


def encode(envelope: Envelope) -> bytes:
    """The envelope as MessagePack."""
    e = envelope
    name = type(e.message).__name__
    raw = msgspec.Raw(_encoder.encode(e.message))
    return _encoder.encode(
        _Wire(
            e.sender,
            e.incarnation,
            e.sequence,
            e.recipient,
            name,
            raw,
            e.cause,
            e.turn,
            e.answers,
            e.notify,
            e.sent_at,
        )
    )


def decode(data: bytes) -> Envelope:
    """The envelope in `data`. Raises UnknownMessage or MalformedMessage, never anything else."""
    try:
        w = _wire_decoder.decode(data)
        message = _decoder(message_class(w.type)).decode(w.message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedMessage(str(error)) from None
    if _NON_FINITE.search(data) is not None and (non_finite(message) or non_finite(w.sent_at)):
        raise MalformedMessage(f"{w.type} holds a number that is not finite")
    return Envelope(
        w.sender,
        w.incarnation,
        w.sequence,
        w.recipient,
        message,
        w.cause,
        w.turn,
        w.answers,
        w.notify,
        w.sent_at,
    )


_WITHOUT_FLOATS = frozenset((str, bytes, int, bool, type(None)))


def non_finite(value: Any) -> bool:
    """Whether a float in `value`, which may be nested, is infinite or no number."""
    if type(value) in _WITHOUT_FLOATS:
        return False
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, msgspec.Struct):
        return any(non_finite(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, Mapping):
        return any(map(non_finite, value.values()))
    return isinstance(value, (tuple, list, frozenset)) and any(map(non_finite, value))
