"""The control socket's frames: MessagePack maps of plain values."""

import contextlib
import os
import socket
import sys
from collections.abc import Mapping
from typing import Any

import msgpack

from supervisor.connection import Connection

MAX_REQUEST = 1 << 20
HANDSHAKE_WITHIN = 5.0
MAX_ANSWER = 64 << 20


class RequestRefused(Exception):
    """The other end refused the request, or sent an invalid frame; the text says why."""


def text_in(request: Mapping[str, Any], name: str) -> str:
    """The text `name` of a request. Raises RequestRefused where there is none."""
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise RequestRefused(f"{name!r} is missing")
    return value


def send(connection: "Connection", frame: Mapping[str, Any]) -> None:
    """Send one map. Raises OSError when the other end has closed, RequestRefused if it cannot be encoded."""
    try:
        data = msgpack.packb(frame)
    except (UnicodeEncodeError, OverflowError, ValueError, TypeError) as error:
        raise RequestRefused(f"this cannot be sent: {error}") from None
    connection.send_bytes(data)


def receive(connection: "Connection", limit: int = MAX_ANSWER) -> dict[str, Any]:
    """The next map. Raises EOFError or OSError when the other end has closed, RequestRefused for anything else."""
    data = connection.recv_bytes(limit)
    try:
        frame = msgpack.unpackb(data)
    except (ValueError, msgpack.UnpackException) as error:
        raise RequestRefused(f"not a MessagePack map: {error}") from None
    if not isinstance(frame, dict):
        raise RequestRefused("not a MessagePack map")
    return frame


def hang_up(connection: "Connection") -> None:
    """End what another thread reads from or writes to the other end; never raises. A Windows pipe is only closed."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            connection.close()
        else:
            with contextlib.closing(socket.socket(fileno=os.dup(connection.fileno()))) as twin:
                twin.shutdown(socket.SHUT_RDWR)
