"""A game as OSCQuery sees it: announced by multicast DNS, with a tree of parameters, and sending to whom it finds."""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pythonosc.osc_message_builder import OscMessageBuilder

from supervisor.demo.vrchat.query import LOOPBACK, QueryService


def parameter(name: str, types: str, access: int = 3) -> tuple[str, dict[str, Any]]:
    """A node of the tree."""
    return name, {"FULL_PATH": f"/avatar/parameters/{name}", "TYPE": types, "ACCESS": access}


class QueriedGame:
    """Use as a context. name: of its service. addresses: those that it announces. told: what it says of itself."""

    def __init__(
        self,
        name: str = "VRChat-Client-4F00D1",
        addresses: Sequence[str] = (LOOPBACK,),
        osc_port: int = 9000,
        status: int = 200,
    ) -> None:
        self.name = name
        self.status = status
        self.host_info: object = {
            "NAME": name,
            "OSC_IP": LOOPBACK,
            "OSC_PORT": osc_port,
            "OSC_TRANSPORT": "UDP",
        }
        self.parameters: object = {
            "CONTENTS": dict([parameter("VRCEmote", "i"), parameter("MuteSelf", "T", 1)])
        }
        self._service = QueryService(name, self._answer, addresses)
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def __enter__(self) -> "QueriedGame":
        self._service.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._service.__exit__()
        self._udp.close()

    @property
    def asked(self) -> list[str]:
        """The paths that it was asked for."""
        return self._service.asked

    @property
    def found(self) -> dict[str, int]:
        """The UDP port of each Gerald on the network, by name."""
        return self._service.found

    def _answer(self, path: str) -> tuple[int, object]:
        return self.status, self.host_info if "HOST_INFO" in path else self.parameters

    def send(self, port: int, address: str, value: Any) -> None:
        """One message to a port of this machine."""
        message = OscMessageBuilder(address)
        message.add_arg(value)
        self._udp.sendto(message.build().dgram, (LOOPBACK, port))

    def send_to_all(self, address: str, value: Any, default: int) -> None:
        """As VRChat does: to every program that it has found, and to its default port."""
        for port in (*self.found.values(), default):
            self.send(port, address, value)

    def wait(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        """Until it holds; looked at whenever something is found or asked for."""
        news = self._service.news
        with news:
            assert news.wait_for(condition, seconds), f"found: {self.found}; asked: {self.asked}"


def nodes(*rows: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The tree under /avatar/parameters."""
    return {"CONTENTS": dict(rows)}


async def fetch(address: str, request: bytes) -> bytes:
    """What a server at host:port answers to these bytes."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    await writer.drain()
    answered = await asyncio.wait_for(reader.read(), 10.0)
    writer.close()
    return answered
