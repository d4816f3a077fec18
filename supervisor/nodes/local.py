"""The local wire: a multiprocessing connection (a socket pair, a named pipe on Windows) to a child on this machine.

The connection is inherited at the spawn, so that nobody else can be at its other end.
"""

import contextlib
import threading
from multiprocessing.connection import Connection

from supervisor.nodes.link import Frame, LinkClosed

__all__ = ["MAX_FRAME", "LocalLink"]

MAX_FRAME = 64 * 1024 * 1024
"""Bytes in one frame at most: large things travel by shared memory."""


class LocalLink:
    """A Link over a multiprocessing connection."""

    def __init__(self, connection: "Connection[bytes, bytes]") -> None:
        self._connection = connection
        self._writing = threading.Lock()

    def send(self, frame: Frame, body: bytes = b"") -> None:
        with self._writing:
            try:
                self._connection.send_bytes(bytes((frame,)) + body)
            except (OSError, ValueError) as error:
                raise LinkClosed(str(error)) from None

    def receive(self) -> tuple[Frame, bytes]:
        try:
            data = self._connection.recv_bytes(MAX_FRAME)
            return Frame(data[0]), data[1:]
        except (EOFError, OSError, ValueError, IndexError) as error:
            raise LinkClosed(str(error)) from None

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.close()
