"""The local wire: a multiprocessing connection (a socket pair, a named pipe on Windows) to a child on this machine.

The child inherits the connection at the spawn, so no other process can be at its other end.
"""

import contextlib
import os
import select
import struct
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

from supervisor.nodes.link import FrameType, LinkClosed

MAX_FRAME = 64 * 1024 * 1024
"""Most bytes in one frame: large things travel by shared memory."""

READ = 16 * 1024
"""Bytes to ask of the system at a time."""

_KINDS = {int(frame): (frame, bytes((frame,))) for frame in FrameType}
_SHORT, _LONG = struct.Struct("!i"), struct.Struct("!iQ")


class LocalLink:
    """A Link over a multiprocessing connection.

    Where file descriptors exist, it reads many frames with one system call, and waits with a poll object made once.
    """

    def __init__(self, connection: "Connection[bytes, bytes]") -> None:
        self.connection = connection
        self._writing = threading.Lock()
        self._buffer = bytearray()
        self._own = hasattr(select, "poll")
        # On Linux a stream socket counts as writable while three quarters of its buffer (208 KB) are free.
        self._writable: Any = _poll(connection, select.POLLOUT) if sys.platform == "linux" else None
        self._readable: Any = _poll(connection, select.POLLIN) if self._own else None

    def send(self, frame: FrameType, body: bytes = b"") -> None:
        data = _KINDS[frame][1] + body
        with self._writing:
            try:
                self.connection.send_bytes(data)
            except (OSError, ValueError) as error:
                raise LinkClosed(str(error)) from None

    def receive(self) -> tuple[FrameType, bytes]:
        try:
            data = self._next() if self._own else self.connection.recv_bytes(MAX_FRAME)
            return _KINDS[data[0]][0], data[1:]
        except (EOFError, OSError, ValueError, LookupError) as error:
            raise LinkClosed(str(error)) from None

    @property
    def pending(self) -> bool:
        """Whether something was read from the system and not received yet."""
        return bool(self._buffer)

    def readable(self) -> bool:
        """Whether `receive` would find at least a part of a frame. Raises LinkClosed at the end of the stream."""
        if self._buffer:
            return True
        try:
            return bool(self._readable.poll(0) if self._own else self.connection.poll(0))
        except (EOFError, OSError) as error:
            raise LinkClosed(str(error)) from None

    def writable(self) -> bool:
        """Whether `send` takes some ten thousand bytes without waiting; False if unknown."""
        return self._writable is not None and not self._writing.locked() and bool(self._writable.poll(0))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.close()

    def _next(self) -> bytes:
        """The connection's next message; its length is in front, in network order, in a wider field for long ones."""
        buffer = self._buffer
        while True:
            if len(buffer) >= _SHORT.size:
                (size,) = _SHORT.unpack_from(buffer)
                head = _SHORT.size
                if size < 0 and len(buffer) >= _LONG.size:
                    head, (_, size) = _LONG.size, _LONG.unpack_from(buffer)
                if size > MAX_FRAME:
                    raise ValueError(f"a frame of {size} bytes")
                if 0 <= size <= len(buffer) - head:
                    data = bytes(buffer[head : head + size])
                    del buffer[: head + size]
                    return data
            more = os.read(self.connection.fileno(), READ)
            if not more:
                raise EOFError("the other end is gone")
            buffer += more


def _poll(connection: "Connection[bytes, bytes]", event: int) -> Any:
    poll = select.poll()
    poll.register(connection.fileno(), event)
    return poll
