"""A client of Foxglove's WebSocket protocol, as its app is one: it subscribes to every topic that is advertised."""

import base64
import contextlib
import json
import os
import socket
import struct
from collections import deque
from types import TracebackType
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MESSAGE_DATA = 1


class FoxgloveClient:
    """Connects to a server on this machine. `receive` gives what comes, and answers as a client must.

    topics: by channel id, as advertised.
    """

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        self.topics: dict[int, dict[str, Any]] = {}
        self._kept: deque[tuple[str, int, Any]] = deque()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: foxglove.sdk.v1\r\n\r\n".encode()
        )
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self._exactly(1)
        if b" 101 " not in answer.split(b"\r\n")[0]:
            raise ConnectionError(answer.decode())

    def __enter__(self) -> "FoxgloveClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._send(CLOSE, b"")
        self._socket.close()

    def receive(self) -> tuple[str, Any] | None:
        """The next thing that the server says: ("message", (topic, nanoseconds, content)), or an operation with its
        JSON. None when it has closed.
        """
        kind, payload = self._frame()
        if kind == CLOSE:
            return None
        if kind == PING:
            self._send(PONG, payload)
            return self.receive()
        if kind == PONG:
            return "pong", None
        if kind == BINARY:
            return self._binary(payload)
        said = json.loads(payload)
        if said["op"] == "advertise":
            self._subscribe(said["channels"])
        return said["op"], said

    def message(self) -> tuple[str, int, Any]:
        """The next recorded message: its topic, its time and its content."""
        while not self._kept:
            self._next()
        return self._kept.popleft()

    def until_subscribed(self, topics: set[str]) -> None:
        """Wait until the server knows of a subscription to all of these."""
        while not topics <= {channel["topic"] for channel in self.topics.values()}:
            self._next()
        # The server takes one frame after another: when it answers this one, it has taken the subscriptions.
        self._send(PING, b"")
        while self._next()[0] != "pong":
            pass

    def _next(self) -> tuple[str, Any]:
        said = self.receive()
        if said is None:
            raise ConnectionError("the server has closed")
        if said[0] == "message":
            self._kept.append(said[1])
        return said

    def _binary(self, payload: bytes) -> tuple[str, Any]:
        operation = payload[0]
        if operation != MESSAGE_DATA:
            return "binary", operation
        subscription, at = struct.unpack_from("<IQ", payload, 1)
        topic = self.topics[subscription]
        content = json.loads(payload[13:]) if topic["encoding"] == "json" else payload[13:]
        return "message", (topic["topic"], at, content)

    def _subscribe(self, channels: list[dict[str, Any]]) -> None:
        new = [channel for channel in channels if channel["id"] not in self.topics]
        self.topics |= {channel["id"]: channel for channel in new}
        wanted = [{"id": channel["id"], "channelId": channel["id"]} for channel in new]
        self._send(TEXT, json.dumps({"op": "subscribe", "subscriptions": wanted}).encode())

    def _send(self, kind: int, payload: bytes) -> None:
        mask = os.urandom(4)
        length = len(payload)
        head = bytes([0x80 | kind, 0x80 | (length if length < 126 else 126)])
        head += b"" if length < 126 else struct.pack(">H", length)
        self._socket.sendall(head + mask + bytes(b ^ mask[n % 4] for n, b in enumerate(payload)))

    def _frame(self) -> tuple[int, bytes]:
        first, second = self._exactly(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._exactly(8))
        return first & 0x0F, self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            if not (piece := self._socket.recv(count - len(data))):
                raise ConnectionError("the connection is lost")
            data += piece
        return data
