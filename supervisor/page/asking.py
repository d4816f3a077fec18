"""Requests of the page to the instance that it belongs to, without holding up the server."""

import base64
import json
import threading
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import anyio.to_thread

from supervisor.control.client import call, stream
from supervisor.instance import NoInstance

AT_ONCE = 6
"""How many requests wait for the instance at the same time; the others wait for them."""
WITHIN = 15.0


class InstanceAway(Exception):
    """The instance does not answer; the text says why."""


class Asking:
    """Asks the instance of `home` by its control socket."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._limiter = anyio.CapacityLimiter(AT_ONCE)

    async def call(self, do: str, within: float = WITHIN, **fields: Any) -> dict[str, Any]:
        """The last answer to the request `do`. Raises RequestRefused, and InstanceAway where nobody answers."""
        request = {"do": do, **fields}
        return await anyio.to_thread.run_sync(
            lambda: self._call(request, within), limiter=self._limiter, abandon_on_cancel=True
        )

    async def ask(self, address: str, type: str, **message: Any) -> dict[str, Any]:
        """The fields of the answer of the actor at `address` to a message."""
        found = await self.call("ask", address=address, type=type, message=message)
        fields: dict[str, Any] = found["message"]
        return fields

    async def section(self, name: str) -> dict[str, Any]:
        """A section of the configuration in force; secrets are references to their keys."""
        return _section(await self.call("ask", **_asked(name)))

    def section_now(self, name: str) -> dict[str, Any]:
        """The same, for a thread that may wait."""
        return _section(self._call({"do": "ask", **_asked(name)}, WITHIN))

    def _call(self, request: Mapping[str, Any], within: float) -> dict[str, Any]:
        try:
            return call(self.home, request, within)
        except NoInstance as error:
            raise InstanceAway(str(error)) from None

    def now(self, do: str, within: float = WITHIN, **fields: Any) -> dict[str, Any]:
        """As `call`, on the thread that asks: for a feed."""
        return self._call({"do": do, **fields}, within)

    def stream(self, do: str, stop: threading.Event, **fields: Any) -> Generator[dict[str, Any], None, None]:
        """Every answer to a long request, until `stop` is set. Blocks, so it is for a thread. Raises as `call` does."""
        try:
            for part in stream(self.home, {"do": do, **fields}):
                if stop.is_set():
                    return
                yield part
        except NoInstance as error:
            raise InstanceAway(str(error)) from None


def _asked(section: str) -> dict[str, Any]:
    return {"address": "configuration", "type": "GetSection", "message": {"name": section}}


def _section(found: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(base64.b64decode(found["message"]["json"]))
    return fields
