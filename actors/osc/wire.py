"""Sends OSC messages to VRChat over one UDP socket, by python-osc."""

import contextlib
import ipaddress
import socket

from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import UDPClient

__all__ = ["Value", "Wire", "is_address", "look_up"]

Value = bool | int | float | str


def is_address(host: str) -> bool:
    """Whether `host` is an IP address, which needs no looking up."""
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


def look_up(host: str) -> str:
    """The IP address of `host`, IPv4 if it has one: VRChat listens there. May block for seconds. Raises
    OSError.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    return str(min(found, key=lambda entry: entry[0] != socket.AF_INET)[4][0])


class Wire:
    """A socket for messages to `ip`:`port`. Never blocks."""

    def __init__(self, ip: str, port: int) -> None:
        self._client = UDPClient(ip, port)

    def send(self, address: str, *values: Value) -> None:
        """Send one message; floats as f, ints as i, bools as T or F. Raises OSError; that nobody listens is
        no error.
        """
        builder = OscMessageBuilder(address)
        for value in values:
            builder.add_arg(value)
        self._client.send(builder.build())

    def close(self) -> None:
        """Give the socket back."""
        self._client.close()
