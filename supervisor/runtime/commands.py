"""Messages from the runtime itself, to which nobody waits for an answer."""

import itertools

from actors.kernel.directory import Directory
from actors.kernel.message import Envelope, Message

__all__ = ["Commands"]


class Commands:
    """Sends without a sender."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._numbers = itertools.count(1)

    def tell(self, to: str, message: Message) -> None:
        """Send `message` to the actor or supervisor at `to`."""
        self._directory.deliver(Envelope("", 0, next(self._numbers), to, message))
