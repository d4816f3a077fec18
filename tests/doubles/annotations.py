"""Finds what can be changed in place in the fields of messages and states."""

from collections import deque
from collections.abc import MutableMapping, MutableSequence, MutableSet
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

import msgspec


def check_annotations(cls: type[msgspec.Struct], seen: frozenset[type] = frozenset()) -> tuple[str, ...]:
    """Fields of `cls`, nested ones too, whose annotation is mutable (list, dict, set): there must be none."""
    if cls in seen:
        return ()
    seen |= {cls}
    faults: list[str] = []
    for name, hint in get_type_hints(cls).items():
        if get_origin(hint) is not ClassVar:
            faults += [f"{cls.__name__}.{name}: {fault}" for fault in _mutable(hint, seen)]
    return tuple(faults)


_MUTABLE = (list, dict, set, bytearray, deque, MutableMapping, MutableSequence, MutableSet)


def _mutable(hint: Any, seen: frozenset[type]) -> list[str]:
    origin = get_origin(hint) or hint
    faults = [getattr(origin, "__name__", str(origin))] if origin in _MUTABLE else []
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        if not origin.__struct_config__.frozen:
            faults.append(f"{origin.__name__} is not frozen")
        faults += check_annotations(origin, seen)
    for argument in get_args(hint):
        faults += _mutable(argument, seen)
    return faults
