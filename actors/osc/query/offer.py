"""What Gerald offers by OSCQuery: its host info, the addresses that it takes, and the answers to requests; pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import msgspec

_WRITE_ONLY = 2
_CONTAINER = 0

# VRChat sends all avatar parameters to whoever takes the first, and the poses of head and wrists, with the player's
# consent, to whoever takes the second. Nobody reads their values, but python-oscquery refuses a tree without them.
_TAKEN: Mapping[str, tuple[str, tuple[str | float, ...]]] = MappingProxyType(
    {"/avatar/change": ("s", ("",)), "/tracking/vrsystem": ("ffffff", (0.0,) * 6)}
)
_EXTENSIONS = MappingProxyType(
    {"ACCESS": True, "CLIPMODE": False, "RANGE": False, "TYPE": True, "VALUE": True}
)
_ATTRIBUTES = frozenset({"FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "VALUE", "DESCRIPTION", "RANGE"})


class Offer(msgspec.Struct, frozen=True):
    """name: the service's. host and port: where Gerald takes OSC over UDP."""

    name: str
    host: str
    port: int


def answer(offer: Offer, target: str) -> tuple[int, Mapping[str, Any] | None]:
    """The HTTP status and the JSON for the target of a GET request, such as `/`, `/?HOST_INFO` or `/avatar?TYPE`."""
    path, _, attribute = target.partition("?")
    path = unquote(path).rstrip("/") or "/"
    if attribute == "HOST_INFO" or path == "/HOST_INFO":  # the second is what some programs ask for
        return 200, host_info(offer)
    node = _node_at(path)
    if node is None:
        return 404, None
    if not attribute:
        return 200, node
    if attribute not in _ATTRIBUTES:
        return 400, None
    return (200, {attribute: node[attribute]}) if attribute in node else (204, None)


def host_info(offer: Offer) -> Mapping[str, Any]:
    """As the OSCQuery proposal has it."""
    where = {"OSC_IP": offer.host, "OSC_PORT": offer.port, "OSC_TRANSPORT": "UDP"}
    return {"NAME": offer.name, "EXTENSIONS": dict(_EXTENSIONS), **where}


def _tree() -> dict[str, Any]:
    root: dict[str, Any] = {"FULL_PATH": "/", "ACCESS": _CONTAINER, "CONTENTS": {}}
    for address, (types, values) in _TAKEN.items():
        node, path = root, ""
        for part in address[1:].split("/"):
            path = f"{path}/{part}"
            inner = {"FULL_PATH": path, "ACCESS": _CONTAINER}
            node = node.setdefault("CONTENTS", {}).setdefault(part, inner)
        node |= {"TYPE": types, "ACCESS": _WRITE_ONLY, "VALUE": values}
    return root


_ROOT = _tree()


def _node_at(path: str) -> Mapping[str, Any] | None:
    node: Mapping[str, Any] | None = _ROOT
    for part in filter(None, path.split("/")):
        node = node.get("CONTENTS", {}).get(part) if node is not None else None
    return node
