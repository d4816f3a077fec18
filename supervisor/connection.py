"""Multiprocessing's connections, which are sockets, or named pipes on Windows: their type, and limits of their time."""

import contextlib
import os
import socket
import struct
import sys
from multiprocessing import connection as mpc
from typing import Any, TypeAlias

# In quotes: at run time a connection takes no parameters.
if sys.platform == "win32":
    Connection: TypeAlias = "mpc.Connection[Any, Any] | mpc.PipeConnection[Any, Any]"
else:
    Connection: TypeAlias = "mpc.Connection[Any, Any]"


def limit_reads(connection: "Connection", seconds: float) -> None:
    """Let a read fail after `seconds`, so that a silent client does not keep its place."""
    _limit(connection, socket.SO_RCVTIMEO, seconds)


def limit_writes(connection: "Connection", seconds: float) -> None:
    """The same for a write to a client that does not read."""
    _limit(connection, socket.SO_SNDTIMEO, seconds)


def _limit(connection: "Connection", option: int, seconds: float) -> None:
    """The option belongs to the socket, which the duplicate shares. A Windows pipe has no such option."""
    if sys.platform != "win32":
        whole = int(seconds)
        limit = struct.pack("ll", whole, int((seconds - whole) * 1e6))
        with contextlib.closing(socket.socket(fileno=os.dup(connection.fileno()))) as twin:
            twin.setsockopt(socket.SOL_SOCKET, option, limit)
