"""Changes to a state: decoded, checked field by field, and applied from outside with retry."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

import msgspec

from actors.kernel.errors import InvalidUpdate, SynchronizationError
from actors.kernel.message import Message, non_finite
from actors.kernel.protocol import GetState, StateIs, Updated, UpdateRefused, UpdateState, Version

__all__ = ["atomic_update", "changed", "checked", "decode_changes"]

S = TypeVar("S", bound=msgspec.Struct)


def checked(state: S, changes: Mapping[str, Any]) -> S:
    """`state` with `changes`, each converted to its field's type. Raises InvalidUpdate with every reason."""
    types = {field.name: field.type for field in msgspec.structs.fields(type(state))}
    values: dict[str, Any] = {}
    reasons: list[str] = []
    for name, value in changes.items():
        if name not in types:
            reasons.append(f"{type(state).__name__} has no field {name!r}")
            continue
        if non_finite(value):
            reasons.append(f"{name}: a number that is not finite")
            continue
        try:
            values[name] = msgspec.convert(value, types[name])
        except msgspec.ValidationError as error:
            reasons.append(f"{name}: {error}")
    if reasons:
        raise InvalidUpdate(tuple(reasons))
    return msgspec.structs.replace(state, **values)


def changed(old: msgspec.Struct, new: msgspec.Struct) -> tuple[str, ...]:
    """The fields whose values differ."""
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in new.__struct_fields__)
    return tuple(name for name, before, after in pairs if before is not after and before != after)


def decode_changes(data: bytes) -> Mapping[str, Any]:
    """The map of field to value in an UpdateState. Raises InvalidUpdate."""
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
    """Read a domain's state, compute changes from it and apply them; again, up to `tries` times, when overtaken.

    For code outside the actors: it waits. Raises InvalidUpdate when refused, SynchronizationError when overtaken.
    """
    for _ in range(tries):
        whole = outside.answer(domain, GetState(), timeout)
        assert isinstance(whole, StateIs)
        changes = msgspec.msgpack.encode(change(msgspec.json.decode(whole.json)))
        outcome = outside.answer(domain, UpdateState(changes, whole.version), timeout)
        if isinstance(outcome, Updated):
            return outcome.version
        assert isinstance(outcome, UpdateRefused)
        if not any("not Version" in reason for reason in outcome.reasons):
            raise InvalidUpdate(outcome.reasons)
    raise SynchronizationError(f"{domain}: overtaken {tries} times in a row")
