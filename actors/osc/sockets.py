"""UDP ports that belong to an address, not to an incarnation: after a crash datagrams wait in the system's buffer."""

import contextlib
import socket
import sys

from actors.kernel.resource import Resource, Resources

# Bytes asked of the system for waiting datagrams: a quarter of a second at 40,000 a second.
BUFFER = 4 << 20

_Key = tuple[str, str, int]
Port = Resource[_Key, socket.socket]  # A bound socket. Its owner is the one listener that may read it.

_ports: Resources[_Key, socket.socket] = Resources(socket.socket.close)


def take(address: str, host: str, number: int, owner: object) -> Port:
    """The port of actor `address` for `owner`: opened, or taken over from the incarnation before. Raises OSError."""
    return _ports.take((address, host, number), owner, lambda: _open(host, number))


def release(port: Port, owner: object, patience: float) -> bool:
    """Close the port unless it was taken over from `owner`. False, and still open, if read after `patience` seconds."""
    return _ports.leave(port.key, owner, patience)


def number_of(port: Port) -> int:
    """The number that it is really bound to."""
    return int(port.value.getsockname()[1])


def address_of(port: Port) -> str:
    """The address that it is really bound to."""
    return str(port.value.getsockname()[0])


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
    found = socket.getaddrinfo(host, number, type=socket.SOCK_DGRAM)
    # A name may have addresses of both kinds; VRChat sends to IPv4.
    family, kind, protocol, _, where = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    opened = socket.socket(family, kind, protocol)
    try:
        if family == socket.AF_INET6:
            with contextlib.suppress(OSError):  # a system without IPv4 has nothing to be heard there
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
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
