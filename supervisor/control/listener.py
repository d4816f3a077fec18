"""How code outside the actors waits for their messages."""

import contextlib
import itertools
import queue
import time

from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message
from supervisor.runtime.runtime import Runtime

QUIET, LINGER = 0.3, 2.0
_numbers = itertools.count(1)


class Listener:
    """An address at which code outside the actors waits for messages. Close it when done."""

    def __init__(self, runtime: Runtime) -> None:
        self.address = f"listener/{next(_numbers)}"
        self._directory = runtime.directory
        self._sent = itertools.count(1)
        self._queue: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._directory.open(self.address, self)

    def tell(self, to: str, message: Message) -> None:
        """Send from this address; an Undelivered comes back if it is not handled."""
        number, turn = next(self._sent), message.turn  # type: ignore[attr-defined]
        envelope = Envelope(self.address, 0, number, to, message, "", turn, notify=True)
        self._directory.deliver(envelope)

    def put(self, envelope: Envelope) -> Put | None:
        """Queue the message (actors.kernel.directory.Recipient)."""
        self._queue.put(envelope.message)
        return None

    def get(self, timeout: float) -> Message:
        """The next message. Raises queue.Empty after `timeout` seconds."""
        return self._queue.get(timeout=timeout)

    def close(self) -> None:
        """Take no more mail."""
        self._directory.close(self.address)

    def linger(self) -> None:
        """Read on until nothing more comes: what is under way after a watch has ended is no dead letter."""
        end = time.monotonic() + LINGER
        with contextlib.suppress(queue.Empty):
            while time.monotonic() < end:
                self.get(QUIET)
