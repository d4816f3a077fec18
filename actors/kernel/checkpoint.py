"""The attributes of an actor between two messages, from which another incarnation can go on.

Taken in the actor's thread, which must not wait: frozen values are referred to, and containers are copied. An object
whose class has no durable name (a function, a thread, a lock) is left out: the new actor has its own.
"""

import enum
from collections import deque
from collections.abc import Mapping
from typing import Any

import msgspec

from actors.kernel.actor import Actor
from actors.vocabulary.type_names import name_of_class

PLAIN = (str, int, float, bool, bytes, type(None), enum.Enum)


class Container(msgspec.Struct, frozen=True):
    """A copied container. kind: tuple, list, set, frozenset, deque, or dict, whose items are pairs."""

    kind: str
    items: tuple[Any, ...]


class Item(msgspec.Struct, frozen=True):
    """An object of a class with a durable name, and its attributes by name."""

    cls: type
    fields: tuple[tuple[str, Any], ...]


class LeftOut(msgspec.Struct, frozen=True):
    """An object that is left out, by its type."""

    type: str


def taken(actor: Actor) -> tuple[tuple[str, Any], ...]:
    """The attributes of `actor`, by name."""
    return tuple((name, _taken(value)) for name, value in vars(actor).items() if name != "context")


def _taken(value: Any) -> Any:
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, msgspec.Struct):
        if value.__struct_config__.frozen:
            return value
        return Item(type(value), tuple((f, _taken(getattr(value, f))) for f in value.__struct_fields__))
    if isinstance(value, Mapping):
        return Container("dict", tuple((_taken(key), _taken(item)) for key, item in value.items()))
    if isinstance(value, tuple | list | set | frozenset | deque):
        return Container(type(value).__name__, tuple(map(_taken, value)))
    if hasattr(type(value), "model_fields"):
        return value  # a section of the configuration is frozen
    if name_of_class(type(value)) is None:
        return LeftOut(type(value).__name__)
    return Item(type(value), tuple((name, _taken(item)) for name, item in _fields(value)))


def _fields(value: Any) -> list[tuple[str, Any]]:
    names = [name for cls in type(value).__mro__ for name in getattr(cls, "__slots__", ())]
    found = [(name, getattr(value, name)) for name in names if hasattr(value, name)]
    return found + list(getattr(value, "__dict__", {}).items())
