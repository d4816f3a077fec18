"""Stops an incarnation from sending once another one has replaced it, or it has ended."""

import threading
from collections.abc import Callable

from actors.kernel.message import Envelope


class Fence:
    """fenced: what is sent is refused, and counted in `refused`. over: so is what I/O threads post.

    hanging: what was being handled when it was fenced, and is recorded by the caller of `close`.
    """

    def __init__(self) -> None:
        self.fenced = False
        self.over = False
        self.refused = 0
        self.hanging: Envelope | None = None
        self._lock = threading.Lock()

    def close(self, current: Callable[[], Envelope | None], expected: Envelope | None = None) -> bool:
        """Fence; with `expected`, only while that is `current()`. False if not fenced by this call."""
        with self._lock:
            if self.fenced or (expected is not None and current() is not expected):
                return False
            self.fenced = self.over = True
            self.hanging = current()
            return True

    def accounts_for(self, envelope: Envelope) -> bool:
        """Whether the handler that has just ended must record `envelope`; False when the caller of `close` did."""
        with self._lock:
            return self.hanging is not envelope
