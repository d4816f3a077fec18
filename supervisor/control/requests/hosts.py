"""Requests about the hosts of an instance."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from supervisor.control.wire import RequestRefused
from supervisor.runtime.runtime import Runtime


def _drain(runtime: Runtime, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    name, on = str(request.get("name") or ""), bool(request.get("on", True))
    slots = tuple(runtime.registry.slots.values())
    there = [s.address for s in slots if s.handle is not None and s.handle.place == f"host:{name}"]
    if not runtime.processes.drain(name, on=on):
        raise RequestRefused(f"no host is called {name!r}; `supervisor host list` names them")
    yield {"name": name, "drained": on, "moving": there if on else []}


HOST_REQUESTS: Mapping[str, Callable[[Runtime, Mapping[str, Any]], Iterator[Mapping[str, Any]]]] = {
    "host-drain": _drain
}
