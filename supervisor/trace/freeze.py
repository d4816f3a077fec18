"""What an actor keeps (actors.kernel.checkpoint), as JSON values that say of what class they are, and back.

Only classes of Gerald's own packages are made again, by their fields and never by code from the file. The same frozen
value in two places is written once.
"""

import base64
import enum
import importlib
import math
from collections import deque
from collections.abc import Mapping
from typing import Any

import msgspec

from actors.kernel.checkpoint import OURS, Container, Item, Left

__all__ = ["LEFT", "Freezer", "Thawer", "Unthawable"]

LEFT: Any = object()
"""Stands for what was left out; the maker of the actor has made it."""
_KINDS = {"list": list, "set": set, "frozenset": frozenset, "deque": deque, "tuple": tuple}


class Unthawable(ValueError):
    """A checkpoint holds what today's classes cannot take; says what."""


class Freezer:
    """Writes the values of one checkpoint."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, Any]] = {}

    def value(self, value: Any) -> Any:
        """`value` as JSON."""
        if isinstance(value, enum.Enum):
            return {"$enum": _name(type(value)), "value": value.value}
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
            return {"$object": _name(value.cls), "fields": fields}
        if isinstance(value, Left):
            return {"$left": value.type}
        if isinstance(value, msgspec.Struct):
            return self._struct(value)
        if isinstance(value, Mapping):
            return {"$dict": [[self.value(k), self.value(v)] for k, v in value.items()]}
        if isinstance(value, tuple):
            return [self.value(item) for item in value]
        if isinstance(value, frozenset):
            return {"$frozenset": [self.value(item) for item in sorted(value)]}
        if hasattr(type(value), "model_fields"):
            from config.schema import dump

            return {"$section": _name(type(value)), "value": dump(value)}
        return {"$left": type(value).__name__}

    def _struct(self, value: msgspec.Struct) -> Any:
        seen = self._seen.get(id(value))
        if seen is not None:
            return {"$same": seen[0]}
        number = len(self._seen)
        self._seen[id(value)] = (number, value)  # held, so that its id stays its own
        fields = {name: self.value(getattr(value, name)) for name in value.__struct_fields__}
        return {"$": _name(type(value)), "n": number, "fields": fields}

    def _container(self, value: Container) -> Any:
        if value.kind == "dict":
            return {"$dict": [[self.value(key), self.value(item)] for key, item in value.items]}
        items = [self.value(item) for item in value.items]
        return items if value.kind == "tuple" else {f"${value.kind}": items}


class Thawer:
    """Makes the values of one checkpoint again."""

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}

    def value(self, shown: Any, instead: Any = LEFT) -> Any:
        """The value shown as `shown`; `instead` where it was left out. Raises Unthawable."""
        if isinstance(shown, list):
            return tuple(self.value(item) for item in shown)
        if not isinstance(shown, dict):
            return shown
        tag = next(iter(shown), "")
        match tag:
            case "$":
                return self._struct(shown)
            case "$same":
                return self._made[shown["$same"]]
            case "$enum":
                return _class(shown["$enum"])(shown["value"])
            case "$float":
                return float(shown["$float"])
            case "$bytes":
                return base64.b64decode(shown["$bytes"])
            case "$dict":
                return {self.value(key): self.value(item) for key, item in shown["$dict"]}
            case "$left":
                return instead
            case "$section":
                return _class(shown["$section"]).model_validate(shown["value"])
            case "$object":
                return self._object(shown, instead)
        kind = _KINDS.get(tag[1:])
        if kind is None:
            raise Unthawable(f"nobody knows what {tag!r} is")
        return kind(self.value(item) for item in shown[tag])

    def _struct(self, shown: dict[str, Any]) -> Any:
        cls = _class(shown["$"])
        known = set(cls.__struct_fields__)
        fields = {name: self.value(item) for name, item in shown["fields"].items() if name in known}
        try:
            made = cls(**fields)
        except TypeError as error:
            raise Unthawable(f"{shown['$']} has other fields today: {error}") from None
        self._made[shown["n"]] = made
        return made

    def _object(self, shown: dict[str, Any], instead: Any) -> Any:
        cls = _class(shown["$object"])
        made = instead if type(instead) is cls else cls.__new__(cls)
        for name, item in shown["fields"].items():
            # A frozen dataclass, too, is filled this way.
            object.__setattr__(made, name, self.value(item, getattr(made, name, None)))
        return made


def _name(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


def _class(name: str) -> Any:
    module, _, path = name.partition(":")
    if not module.startswith(OURS):
        raise Unthawable(f"{name} is no class of Gerald's")
    try:
        found: Any = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        raise Unthawable(f"there is no {name} any more") from None
    if not isinstance(found, type):
        raise Unthawable(f"{name} is no class")
    return found
