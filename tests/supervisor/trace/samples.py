"""Messages, envelopes and records to write down."""

import importlib
import pkgutil
import time
from typing import Any, ClassVar

import msgspec
from msgspec import inspect

import actors
from actors.kernel.message import Envelope, Message, registered
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Handled


class Heard(Message):
    """A message with a person's words."""

    text: str
    turn: int = 0


class Sound(Message):
    """A message with sound and with other bytes."""

    pcm: bytes
    changes: bytes = b""


class Noted(Message):
    """A message without words."""

    number: int
    kind: str = "note"
    limits: ClassVar[int] = 3


def every_message() -> tuple[type[Message], ...]:
    """Each message class of every room."""
    for module in pkgutil.walk_packages(actors.__path__, "actors."):
        if module.name.rpartition(".")[2] in {"messages", "internal", "protocol"}:
            importlib.import_module(module.name)
    return tuple(cls for cls in registered().values() if cls.__module__.startswith("actors."))


def example(cls: type[Message]) -> Message:
    """A message of this class with every field filled."""
    return msgspec.convert(_value(inspect.type_info(cls)), cls)


def _value(kind: inspect.Type) -> Any:
    match kind:
        case inspect.StructType():
            fields = {field.encode_name: _value(field.type) for field in kind.fields}
            return {kind.tag_field: kind.tag, **fields} if kind.tag_field else fields
        case inspect.StrType():
            return "naïve \u202e text"
        case inspect.BytesType():
            return b"\x00\xff bytes"
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 7
        case inspect.FloatType():
            return 0.1
        case inspect.EnumType():
            return next(iter(kind.cls)).value
        case inspect.DictType():
            return {_value(kind.key_type): _value(kind.value_type)}
        case inspect.VarTupleType() | inspect.FrozenSetType():
            return [_value(kind.item_type)]
        case inspect.TupleType():
            return [_value(item) for item in kind.item_types]
        case inspect.UnionType():
            return _value(next(t for t in kind.types if not isinstance(t, inspect.NoneType)))
        case inspect.LiteralType():
            return kind.values[0]
        case _:
            return None


def envelope(
    sequence: int,
    message: Message,
    *,
    sender: str = "world",
    to: str = "conversation",
    cause: str = "",
    turn: int = 0,
) -> Envelope:
    return Envelope(sender, 1, sequence, to, message, cause, turn, sent_at=time.monotonic())


def handled(
    letter: Envelope,
    *,
    sent: tuple[Envelope, ...] = (),
    wall: float | None = None,
    failure: Failure | None = None,
) -> Handled:
    now = time.monotonic()
    return Handled(letter, now, now + 0.001, time.time() if wall is None else wall, sent, failure=failure)
