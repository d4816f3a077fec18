"""Messages and the envelopes that carry them. Both are frozen values, encoded as MessagePack (links, store) and JSON
(traces)."""

import enum
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

import msgspec

from actors.kernel.errors import DuplicateMessage, MalformedMessage, UnknownMessage
from actors.vocabulary.type_names import durable


class Lane(enum.IntEnum):
    """How a mailbox queues a message: SYSTEM overtakes, DATA keeps its order, LATEST keeps the newest per key."""

    SYSTEM = 0
    DATA = 1
    LATEST = 2


_registry: dict[str, "type[Message]"] = {}
_former: dict[str, "type[Message]"] = {}


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class _MessageMeta(msgspec.StructMeta):
    """Tells type checkers that every message is frozen, and puts the plugin's name before that of its message."""

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        plugin: str = "",
        **options: Any,
    ) -> "_MessageMeta":
        if plugin:
            name = f"{plugin}.{name}"
            options.setdefault("tag", name)
        return super().__new__(mcls, name, bases, namespace, **options)


class Message(msgspec.Struct, metaclass=_MessageMeta, frozen=True, tag=True):
    """Base of every message. A subclass registers itself by its name; raises DuplicateMessage when that is taken.

    A plugin's message is declared with its name, `class Waved(Message, plugin="example")`, and called `example.Waved`.
    A renamed class keeps its old name in files: `class New(Message, tag="Old")` with `former_names = ("Old",)`.
    """

    lane: ClassVar[Lane] = Lane.DATA
    continuous: ClassVar[bool] = False
    """Whether it comes many times a second while something lasts: its records reach the trace's file a little later."""

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
        """In the latest lane, a message replaces the one with the same key: the type's name, unless overridden."""
        return type(self).__name__


class Envelope(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One message on its way.

    cause: the id of the message being handled when this one was sent, "" when it came from outside.
    turn: the turn of conversation that it belongs to, 0 for none. answers: the id of what a reply answers, else "".
    notify: the sender wants an Undelivered. sent_at: monotonic seconds, set only where messages are recorded.
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
        """`sender/incarnation/sequence`, unique within a run."""
        return f"{self.sender}/{self.incarnation}/{self.sequence}"


@durable("kernel.Asker")
class Asker(msgspec.Struct, frozen=True):
    """The sender of a message that is answered after its handler has ended."""

    address: str
    id: str
    turn: int = 0


def registered() -> Mapping[str, type[Message]]:
    """Every message class of this process, by name."""
    return _registry


def message_class(name: str) -> type[Message]:
    """The message class that is, or was, called `name`. Raises UnknownMessage."""
    try:
        return _registry.get(name) or _former[name]
    except (KeyError, TypeError):
        raise UnknownMessage(f"no message type is called {name!r}") from None


def current_name(name: str) -> str:
    """Today's name of the message type that is, or was, called `name`; an unknown name is returned as it is."""
    known = _former.get(name)
    return name if known is None else known.__name__


_encoder = msgspec.msgpack.Encoder()


_Wire = tuple[str, int, int, str, str, msgspec.Raw, str, int, str, bool, float]
"""An envelope as it crosses a link: its fields, with the message's type before the message, which is encoded apart."""

# A float in MessagePack whose exponent is all ones. Found in a blob too; then a closer look follows.
_NON_FINITE = re.compile(rb"\xcb[\x7f\xff][\xf0-\xff]|\xca[\x7f\xff][\x80-\xff]")
_decode_wire = msgspec.msgpack.Decoder(_Wire).decode


@cache
def _decoder(cls: type[Message]) -> msgspec.msgpack.Decoder[Message]:
    return msgspec.msgpack.Decoder(cls)


def encode(envelope: Envelope) -> bytes:
    """The envelope as MessagePack."""
    e, n = envelope, envelope.sequence
    name, raw = type(e.message).__name__, msgspec.Raw(_encoder.encode(e.message))
    return _encoder.encode(
        (e.sender, e.incarnation, n, e.recipient, name, raw, e.cause, e.turn, e.answers, e.notify, e.sent_at)
    )


def decode(data: bytes) -> Envelope:
    """The envelope in `data`. Raises UnknownMessage or MalformedMessage, and nothing else."""
    try:
        sender, incarnation, number, to, name, raw, cause, turn, answers, notify, at = _decode_wire(data)
        message = _decoder(message_class(name)).decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedMessage(str(error)) from None
    if _NON_FINITE.search(data) is not None and (non_finite(message) or non_finite(at)):
        raise MalformedMessage(f"{name} holds a number that is not finite")
    return Envelope(sender, incarnation, number, to, message, cause, turn, answers, notify, at)


_WITHOUT_FLOATS = frozenset((str, bytes, int, bool, type(None)))


def non_finite(value: Any) -> bool:
    """Whether `value`, which may be nested, holds a float that is infinite or NaN."""
    if type(value) in _WITHOUT_FLOATS:
        return False
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, msgspec.Struct):
        return any(non_finite(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, Mapping):
        return any(map(non_finite, value.values()))
    return isinstance(value, (tuple, list, frozenset)) and any(map(non_finite, value))
