"""One lane of a connection on its way out: what waits goes in batches, and a lone frame at once."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from supervisor.hosts.wire.records import BATCH, Piece, Sealer, join

BURST = 50e-6
"""Seconds between two frames within which more are expected: they are left to the lane's thread, which sends together
what has come meanwhile. A frame after a longer pause is sent by whoever brings it, which saves a hand-over."""


class Source(Protocol):
    """What a piece is sealed by: a channel."""

    sealer: Sealer


Put = Callable[[bytes], None]
"""Hands a record over to the network; may block. Raises OSError when that is gone."""


class LaneWriter:
    """Seals and sends the pieces of one lane in the order in which they were posted. Any thread may use it.

    may_block: whether a sender may wait for the network itself. on_failure: told once why nothing can be sent any more.
    """

    def __init__(
        self,
        lane: int,
        name: str,
        put: Put,
        may_block: Callable[[], bool],
        on_failure: Callable[[str], None],
    ) -> None:
        self._lane, self._name, self._put = lane, name, put
        self._may_block, self._on_failure = may_block, on_failure
        self._waiting: deque[tuple[Source, Piece]] = deque()
        self._writing = threading.Lock()
        self._tokens: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._awake = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._last = 0.0
        self._closed = False
        self.bytes = 0
        """How many have been sent."""

    def post(self, source: Source, piece: Piece) -> None:
        """Put a piece behind those that wait. It is sent after a `flush`; never blocks."""
        self._waiting.append((source, piece))

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nobody is sending."""
        return not self._waiting and not self._writing.locked()

    def flush(self) -> None:
        """See that what waits is sent: here, if it is a lone piece, or soon."""
        pause = time.monotonic() - self._last
        if pause > BURST and self._may_block() and self._writing.acquire(blocking=False):
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
        self._waiting.clear()
        self._tokens.put(False)

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
        try:
            source, piece = waiting.popleft()
        except IndexError:
            return
        pieces, size = [piece], len(piece.body)
        while size < BATCH:
            try:
                if waiting[0][0] is not source:
                    break
                piece = waiting.popleft()[1]
            except IndexError:
                break
            pieces.append(piece)
            size += len(piece.body)
        record = source.sealer.seal(self._lane, join(pieces))
        try:
            self._put(record)
        except OSError as error:
            if not self._closed:
                self.close()
                self._on_failure(str(error))
            return
        self.bytes += len(record)
        self._last = time.monotonic()
