"""What an incarnation may not do any more once another one has replaced it, or its life is over."""

import threading
from collections.abc import Callable

from actors.kernel.message import Envelope

__all__ = ["Fence"]


class Fence:
    """fenced: what is sent is refused, and counted in `refused`. over: so is what I/O threads still post.

    hanging: what was being handled when it was fenced; whoever fenced it says what became of that.
    """

    def __init__(self) -> None:
        self.fenced = False
        self.over = False
        self.refused = 0
        self.hanging: Envelope | None = None
        self._lock = threading.Lock()

    def close(self, current: Callable[[], Envelope | None], expected: Envelope | None = None) -> bool:
        """Fence what handles `current()`; with `expected`, only if that is it. False also when it was fenced before."""
        with self._lock:
            if self.fenced or (expected is not None and current() is not expected):
                return False
            self.fenced = self.over = True
            self.hanging = current()
            return True

    def accounts_for(self, envelope: Envelope) -> bool:
        """Whether the handler that has just ended says what became of `envelope`; False when `close` has said it."""
        with self._lock:
            return self.hanging is not envelope
