"""What a game tells of itself by OSCQuery: read strictly, since anybody on the network may answer in its name; pure."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from actors.osc.messages import AvatarParameter
from actors.osc.parameters import MAX_NAME, is_avatar_id

PREFIX = "VRChat-Client-"
"""How the name of a game's service begins."""
LONGEST_NAME = 63
MOST_BYTES = 4 << 20
MOST_PARAMETERS = 8192
_DEEPEST = 32
_READABLE, _WRITABLE = 1, 2

_TYPES: Mapping[str, Literal["bool", "int", "float"]] = {"T": "bool", "F": "bool", "i": "int", "f": "float"}


class NoOscQuery(Exception):
    """What came is no OSCQuery; the text says what is wrong with it."""


class HostInfo(msgspec.Struct, frozen=True):
    """osc_port: where the game says that it takes OSC. It says 9000 also when it was started with another one."""

    name: str
    osc_port: int


def is_game(service: str) -> bool:
    """Whether a service of this name is a game."""
    return service.startswith(PREFIX) and len(service) <= LONGEST_NAME and service.isprintable()


def host_info(data: bytes) -> HostInfo:
    """The answer to `?HOST_INFO`. Raises NoOscQuery."""
    found = _decoded(data)
    name, port = found.get("NAME", ""), found.get("OSC_PORT")
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
        raise NoOscQuery("its HOST_INFO has no OSC_PORT")
    return HostInfo(name if isinstance(name, str) and name.isprintable() else "", port)


def parameters(data: bytes) -> tuple[AvatarParameter, ...]:
    """Those in the answer to `/avatar/parameters`, by name. Raises NoOscQuery. Nodes of another form are left out."""
    found = {one.name: one for one in _walk(_decoded(data))}
    return tuple(found[name] for name in sorted(found))


def avatar_id(data: bytes) -> str:
    """The one in the answer to `/avatar/change`; "" where it tells none."""
    try:
        value = _only(_decoded(data).get("VALUE"))
    except NoOscQuery:
        return ""
    return value if isinstance(value, str) and is_avatar_id(value) else ""


def _only(values: Any) -> Any:
    """The one value of a node: VRChat writes it as a list."""
    return values[0] if isinstance(values, list) and len(values) == 1 else values


def _value(kind: str, node: Mapping[str, Any]) -> bool | int | float | None:
    value = _only(node.get("VALUE"))
    if not isinstance(value, bool | int | float) or not math.isfinite(value):
        return None
    return bool(value) if kind == "bool" else int(value) if kind == "int" else float(value)


def _walk(root: Mapping[str, Any]) -> Iterator[AvatarParameter]:
    """A slash in a parameter's name makes a level of the tree."""
    level = [("", root)]
    count = 0
    for _ in range(_DEEPEST):
        below: list[tuple[str, Mapping[str, Any]]] = []
        for prefix, node in level:
            contents = node.get("CONTENTS")
            for part, inner in contents.items() if isinstance(contents, Mapping) else ():
                if not isinstance(inner, Mapping):
                    continue
                count += 1
                if count > MOST_PARAMETERS:
                    raise NoOscQuery(f"its avatar has more than {MOST_PARAMETERS} parameters")
                name = f"{prefix}{part}"
                below.append((f"{name}/", inner))
                yield from _parameter(name, inner)
        level = below


def _parameter(name: str, node: Mapping[str, Any]) -> Iterator[AvatarParameter]:
    types, access = node.get("TYPE"), node.get("ACCESS")
    kind = _TYPES.get(types) if isinstance(types, str) else None
    fits = 0 < len(name) <= MAX_NAME and name.isprintable()
    if kind is not None and fits and isinstance(access, int):
        readable, writable = bool(access & _READABLE), bool(access & _WRITABLE)
        yield AvatarParameter(name, kind, readable, writable, _value(kind, node))


def _decoded(data: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise NoOscQuery(f"its answer is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise NoOscQuery("its answer is no JSON object")
    return found
