"""Connections to a server on a host, carried by the channel of the worker that runs the server.

A model on a host serves 127.0.0.1 there. Its home listens on 127.0.0.1 here, and whoever connects talks to that server:
nothing of it is open to a network. A STREAM frame carries a connection's number and some of its bytes; none end it.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from queue import SimpleQueue

from supervisor.nodes.link import FrameType, Link, LinkClosed

_HEAD = struct.Struct("<I")
PIECE = 16 * 1024
MOST = 32
"""Connections at a time."""
MOST_WAITING = 4 * 1024 * 1024
"""Bytes that wait for an end that does not read; more end the connection."""

Connect = Callable[[], socket.socket]


class Streams:
    """One end of all connections of a channel. connect: for a number that the other end has begun; None where only this
    end begins connections. Any thread may call anything."""

    def __init__(self, link: Link, connect: Connect | None = None) -> None:
        self._link = link
        self._connect = connect
        self._lock = threading.Lock()
        self._streams: dict[int, _Stream] = {}
        self._number = 0
        self._closed = False

    def begin(self, connection: socket.socket) -> None:
        """Carry a connection that somebody has made to this end."""
        with self._lock:
            if self._closed or len(self._streams) >= MOST:
                connection.close()
                return
            self._number += 1
            self._add(self._number, lambda: connection)

    def take(self, body: bytes) -> None:
        """Bytes from the other end; malformed ones are nobody's."""
        if len(body) < _HEAD.size:
            return
        (number,), data = _HEAD.unpack_from(body), body[_HEAD.size :]
        with self._lock:
            stream = self._streams.get(number)
            is_new = number > self._number and self._connect is not None and not self._closed
            if stream is None and data and is_new:
                # Numbers only increase: what comes late for a connection that has ended begins no other.
                self._number = number
                if len(self._streams) >= MOST:
                    threading.Thread(target=self._send, args=(number, b""), daemon=True).start()
                    return
                stream = self._add(number, self._connect or _nowhere)
        if stream is not None:
            stream.put(data)

    def close(self) -> None:
        """End all connections."""
        with self._lock:
            self._closed = True
            streams = tuple(self._streams.values())
        for stream in streams:
            stream.put(b"")

    def _add(self, number: int, connect: Connect) -> "_Stream":
        stream = self._streams[number] = _Stream(
            connect, lambda data: self._send(number, data), lambda: self._gone(number)
        )
        return stream

    def _gone(self, number: int) -> None:
        with self._lock:
            self._streams.pop(number, None)

    def _send(self, number: int, data: bytes) -> None:
        self._link.send(FrameType.STREAM, _HEAD.pack(number) + data)


def _nowhere() -> socket.socket:
    raise OSError("nothing is served")


class _Stream:
    """One connection: a thread writes what the other end has sent, another one reads."""

    def __init__(self, connect: Connect, send: Callable[[bytes], None], gone: Callable[[], None]) -> None:
        self._connect = connect
        self._send = send
        self._gone = gone
        self._to_write: SimpleQueue[bytes] = SimpleQueue()
        self._waiting = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._write, name="stream", daemon=True).start()

    def put(self, data: bytes) -> None:
        with self._lock:
            self._waiting += len(data)
            full = self._waiting > MOST_WAITING
        self._to_write.put(b"" if full else data)

    def _write(self) -> None:
        try:
            connection = self._connect()
        except OSError:
            self._end()
            return
        reader = threading.Thread(target=self._read, args=(connection,), name="stream", daemon=True)
        reader.start()
        with contextlib.suppress(OSError):
            while data := self._to_write.get():
                connection.sendall(data)
                with self._lock:
                    self._waiting -= len(data)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        reader.join()
        connection.close()

    def _read(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, LinkClosed):
            while data := connection.recv(PIECE):
                self._send(data)
        self._to_write.put(b"")
        self._end()

    def _end(self) -> None:
        with contextlib.suppress(LinkClosed):
            self._send(b"")
        self._gone()
