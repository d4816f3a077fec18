"""Requests to actors, for the control socket."""

from typing import Any

import msgspec

from actors.kernel.errors import AskError
from actors.kernel.message import Message
from supervisor.control.wire import RequestRefused
from supervisor.runtime.runtime import Runtime


def answer_of(runtime: Runtime, address: str, message: Message, within: float) -> Message:
    """The answer of the actor at `address`. Raises RequestRefused if none comes within `within` seconds."""
    try:
        return runtime.client.answer(address, message, within)
    except AskError as error:
        raise RequestRefused(f"{address}: {error}") from None


def plain_fields(message: Message) -> dict[str, Any]:
    """The message's fields as plain values."""
    plain = msgspec.to_builtins(message)
    return {name: value for name, value in plain.items() if name != "type"}
