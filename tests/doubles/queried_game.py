"""A game as OSCQuery sees it: announced by multicast DNS, with a tree of parameters, and sending to whom it finds."""

import asyncio
import http.server
import json
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pythonosc.osc_message_builder import OscMessageBuilder
from zeroconf import ServiceBrowser, ServiceInfo, ServiceStateChange, Zeroconf

LOOPBACK = "127.0.0.1"
QUERY, OSC = "_oscjson._tcp.local.", "_osc._udp.local."


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
        self.asked: list[str] = []
        self.found: dict[str, int] = {}
        self.news = threading.Condition()
        self._addresses = addresses
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def __enter__(self) -> "QueriedGame":
        self._http = http.server.ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self._network = Zeroconf(interfaces=[LOOPBACK])
        port = self._http.server_address[1]
        packed = [socket.inet_aton(address) for address in self._addresses]
        server = f"{self.name.lower()}.local."
        self._info = ServiceInfo(QUERY, f"{self.name}.{QUERY}", addresses=packed, port=port, server=server)
        self._network.register_service(self._info, cooperating_responders=True)
        ServiceBrowser(self._network, OSC, handlers=[self._changed])
        return self

    def __exit__(self, *_: object) -> None:
        self._network.close()  # says goodbye
        self._http.shutdown()
        self._http.server_close()
        self._udp.close()

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
        with self.news:
            assert self.news.wait_for(condition, seconds), f"found: {self.found}; asked: {self.asked}"

    def _changed(self, zeroconf: Zeroconf, name: str, state_change: ServiceStateChange, **_: Any) -> None:
        if state_change is ServiceStateChange.Removed:
            with self.news:
                self.found.pop(name.removesuffix(f".{OSC}"), None)
                self.news.notify_all()
            return
        info = zeroconf.get_service_info(OSC, name)
        if info is not None and info.port and name.startswith("Gerald-"):
            with self.news:
                self.found[name.removesuffix(f".{OSC}")] = info.port
                self.news.notify_all()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        game = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = game.host_info if "HOST_INFO" in self.path else game.parameters
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(game.status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                with game.news:
                    game.asked.append(self.path)
                    game.news.notify_all()

            def log_message(self, *_: object) -> None:
                """Silent."""

        return Handler


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
