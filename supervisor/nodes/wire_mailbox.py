"""The mailbox of a pinned actor, inside its process, fed from the wire.

An idle actor's own thread waits at the wire, so a message costs no hand-over between threads. While the actor is busy,
a second thread looks at the wire every few milliseconds, for urgent mail and for the parent's end.
"""

import threading
from collections.abc import Callable
from multiprocessing import connection as mpc

from actors.kernel.mailbox import Mailbox
from supervisor.connection import Connection
from supervisor.nodes.link import FrameType, LinkClosed
from supervisor.nodes.local import LocalLink
from supervisor.nodes.readiness import waiting_for

DOZES_AFTER = 200
"""Looks at an idle actor after which the second thread sleeps until there is work."""

TICK = 0.005
"""Seconds between two looks at the wire while the actor is busy."""


class WireMailbox(Mailbox):
    """A mailbox whose reader reads the wire when there is nothing to take.

    take_frame: puts what came into this mailbox. on_closed: called in the thread that notices the wire's end.
    """

    def __init__(
        self,
        link: LocalLink,
        take_frame: Callable[[FrameType, bytes], None],
        on_closed: Callable[[], None],
        capacity: int,
        reserve: int,
    ) -> None:
        super().__init__(capacity, reserve)
        self._link = link
        self._take_frame = take_frame
        self._on_closed = on_closed
        self._reading = threading.Lock()
        self._busy = threading.Event()
        self._at_wire = False
        self._bell = _Bell(link.connection)

    def attend(self) -> None:
        """Start the second thread. The actor counts as busy until its first pause."""
        self._busy.set()
        threading.Thread(target=self._attend, name="wire", daemon=True).start()

    def pause(self, timeout: float | None = None, only_urgent: bool = False) -> None:
        """Wait at the wire until something can be taken, at most `timeout` seconds."""
        if not self._reading.acquire(timeout=TICK):
            return  # the second thread is reading
        try:
            self._waiting = self._at_wire = True
            # After announcing the wait: a thread that queued something before did not ring.
            if not self._something(only_urgent) and (self._link.pending or self._bell.wait(timeout)):
                self._waiting = False  # what this thread puts here itself must not wake it
                self._receive()
        finally:
            self._at_wire = self._waiting = False
            self._reading.release()
            if not self._busy.is_set():
                self._busy.set()

    def wake(self) -> None:
        """Ring, so that `pause` ends."""
        self._waiting = False
        self._bell.ring()

    def _something(self, only_urgent: bool) -> bool:
        return bool(self._system or (self._reply() if only_urgent else self._data))

    def _receive(self) -> None:
        try:
            while True:
                self._take_frame(*self._link.receive())
                if not self._link.pending:
                    return
        except LinkClosed:
            self._on_closed()

    def _attend(self) -> None:
        """The second thread: asleep while the actor is idle."""
        gate = threading.Event()
        idle = 0
        while True:
            self._busy.wait()
            gate.wait(TICK)
            if self._is_idle():
                # Not at once: a wake-up for each message would cost more than a look now and then.
                idle += 1
                if idle > DOZES_AFTER:
                    idle = 0
                    self._busy.clear()
                    if not self._is_idle():
                        self._busy.set()
                continue
            idle = 0
            if self._reading.acquire(blocking=False):
                try:
                    if self._readable():
                        self._receive()
                finally:
                    self._reading.release()

    def _is_idle(self) -> bool:
        return self._at_wire

    def _readable(self) -> bool:
        try:
            return self._link.readable()
        except LinkClosed:
            self._on_closed()
            return False


class _Bell:
    """Waits for the wire and for a ring at the same time."""

    def __init__(self, connection: "Connection") -> None:
        self._heard, self._rope = mpc.Pipe(duplex=False)
        self._rung = threading.Lock()
        self._either = waiting_for((connection, self._heard))

    def ring(self) -> None:
        """End the current `wait`, or the next one."""
        if self._rung.acquire(blocking=False):
            self._rope.send_bytes(b"!")

    def wait(self, timeout: float | None) -> bool:
        """Wait for the wire, a ring, or the timeout. True when the wire has something, or has ended."""
        ready = self._either(timeout)
        if 1 in ready:
            self._heard.recv_bytes()
            self._rung.release()
        return 0 in ready
