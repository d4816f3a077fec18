"""One reply that is being read by a program, in parts, from threads that wait for the instance."""

import threading
from collections.abc import Callable, Generator, Mapping
from typing import Any

Part = Mapping[str, Any]


class Reading:
    """release: called once, when the reader has left and no thread waits for the instance any more: until then the
    instance has this one to serve, too, however many come and go."""

    def __init__(self, parts: Generator[Part, None, None], release: Callable[[], object]) -> None:
        self._parts = parts
        self._release = release
        self._lock = threading.Lock()
        self._waits = self._left = False

    def next(self) -> Part | None:
        """Wait for the next part; None at the end. Raises what the instance's answer raises."""
        with self._lock:
            if self._left:
                return None
            self._waits = True
        try:
            return next(self._parts, None)
        finally:
            if self._is_left():
                self._end()

    def leave(self) -> None:
        """The reader is gone, or has all of it. To be called once."""
        with self._lock:
            self._left = True
            over = not self._waits
        if over:
            self._end()

    def _is_left(self) -> bool:
        """Note that nobody waits, and tell whether the reader has left meanwhile."""
        with self._lock:
            self._waits = False
            return self._left

    def _end(self) -> None:
        self._parts.close()  # and with it the connection to the instance
        self._release()
