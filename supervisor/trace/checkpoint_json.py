"""The attributes of an actor (actors.kernel.checkpoint) as JSON values that name their class, and back.

A class has its durable name (actors.vocabulary.type_names), a message its type, a section of the configuration its key.
Only classes in these tables are decoded: a file can name no other. A frozen value in two places is written once.
"""

import base64
import enum
import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from actors.kernel.checkpoint import Container, Item, LeftOut
from actors.kernel.errors import UnknownMessage
from actors.kernel.message import Message, message_class
from actors.vocabulary.type_names import UnknownTypeName, class_of_name, name_of_class
from config.layers.former_names import with_todays
from config.schema import Section, dump, section_class, section_name

LEFT: Any = object()
"""Stands for a value that was left out: the actor's constructor makes it."""
_KINDS = {"list": list, "set": set, "frozenset": frozenset, "deque": deque, "tuple": tuple}


class UnreadableCheckpoint(ValueError):
    """A checkpoint does not fit today's classes; the message says what does not."""


class CheckpointEncoder:
    """Encodes the values of one checkpoint."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, Any]] = {}

    def value(self, value: Any) -> Any:
        if isinstance(value, enum.Enum):
            return _named("$enum", type(value), value=value.value)
        if value is None or isinstance(value, str | bool | int):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"$float": repr(value)}
        if isinstance(value, bytes):
            return {"$bytes": base64.b64encode(value).decode()}
        if isinstance(value, Container):
            return self._container(value)
        if isinstance(value, Item):
            fields = {name: self.value(item) for name, item in value.fields}
            return _named("$object", value.cls, fields=fields)
        if isinstance(value, LeftOut):
            return {"$left": value.type}
        if isinstance(value, msgspec.Struct):
            return self._struct(value)
        if isinstance(value, Mapping):
            return {"$dict": [[self.value(k), self.value(v)] for k, v in value.items()]}
        if isinstance(value, tuple):
            return [self.value(item) for item in value]
        if isinstance(value, frozenset):
            return {"$frozenset": [self.value(item) for item in sorted(value)]}
        if isinstance(value, Section):
            return {"$section": section_name(type(value)), "value": dump(value)}
        return {"$left": type(value).__name__}

    def _struct(self, value: msgspec.Struct) -> Any:
        cls = type(value)
        tag, name = ("$message", cls.__name__) if isinstance(value, Message) else ("$", name_of_class(cls))
        if name is None:
            return {"$left": cls.__name__}
        if (seen := self._seen.get(id(value))) is not None:
            return {"$same": seen[0]}
        number = len(self._seen)
        self._seen[id(value)] = (number, value)  # held, so that its id stays its own
        fields = {name: self.value(getattr(value, name)) for name in value.__struct_fields__}
        return {tag: name, "n": number, "fields": fields}

    def _container(self, value: Container) -> Any:
        if value.kind == "dict":
            return {"$dict": [[self.value(key), self.value(item)] for key, item in value.items]}
        items = [self.value(item) for item in value.items]
        return items if value.kind == "tuple" else {f"${value.kind}": items}


class CheckpointDecoder:
    """Decodes the values of one checkpoint."""

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}

    def value(self, shown: Any, instead: Any = LEFT) -> Any:
        """The value encoded as `shown`; `instead` if it was left out. Raises UnreadableCheckpoint."""
        if isinstance(shown, list):
            return tuple(self.value(item) for item in shown)
        if not isinstance(shown, dict):
            return shown
        tag = next(iter(shown), "")
        match tag:
            case "$":
                return self._struct(_class(shown["$"], msgspec.Struct), shown)
            case "$message":
                return self._struct(_found(message_class, shown["$message"]), shown)
            case "$same":
                return self._made[shown["$same"]]
            case "$enum":
                return _class(shown["$enum"], enum.Enum)(shown["value"])
            case "$float":
                return float(shown["$float"])
            case "$bytes":
                return base64.b64decode(shown["$bytes"])
            case "$dict":
                return {self.value(key): self.value(item) for key, item in shown["$dict"]}
            case "$left":
                return instead
            case "$section":
                name = shown["$section"]
                return _found(section_class, name).model_validate(with_todays(shown["value"], (name,)))
            case "$object":
                return self._object(shown, instead)
        if (kind := _KINDS.get(tag[1:])) is None:
            raise UnreadableCheckpoint(f"{tag!r} is unknown")
        return kind(self.value(item) for item in shown[tag])

    def _struct(self, cls: Any, shown: dict[str, Any]) -> Any:
        known = set(cls.__struct_fields__)
        fields = {name: self.value(item) for name, item in shown["fields"].items() if name in known}
        try:
            made = cls(**fields)
        except TypeError as error:
            raise UnreadableCheckpoint(f"{cls.__name__} has other fields today: {error}") from None
        self._made[shown["n"]] = made
        return made

    def _object(self, shown: dict[str, Any], instead: Any) -> Any:
        cls = _class(shown["$object"])
        made = instead if type(instead) is cls else cls.__new__(cls)
        for name, item in shown["fields"].items():
            if name.startswith("__"):
                raise UnreadableCheckpoint(f"{name[:60]!r} is not an attribute that an actor keeps")
            # This also fills a frozen dataclass.
            object.__setattr__(made, name, self.value(item, getattr(made, name, None)))
        return made


def _named(tag: str, cls: type, **rest: Any) -> Any:
    name = name_of_class(cls)
    return {"$left": cls.__name__} if name is None else {tag: name, **rest}


def _class(name: Any, base: type = object) -> Any:
    found = _found(class_of_name, name)
    if not issubclass(found, base):
        raise UnreadableCheckpoint(f"{name} is not a {base.__name__}")
    return found


def _found(find: Callable[[str], Any], name: Any) -> Any:
    try:
        return find(name)
    except (UnknownTypeName, UnknownMessage) as error:
        raise UnreadableCheckpoint(str(error)) from None
    except KeyError:
        raise UnreadableCheckpoint(f"there is no section {name!r}") from None
