"""Messages on a TLS connection: each behind its length, none too large, all within one time."""

import contextlib
import socket
import ssl
import struct
from collections.abc import Callable

from supervisor.hosts.enrolment.messages import LARGEST

_LENGTH = struct.Struct(">I")


class StreamLost(Exception):
    """The other side is gone, too slow, or sent what cannot be read; the text says which."""


class Stream:
    """`deadline`: when all of it must be over, by `clock`, whatever the other side does."""

    def __init__(self, connected: ssl.SSLSocket, deadline: float, clock: Callable[[], float]) -> None:
        self._socket = connected
        self._deadline = deadline
        self._clock = clock

    def send(self, data: bytes) -> None:
        """Raises StreamLost."""
        try:
            self._allow()
            self._socket.sendall(_LENGTH.pack(len(data)) + data)
        except (OSError, ValueError) as error:  # ValueError: a closed one
            raise _lost(error) from None

    def receive(self) -> bytes:
        """Raises StreamLost."""
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        if length > LARGEST:
            raise StreamLost("it sent too much")
        return self._exactly(length)

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            try:
                self._allow()
                part = self._socket.recv(size - len(data))
            except (OSError, ValueError) as error:
                raise _lost(error) from None
            if not part:
                raise StreamLost("it closed the connection")
            data += part
        return bytes(data)

    def _allow(self) -> None:
        left = self._deadline - self._clock()
        if left <= 0.0:
            raise TimeoutError
        self._socket.settimeout(left)


def hang_up(connected: socket.socket) -> None:
    """Close it so that whoever waits on it wakes; nothing is raised."""
    with contextlib.suppress(OSError, ValueError):
        connected.shutdown(socket.SHUT_RDWR)
    connected.close()


def _lost(error: Exception) -> StreamLost:
    if isinstance(error, TimeoutError):
        return StreamLost("it took too long")
    reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or "the connection broke"
    return StreamLost(str(reason))
