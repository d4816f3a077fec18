"""Changes to a state: decoded, checked, and applied from outside with retries."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar, cast, get_args

import msgspec

from actors.kernel.errors import InvalidUpdate, SynchronizationError
from actors.kernel.message import Message, non_finite
from actors.kernel.protocol.state import GetState, StateIs, Updated, UpdateRefused, UpdateState
from actors.kernel.protocol.storage import Version

S = TypeVar("S", bound=msgspec.Struct)


def checked(state: S, changes: Mapping[str, Any], remove: Sequence[str] = ()) -> S:
    """`state` with `changes` (by field or path, each converted to its type) and without the keys at `remove`. Raises
    InvalidUpdate with every reason."""
    reasons: list[str] = []
    for name, value in changes.items():
        if non_finite(value):
            reasons.append(f"{name}: a number that is not finite")
            continue
        state = _tried(state, name, value, reasons)
    for name in remove:
        state = _tried(state, name, _GONE, reasons)
    if reasons:
        raise InvalidUpdate(tuple(reasons))
    return state


def _tried(state: S, path: str, value: Any, reasons: list[str]) -> S:
    try:
        return cast(S, _replaced(state, type(state), tuple(path.split("/")), value))
    except (msgspec.ValidationError, _NoSuchPlace) as error:
        reasons.append(
            str(error) if isinstance(error, _NoSuchPlace) and "/" not in path else f"{path}: {error}"
        )
        return state


class _NoSuchPlace(ValueError):
    """A path leads nowhere; the text says where it ended."""


_GONE: Any = object()
"""A value that removes the key."""


def _replaced(old: Any, kind: Any, path: tuple[str, ...], value: Any) -> Any:
    """`old`, of type `kind`, with `value` at `path`."""
    if not path:
        if value is _GONE:
            raise _NoSuchPlace("only the keys of a mapping can be removed")
        return msgspec.convert(value, kind)
    name, rest = path[0], path[1:]
    if isinstance(old, msgspec.Struct):
        types = _field_types(type(old))
        if name not in types:
            raise _NoSuchPlace(f"{type(old).__name__} has no field {name!r}")
        return msgspec.structs.replace(old, **{name: _replaced(getattr(old, name), types[name], rest, value)})
    if type(old) is not dict and not isinstance(old, Mapping):
        raise _NoSuchPlace(f"{type(old).__name__} has no {name!r}")
    if name not in old and (rest or value is _GONE):
        raise _NoSuchPlace(f"there is no {name!r}")
    if not rest and value is _GONE:
        return {key: item for key, item in old.items() if key != name}
    return {**old, name: _replaced(old.get(name), _item_type(kind), rest, value)}


@cache
def _field_types(kind: type[msgspec.Struct]) -> Mapping[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(kind)}


@cache
def _item_type(kind: Any) -> Any:
    """The type of the values of a mapping type."""
    return (get_args(kind) or (str, Any))[-1]


def changed(old: msgspec.Struct, new: msgspec.Struct) -> tuple[str, ...]:
    """The fields whose values differ."""
    return tuple(
        [
            name
            for name in new.__struct_fields__
            if (before := getattr(old, name)) is not (after := getattr(new, name)) and before != after
        ]
    )


def decode_changes(data: bytes) -> Mapping[str, Any]:
    """The map of field or path to value in an UpdateState. Raises InvalidUpdate."""
    try:
        return msgspec.msgpack.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidUpdate((f"the changes are no MessagePack map: {error}",)) from None


class _Answers(Protocol):
    def answer(self, to: str, message: Message, timeout: float) -> Message: ...


def atomic_update(
    outside: _Answers,
    domain: str,
    change: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    *,
    tries: int = 8,
    timeout: float = 5.0,
) -> Version:
    """Read a domain's state and apply changes computed from it; up to `tries` times, when other updates come between.
    For code outside the actors: it waits. Raises InvalidUpdate, or SynchronizationError after the last try.
    """
    for _ in range(tries):
        whole = outside.answer(domain, GetState(), timeout)
        assert isinstance(whole, StateIs)
        changes = msgspec.msgpack.encode(change(msgspec.json.decode(whole.json)))
        outcome = outside.answer(domain, UpdateState(changes, whole.version), timeout)
        if isinstance(outcome, Updated):
            return outcome.version
        assert isinstance(outcome, UpdateRefused)
        if not outcome.conflict:
            raise InvalidUpdate(outcome.reasons)
    raise SynchronizationError(f"{domain}: overtaken {tries} times in a row")
