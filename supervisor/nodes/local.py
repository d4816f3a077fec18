"""The local wire: a multiprocessing connection (a socket pair, a named pipe on Windows) to a child on this machine.

The child inherits the connection at the spawn, so no other process can be at its other end.
"""

import contextlib
import os
import socket
import struct
import sys
import threading

from supervisor.connection import Connection
from supervisor.nodes.link import FrameType, LinkClosed
from supervisor.nodes.readiness import Wait, has_room, waiting_for

MAX_FRAME = 64 * 1024 * 1024
"""Most bytes in one frame: large things travel by shared memory."""

READ = 16 * 1024
"""Bytes to ask of the system at a time."""

_KINDS = {int(frame): (frame, bytes((frame,))) for frame in FrameType}
_SHORT, _LONG = struct.Struct("!i"), struct.Struct("!iQ")


class LocalLink:
    """A Link over a multiprocessing connection.

    Where a connection is a file descriptor, many frames are read with one system call.
    """

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self._writing = threading.Lock()
        self._closing = threading.Lock()
        self._buffer = bytearray()
        self._readable = waiting_for((connection,))
        self._has_room = has_room(connection)
        self._either: Wait | None = None

    def end_with(self, sentinel: int) -> None:
        """Count the link as closed when nothing is left in it and the process of this sentinel has ended.

        The end of the stream does not tell it alone: somebody else may hold the process's end open, and on Windows the
        parent does until the child has taken it over, which a child that dies while it starts never does.
        """
        self._either = waiting_for((self.connection, sentinel))

    def send(self, frame: FrameType, body: bytes = b"") -> None:
        data = _KINDS[frame][1] + body
        with self._writing:
            try:
                self.connection.send_bytes(data)
            except (OSError, ValueError) as error:
                raise LinkClosed(str(error)) from None

    def receive(self) -> tuple[FrameType, bytes]:
        try:
            data = self._next()
            return _KINDS[data[0]][0], data[1:]
        except (EOFError, OSError, ValueError, LookupError) as error:
            raise LinkClosed(str(error)) from None

    @property
    def pending(self) -> bool:
        """Whether something was read from the system and not received yet."""
        return bool(self._buffer)

    def wait(self, timeout: float) -> bool:
        """Wait until `receive` would find something, or the end; False after `timeout` seconds."""
        return bool(self._buffer) or bool((self._either or self._readable)(timeout))

    def readable(self) -> bool:
        """Whether `receive` would find at least a part of a frame. Raises LinkClosed at the end of the stream."""
        if self._buffer:
            return True
        try:
            return bool(self._readable(0))
        except (EOFError, OSError) as error:
            raise LinkClosed(str(error)) from None

    def writable(self) -> bool:
        """Whether `send` takes some ten thousand bytes without waiting; False if unknown."""
        return not self._writing.locked() and self._has_room()

    def hang_up(self) -> None:
        # Not while another thread closes it: the descriptor could be somebody else's by then.
        with self._closing, contextlib.suppress(OSError):
            if sys.platform == "win32":
                self.connection.close()
            else:
                with socket.socket(fileno=os.dup(self.connection.fileno())) as twin:
                    twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with self._closing, contextlib.suppress(OSError):
            self.connection.close()

    def _next(self) -> bytes:
        if sys.platform == "win32":
            self._await()
            return self.connection.recv_bytes(MAX_FRAME)
        else:
            while (data := self._taken()) is None:
                self._await()
                more = os.read(self.connection.fileno(), READ)
                if not more:
                    raise EOFError("the other end is gone")
                self._buffer += more
            return data

    def _await(self) -> None:
        """Wait for something to read, or for the end. Raises EOFError when the process has ended and all is read."""
        # The second look: it may have written and ended between the system's looks at the one and at the other.
        if self._either is not None and 0 not in self._either(None) and not self._readable(0):
            raise EOFError("the process has ended")

    def _taken(self) -> bytes | None:
        """The next message of those that were read; its length is in front, in network order, wider for long ones."""
        buffer = self._buffer
        if len(buffer) < _SHORT.size:
            return None
        (size,) = _SHORT.unpack_from(buffer)
        head = _SHORT.size
        if size < 0 and len(buffer) >= _LONG.size:
            head, (_, size) = _LONG.size, _LONG.unpack_from(buffer)
        if size > MAX_FRAME:
            raise ValueError(f"a frame of {size} bytes")
        if not 0 <= size <= len(buffer) - head:
            return None
        data = bytes(buffer[head : head + size])
        del buffer[: head + size]
        return data
