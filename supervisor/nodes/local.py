"""The local wire: a multiprocessing connection (a socket pair, a named pipe on Windows) to a child on this machine.

The connection is inherited at the spawn, so that nobody else can be at its other end.
"""

import contextlib
import select
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

from supervisor.nodes.link import Frame, LinkClosed

__all__ = ["MAX_FRAME", "LocalLink"]

MAX_FRAME = 64 * 1024 * 1024
"""Bytes in one frame at most: large things travel by shared memory."""

_KINDS = {int(frame): (frame, bytes((frame,))) for frame in Frame}


class LocalLink:
    """A Link over a multiprocessing connection."""

    def __init__(self, connection: "Connection[bytes, bytes]") -> None:
        self.connection = connection
        self._writing = threading.Lock()
        self._writable: Any = None
        self._readable: Any = None
        if sys.platform == "linux":
            # There a stream socket is said to be writable while three quarters of its buffer (208 KB) are free.
            self._writable = _poll(connection, select.POLLOUT)
        if hasattr(select, "poll"):
            # Made once: the connection's own `poll` makes a selector at each call.
            self._readable = _poll(connection, select.POLLIN)

    def send(self, frame: Frame, body: bytes = b"") -> None:
        data = _KINDS[frame][1] + body
        with self._writing:
            try:
                self.connection.send_bytes(data)
            except (OSError, ValueError) as error:
                raise LinkClosed(str(error)) from None

    def receive(self) -> tuple[Frame, bytes]:
        try:
            data = self.connection.recv_bytes(MAX_FRAME)
            return _KINDS[data[0]][0], data[1:]
        except (EOFError, OSError, ValueError, LookupError) as error:
            raise LinkClosed(str(error)) from None

    def readable(self) -> bool:
        """Whether `receive` would not wait. Raises LinkClosed at the end of the stream."""
        try:
            return bool(self.connection.poll(0) if self._readable is None else self._readable.poll(0))
        except (EOFError, OSError) as error:
            raise LinkClosed(str(error)) from None

    def writable(self) -> bool:
        """Whether `send` takes some ten thousand bytes without waiting; False where that cannot be known."""
        if self._writable is None or self._writing.locked():
            return False
        return bool(self._writable.poll(0))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.close()


def _poll(connection: "Connection[bytes, bytes]", event: int) -> Any:
    poll = select.poll()
    poll.register(connection.fileno(), event)
    return poll
