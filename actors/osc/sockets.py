"""UDP ports that belong to an address of this process, not to the incarnation that reads them.

A socket outlives a crash, so that the successor never meets "address in use" and what arrives meanwhile waits
in the system's buffer. Whoever takes a port over makes the earlier reader end; the lock keeps two threads
from reading at once.
"""

import contextlib
import socket
import sys
import threading
from dataclasses import dataclass, field

__all__ = ["Port", "enlarge", "reason_and_remedy", "release", "take"]

BUFFER = 4 << 20
"""Bytes asked of the system for datagrams that wait: a quarter of a second at 40,000 a second."""

_Key = tuple[str, str, int]


@dataclass(eq=False)
class Port:
    """A bound socket. `owner` is the one listener that may read; it holds `reading` while it does."""

    key: _Key
    socket: socket.socket
    owner: object = None
    reading: threading.Lock = field(default_factory=threading.Lock)

    @property
    def number(self) -> int:
        """The port that it is really bound to."""
        return int(self.socket.getsockname()[1])


_ports: dict[_Key, Port] = {}
_guard = threading.Lock()


def take(address: str, host: str, number: int, owner: object) -> Port:
    """The port of actor `address` for `owner`: opened, or taken over from the incarnation before. Raises
    OSError.
    """
    key = (address, host, number)
    with _guard:
        port = _ports.get(key)
        if port is None:
            port = _ports[key] = Port(key, _open(host, number))
        port.owner = owner
    return port


def release(port: Port, owner: object, patience: float) -> bool:
    """Let the port go and close it, unless somebody else has taken it over from `owner`. False if it is still
    read.

    A port whose reader does not end within `patience` seconds stays open, for a successor to take over: a
    socket must not be closed under a thread that waits for it, nor opened twice.
    """
    with _guard:
        if port.owner is not owner:
            return True
        port.owner = None
    if not port.reading.acquire(timeout=patience):
        return False
    try:
        with _guard:
            if port.owner is None:
                _ports.pop(port.key, None)
                port.socket.close()
    finally:
        port.reading.release()
    return True


def reason_and_remedy(host: str, number: int, error: OSError) -> tuple[str, str]:
    """What to tell the owner when a port could not be opened."""
    if isinstance(error, socket.gaierror):
        return (
            f"osc.input_host {host!r} is unknown: {error.strerror}",
            "write this machine's IP address there",
        )
    return (
        f"UDP port {number} on {host} cannot be opened: {error.strerror or error}",
        f"close the other OSC program that uses UDP port {number}, or set osc.input_port to a free one and "
        "start VRChat with --osc=9000:127.0.0.1:PORT",
    )


def _open(host: str, number: int) -> socket.socket:
    family, kind, protocol, _, where = socket.getaddrinfo(host, number, type=socket.SOCK_DGRAM)[0]
    opened = socket.socket(family, kind, protocol)
    try:
        if sys.platform == "win32":
            # There another program could bind the same port beside us; elsewhere it is refused unless both
            # ask for it.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        enlarge(opened)
        opened.bind(where)
        opened.setblocking(False)
    except BaseException:
        opened.close()
        raise
    return opened


def enlarge(opened: socket.socket) -> None:
    """Ask the system for BUFFER bytes of room for what waits at the socket; it may give less."""
    with contextlib.suppress(OSError):
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    if sys.platform == "linux":
        # Beyond the limit, for those who may: SO_RCVBUFFORCE, which Python does not name.
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, 33, BUFFER)
