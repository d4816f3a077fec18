"""The thread that reads the port. It takes datagrams as they come and announces their result every few milliseconds."""

import selectors
import threading
import time
from collections.abc import Callable
from typing import Any

from actors.kernel.message import Message
from actors.osc.datagram_queue import DatagramQueue
from actors.osc.sockets import Port, number_of

INTERVAL = 0.015  # seconds between two announcements
NAP = 0.002  # seconds for which datagrams may gather while they come thickly: one waking for many of them
IDLE = 0.1  # seconds after which a silent reader looks whether it is still wanted
# Seconds for which an announcement waits for the one before to be handled, and a successor for its predecessor.
PATIENCE = 1.0
BATCH = 1024
_LARGEST = 65536


class OscListener:
    """Reads a port until it is released or taken over. Both functions run on its thread:

    post: receives what is announced. failed: receives the reason why reading has ended."""

    def __init__(
        self, queue: DatagramQueue, post: Callable[[Message], object], failed: Callable[[str], object]
    ) -> None:
        self._queue = queue
        self._post = post
        self._failed = failed
        self._announced_at = float("-inf")
        self._handled = threading.Event()
        self._handled.set()

    def start(self, port: Port) -> None:
        """Begin to read `port`, which must be owned by this listener."""
        threading.Thread(target=self._run, args=(port,), name=f"osc-{number_of(port)}", daemon=True).start()

    def handled(self) -> None:
        """The last announcement has been handled: the next may come. Until then values coalesce."""
        self._handled.set()

    def _run(self, port: Port) -> None:
        if not port.begin_use(self, PATIENCE):
            if port.is_owned_by(self):
                self._failed("an earlier reader of the port does not end")
            return
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(port.value, selectors.EVENT_READ)
                self._read(port, selector)
        except OSError as error:
            self._failed(f"the port can no longer be read: {error}")
        finally:
            port.end_use()

    def _read(self, port: Port, selector: selectors.BaseSelector) -> None:
        receive = port.value.recvfrom
        while port.is_owned_by(self):
            taken = self._drain(receive)
            now, due = time.monotonic(), self._due()
            if self._queue.waiting and now >= due:
                self._announce(now)
            if taken:
                time.sleep(NAP)
            elif self._queue.waiting:
                selector.select(min(max(due - now, NAP), IDLE))
            else:
                selector.select(IDLE)
        # Taken in just before a successor took the port over: it has the mailbox too.
        if self._queue.waiting:
            self._announce(time.monotonic())

    def _drain(self, receive: Callable[[int], tuple[bytes, Any]]) -> int:
        """Take in what has come, at most BATCH datagrams; how many those were."""
        take = self._queue.take
        for taken in range(BATCH):
            try:
                data, sender = receive(_LARGEST)
            except (BlockingIOError, InterruptedError):
                return taken
            take(data, sender[0])
        return BATCH

    def _due(self) -> float:
        # An actor that is behind gets fewer and fuller announcements instead of a mailbox full of small ones.
        return self._announced_at + (INTERVAL if self._handled.is_set() else PATIENCE)

    def _announce(self, now: float) -> None:
        self._announced_at = now
        self._handled.clear()
        for message in self._queue.flush():
            self._post(message)
