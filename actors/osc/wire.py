"""Sends OSC messages to VRChat over one UDP socket, by python-osc."""

import contextlib
import ipaddress
import socket
from collections.abc import Mapping
from types import MappingProxyType

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import UDPClient

from actors.osc.inputs import TYPING, resting

Value = bool | int | float | str


def is_address(host: str) -> bool:
    """Whether `host` is an IP address, which needs no looking up."""
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


def look_up(host: str) -> str:
    """The IP address of `host`, IPv4 if it has one: VRChat listens there. May block for seconds. Raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    return str(min(found, key=lambda entry: entry[0] != socket.AF_INET)[4][0])


def addresses_of(host: str) -> tuple[str, ...]:
    """Every IP address of `host`; none where it is unknown. May block for seconds."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Wire:
    """A socket for messages to `ip`:`port`. Never blocks."""

    def __init__(self, ip: str, port: int) -> None:
        self._client = UDPClient(ip, port)

    def send(self, address: str, *values: Value) -> None:
        """Send one message; floats as f, ints as i, bools as T or F. Raises OSError, but not when nobody listens."""
        self._client.send(_message(address, *values))

    def close(self) -> None:
        """Give the socket back."""
        self._client.close()


def _message(address: str, *values: Value) -> OscMessage:
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return builder.build()


def datagram(address: str, *values: Value) -> bytes:
    """One message as it goes over the wire."""
    return _message(address, *values).dgram


_SHOWN: Mapping[str, Value] = {"VRCEmote": 0, "VRCFaceBlendH": 0.0, "VRCFaceBlendV": 0.0}


def rest(parameters: Mapping[str, Value] = MappingProxyType({})) -> tuple[bytes, ...]:
    """The datagrams after which the avatar stands still, makes no gesture or face, and shows no typing.

    parameters: further ones of the avatar that may be set by then, by name; a value is one of its type."""
    names = {**_SHOWN, **{name: type(value)(0) for name, value in parameters.items()}}
    shown = (datagram(f"/avatar/parameters/{name}", value) for name, value in names.items())
    still = (datagram(address, value) for address, value in resting())
    return datagram(TYPING, False), *still, *shown
