"""The port at which VRChat's datagrams arrive, and who reads it: the real reader without its thread and socket."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from actors.kernel.message import Message
from actors.osc.datagram_queue import DatagramQueue
from actors.osc.listener import IDLE, NAP, OscListener
from supervisor.simulation.scheduler import Scheduler

HERE = "127.0.0.1"
ROOM = 4000
"""Datagrams that wait at most: the system drops what comes beyond."""

Taken = Callable[[bytes, str], object]


class ReadingObserver(Protocol):
    """Sees what a reader reads and announces (supervisor.simulation.checks.osc_in.OscIn)."""

    def read(self, queue: DatagramQueue, taken: int) -> None:
        """Called before a reading with 0, and after it with the number of datagrams."""

    def announced(self, message: Message) -> None:
        """Called with everything that the reader hands to its actor."""


class OscPort:
    """What has arrived and was not read yet. It belongs to a process, and outlives the incarnations that read it.

    arrived: called with every datagram that finds room; lost: when what waits is lost. reader: the owner.
    """

    def __init__(self, arrived: Taken, lost: Callable[[], object] = lambda: None) -> None:
        self.reader: SimulatedListener | None = None
        self.waiting: deque[tuple[bytes, str]] = deque()
        self._arrived = arrived
        self._lost = lost

    def send(self, data: bytes, host: str = HERE) -> None:
        """A datagram arrives from `host`; it is lost where nobody listens, and where too many wait."""
        if self.reader is not None and len(self.waiting) < ROOM:
            self._arrived(data, host)
            self.waiting.append((data, host))
            self.reader.look_soon()

    def receive(self, _: int) -> tuple[bytes, tuple[str, int]]:
        """As socket.recvfrom, without waiting. Raises BlockingIOError."""
        if not self.waiting:
            raise BlockingIOError
        data, host = self.waiting.popleft()
        return data, (host, 0)

    def close(self) -> None:
        """The port is closed: what waits is lost."""
        self._lost()
        self.reader = None
        self.waiting.clear()


class SimulatedListener(OscListener):
    """The real reader, driven by the scheduler."""

    def __init__(
        self,
        queue: DatagramQueue,
        post: Callable[[Message], object],
        failed: Callable[[str], object],
        port: OscPort,
        scheduler: Scheduler,
        observer: ReadingObserver,
    ) -> None:
        def announce(message: Message) -> None:
            observer.announced(message)
            post(message)

        super().__init__(queue, announce, failed)
        self._port = port
        self._scheduler = scheduler
        self._observe = observer.read
        self._expected = False

    def begin(self) -> None:
        """Take the port over from the incarnation before."""
        before, self._port.reader = self._port.reader, self
        if before is not None:
            before.end()
        self.look_soon()

    def end(self) -> None:
        """Announce what was read already: the port belongs to somebody else, or to nobody."""
        if self._port.reader is self:
            self._port.close()
        if self._queue.waiting:
            self._announce(self._scheduler.clock.time)

    def look_soon(self) -> None:
        """Read within `NAP`, as a reader does that waits for the port."""
        self._look_in(self._scheduler.random() * NAP)

    def _look_in(self, seconds: float) -> None:
        if not self._expected:
            self._expected = True
            self._scheduler.after(seconds, self._look)

    def _look(self) -> None:
        self._expected = False
        if self._port.reader is not self:
            return
        self._observe(self._queue, 0)
        taken = self._drain(self._port.receive, self._queue.take)
        self._observe(self._queue, taken)
        now, due = self._scheduler.clock.time, self._due()
        if self._queue.waiting and now >= due:
            self._announce(now)
        if self._port.waiting:
            self._look_in(NAP)
        elif self._queue.waiting:
            self._look_in(min(max(due - now, NAP), IDLE))
