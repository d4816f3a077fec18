"""The control socket's frames: MessagePack maps of plain values, read without the classes they came from."""

from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

import msgpack

__all__ = ["MAX_REQUEST", "Refused", "receive", "send"]

MAX_REQUEST = 1 << 20
MAX_ANSWER = 64 << 20


class Refused(Exception):
    """The other end sent something that is no frame, or said no; the text says why."""


def send(connection: "Connection[bytes, bytes]", frame: Mapping[str, Any]) -> None:
    """Send one map. Raises OSError when the other end is gone."""
    connection.send_bytes(msgpack.packb(frame))


def receive(connection: "Connection[bytes, bytes]", limit: int = MAX_ANSWER) -> dict[str, Any]:
    """The next map. Raises EOFError or OSError when the other end is gone, Refused for anything else."""
    data = connection.recv_bytes(limit)
    try:
        frame = msgpack.unpackb(data)
    except (ValueError, msgpack.UnpackException) as error:
        raise Refused(f"not a MessagePack map: {error}") from None
    if not isinstance(frame, dict):
        raise Refused("not a MessagePack map")
    return frame
