"""Writes states as JSON, and reads them with every reason why one cannot be imported. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

import msgspec

from actors.kernel.state.document import TooOld, Unfit, migrated
from actors.kernel.state.domain import DomainActor

FILE_FORMAT = 1
MOST = 1000
"""The most reasons that are given."""


class Misfit(msgspec.Struct, frozen=True):
    """Something that cannot be imported: its path in the file, and the reason."""

    path: str
    reason: str


class State(msgspec.Struct, frozen=True):
    """A domain's state as plain JSON data, of schema version `schema`. An import ignores `version`."""

    schema: int
    state: dict[str, Any]
    version: Mapping[str, int] = {}


class _File(msgspec.Struct, frozen=True):
    gerald_state: int
    domains: Mapping[str, Any]
    exported_at: float = 0.0


def as_text(states: Mapping[str, tuple[Mapping[str, int], int, bytes]], at: float) -> Iterable[str]:
    """The pieces of the file. states: version, schema and JSON of each domain. at: epoch seconds."""
    yield f'{{"gerald_state": {FILE_FORMAT}, "exported_at": {at:.3f}, "domains": {{'
    for number, (domain, (version, schema, state)) in enumerate(states.items()):
        head = f'"version": {json.dumps(dict(version))}, "schema": {schema}'
        yield f'{"," if number else ""}\n{json.dumps(domain)}: {{{head}, "state":\n{state.decode()}}}'
    yield "\n}}\n"


def states_in(
    data: bytes, wanted: Sequence[str], known: Sequence[str]
) -> dict[str, State] | tuple[Misfit, ...]:
    """The states of the `wanted` domains (() for all); or every reason why they cannot be imported."""
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return (Misfit("", f"it is not a file of `supervisor state export`: {error}"),)
    if file.gerald_state != FILE_FORMAT:
        unknown = f"file format {file.gerald_state} is not known; this version knows {FILE_FORMAT}"
        return (Misfit("gerald_state", unknown),)
    wrong = [(domain, "there is no such domain") for domain in file.domains if domain not in known]
    wrong += [(domain, "it is not in the file") for domain in wanted if domain not in file.domains]
    reasons = [Misfit(f"domains/{domain}", why) for domain, why in wrong]
    states = {}
    for domain, plain in file.domains.items():
        if domain not in known or (wanted and domain not in wanted):
            continue
        try:
            states[domain] = msgspec.convert(plain, State)
        except msgspec.ValidationError as error:
            reasons.append(Misfit(f"domains/{domain}", str(error)))
    if not states and not reasons:
        reasons.append(Misfit("domains", "it holds no domain"))
    return tuple(reasons) or states


def fitted(actor: DomainActor[Any], given: State) -> msgspec.Struct | tuple[Misfit, ...]:
    """The state as an instance of the actor's class, or every reason why it does not fit."""
    at = f"domains/{actor.domain}/state"
    if given.schema > actor.schema:
        later = f"version {given.schema} is of a later version of Gerald; this one knows {actor.schema}"
        return (Misfit(f"domains/{actor.domain}/schema", f"schema {later}"),)
    try:
        plain = migrated(given.state, given.schema, actor.schema, actor.migrations)
    except (TooOld, Unfit) as error:
        return (Misfit(at, str(error)),)
    if reasons := tuple(_misfits(plain, type(actor.state), at))[:MOST]:
        return reasons
    state = msgspec.convert(plain, type(actor.state), str_keys=True)
    assert isinstance(state, msgspec.Struct)
    try:
        msgspec.msgpack.encode(state)
    except OverflowError:
        return (Misfit(at, "a number in it is too large to be stored: it has more than 64 bits"),)
    faults = actor.validate(state, actor.state)
    return tuple(Misfit(at, fault) for fault in faults) or state


def _misfits(plain: Any, kind: Any, path: str) -> Iterable[Misfit]:
    """Everything in `plain` that does not fit `kind`, each at its innermost path."""
    try:
        msgspec.convert(plain, kind, str_keys=True)
        return
    except msgspec.ValidationError as error:
        said = str(error)
    except RecursionError:
        said = "it is nested too deeply"
    inside = _inside(plain, kind, path)
    found = [misfit for inner, value, at in inside for misfit in _misfits(value, inner, at)]
    if isinstance(plain, dict) and (fields := _fields(kind)):
        missing = (f for f in fields if f.required and f.encode_name not in plain)
        found += [Misfit(f"{path}/{field.encode_name}", "it is missing") for field in missing]
    yield from found or (Misfit(path, said),)


def _inside(plain: Any, kind: Any, path: str) -> Iterable[tuple[Any, Any, str]]:
    """The items of `plain`: for each its type, the item, and its path."""
    if isinstance(plain, dict):
        if fields := _fields(kind):
            for field in fields:
                if field.encode_name in plain:
                    yield field.type, plain[field.encode_name], f"{path}/{field.encode_name}"
        elif issubclass(get_origin(kind) or object, Mapping) and len(get_args(kind)) == 2:
            for key, value in plain.items():
                yield get_args(kind)[1], value, f"{path}/{key}"
    elif isinstance(plain, list) and get_origin(kind) in (tuple, list):
        inner = get_args(kind)
        many = len(inner) == 1 or inner[-1] is Ellipsis
        for number, value in enumerate(plain):
            if many or number < len(inner):
                yield inner[0] if many else inner[number], value, f"{path}/{number}"


def _fields(kind: Any) -> tuple[Any, ...]:
    """The fields of a struct, or of the one struct in `Struct | None`."""
    origin, parts = get_origin(kind), (kind, *get_args(kind))
    found = [part for part in parts if isinstance(part, type) and issubclass(part, msgspec.Struct)]
    if isinstance(origin, type) and issubclass(origin, tuple | list | Mapping):
        return ()
    return msgspec.structs.fields(found[0]) if len(found) == 1 else ()
