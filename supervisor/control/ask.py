"""How a request asks an actor: it waits, and what does not come is refused with the reason."""

from actors.kernel.errors import AskError
from actors.kernel.message import Message
from supervisor.control.wire import RequestRefused
from supervisor.runtime.runtime import Runtime

__all__ = ["answer_of"]


def answer_of(system: Runtime, address: str, message: Message, within: float) -> Message:
    """What the actor at `address` answers within so many seconds. Raises RequestRefused when it does not."""
    try:
        return system.client.answer(address, message, within)
    except AskError as error:
        raise RequestRefused(f"{address}: {error}") from None
