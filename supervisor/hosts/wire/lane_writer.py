"""One lane of a connection on its way out: what waits goes in batches, and a lone frame at once."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from supervisor.hosts.wire.records import BATCH, LARGE, MAX_RECORD, Sealer, join, join_into

BURST = 50e-6
"""Seconds between two frames within which more are expected: they are left to the lane's thread, which sends together
what has come meanwhile. A frame after a longer pause is sent by whoever brings it, which saves a hand-over."""


class Source(Protocol):
    """What a piece is sealed by: a channel."""

    sealer: Sealer


class Pace(Protocol):
    """quick: whether the network has moved lately, so that a sender may put something there itself."""

    quick: bool


Put = Callable[[int, bytes | bytearray], None]
"""Hands a record of a lane over to the network; may block, and raises OSError when that is gone."""

Waiting = tuple[Source, int, bytes, bool]
"""A piece (records.Piece) of a channel."""


class LaneWriter:
    """Seals and sends the pieces of one lane in the order in which they were posted. Any thread may use it.

    on_failure: told once why nothing can be sent any more.
    """

    def __init__(
        self,
        lane: int,
        name: str,
        put: Put,
        pace: Pace,
        on_failure: Callable[[str], None],
    ) -> None:
        self._lane, self._name, self._put, self._pace = lane, name, put, pace
        self._on_failure = on_failure
        self._waiting: deque[Waiting] = deque()
        self._writing = threading.Lock()
        self._tokens: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._awake = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._last = 0.0
        self._space: memoryview | None = None
        self._closed = False
        self.post = self._waiting.append
        """Put a piece behind those that wait. It is sent after a `flush`; never blocks."""
        self.bytes = 0
        """How many have been sent."""

    @property
    def idle(self) -> bool:
        """Whether a sender would be sending by itself, and soon done."""
        return not self._waiting and not self._writing.locked() and self._pace.quick

    def flush(self, size: int = 0) -> None:
        """See that what waits is sent: here, if a lone or a large piece has just been posted, or soon.

        size: bytes of the last piece."""
        worthwhile = size >= LARGE or time.monotonic() - self._last > BURST
        if worthwhile and self._pace.quick and self._writing.acquire(False):
            try:
                self._send_batch()
            finally:
                self._writing.release()
        if self._waiting:
            self.wake()

    def wake(self) -> None:
        """Leave what waits to the thread; never blocks."""
        if not self._awake:
            self._awake = True
            self._tokens.put(True)
            if self._thread is None:
                self._start()

    def drain(self) -> None:
        """Send all that waits, here."""
        while self._waiting and not self._closed:
            with self._writing:
                self._send_batch()

    def close(self) -> None:
        """Send nothing any more."""
        self._closed = True
        self._tokens.put(False)

    def _scratch(self) -> memoryview:
        if self._space is None:
            self._space = memoryview(bytearray(MAX_RECORD))
        return self._space

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._tokens.get():
            self._awake = False
            while self._waiting and not self._closed:
                with self._writing:
                    self._send_batch()

    def _send_batch(self) -> None:
        """Send a record of what waits for the first channel. Hold the lock: what is sealed first is sent first."""
        waiting = self._waiting
        if not waiting or self._closed:
            return
        source, kind, body, more = waiting.popleft()
        pieces, size = [(kind, body, more)], len(body)
        while waiting and size < BATCH and waiting[0][0] is source:
            _, kind, body, more = waiting.popleft()
            pieces.append((kind, body, more))
            size += len(body)
        if size < LARGE or len(pieces) > 16:
            sealed: bytes | memoryview = join(pieces)
        else:
            sealed = join_into(pieces, self._scratch())
        record = source.sealer.seal(self._lane, sealed)
        try:
            self._put(self._lane, record)
        except OSError as error:
            if not self._closed:
                self.close()
                self._on_failure(str(error))
            return
        self.bytes += len(record)
        self._last = time.monotonic()
