"""The thread that reads a port or two: it takes datagrams as they come, and announces the result in short intervals."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from actors.kernel.message import Message
from actors.osc.datagram_queue import DatagramQueue
from actors.osc.sockets import Port, number_of

INTERVAL = 0.015  # seconds between two announcements
NAP = 0.002  # seconds for which datagrams may gather while they come thickly: one waking for many of them
# Seconds after which a silent reader looks whether a successor has taken its ports over from an actor that hangs; less
# than the successor's patience.
IDLE = 0.5
# Seconds for which an announcement waits for the one before to be handled, and a successor for its predecessor.
PATIENCE = 1.0
BATCH = 1024
_LARGEST = 65536

Take = Callable[[bytes, str], None]
"""Takes in a datagram and the address that it came from."""


class OscListener:
    """Reads ports until the first is released or taken over. Both functions run on its thread:

    post: receives what is announced. failed: receives the reason why reading has ended."""

    def __init__(
        self, queue: DatagramQueue, post: Callable[[Message], object], failed: Callable[[str], object]
    ) -> None:
        self._queue = queue
        self._post = post
        self._failed = failed
        self._announced_at = float("-inf")
        self._came_at = 0.0
        self._handled = threading.Event()
        self._handled.set()
        self._over = False
        self._bell: socket.socket | None = None

    def start(self, *ports: tuple[Port, Take]) -> None:
        """Begin to read these, which must be owned by this listener; each datagram goes to its port's function."""
        numbers = "-".join(str(number_of(port)) for port, _ in ports)
        threading.Thread(target=self._run, args=(ports,), name=f"osc-{numbers}", daemon=True).start()

    def handled(self) -> None:
        """The last announcement has been handled: the next may come. Until then values coalesce."""
        self._handled.set()

    def end(self) -> None:
        """Read no more: the thread ends at once, and who took the ports over may begin. Idempotent, from any thread."""
        self._over = True
        bell = self._bell
        if bell is not None:
            with contextlib.suppress(OSError):  # the thread has ended meanwhile
                bell.send(b".")

    def _run(self, ports: Sequence[tuple[Port, Take]]) -> None:
        with contextlib.ExitStack() as used:
            for port, _ in ports:
                if not port.begin_use(self, PATIENCE):
                    if port.is_owned_by(self):
                        self._failed("an earlier reader of the port does not end")
                    return
                used.callback(port.end_use)
            try:
                with selectors.DefaultSelector() as selector, _bell() as (self._bell, rung):
                    selector.register(rung, selectors.EVENT_READ)
                    for port, _ in ports:
                        selector.register(port.value, selectors.EVENT_READ)
                    self._read(ports, selector)
            except OSError as error:
                self._failed(f"the port can no longer be read: {error}")

    def _read(self, ports: Sequence[tuple[Port, Take]], selector: selectors.BaseSelector) -> None:
        sources = [(port.value.recvfrom, take) for port, take in ports]
        while not self._over and all(port.is_owned_by(self) for port, _ in ports):
            taken = sum(self._drain(receive, take) for receive, take in sources)
            if taken:
                self._came_at = time.time()
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

    def _drain(self, receive: Callable[[int], tuple[bytes, Any]], take: Take) -> int:
        """Take in what has come, at most BATCH datagrams; how many those were."""
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
        for message in self._queue.flush(self._came_at):
            self._post(message)


@contextlib.contextmanager
def _bell() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends: what is sent into the first wakes a select on the second."""
    ring, rung = socket.socketpair()
    with ring, rung:
        yield ring, rung
