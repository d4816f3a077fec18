"""OSCQuery as VRChat speaks it: a service of multicast DNS, its tree over HTTP, and who takes what it sends."""

import http.server
import json
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from zeroconf import ServiceBrowser, ServiceInfo, ServiceStateChange, Zeroconf

LOOPBACK = "127.0.0.1"
QUERY, OSC = "_oscjson._tcp.local.", "_osc._udp.local."
FINDS = "Gerald-"
Answer = Callable[[str], tuple[int, object]]
"""The HTTP status for a path, and what is answered: bytes, or what becomes JSON."""


class QueryService:
    """Use as a context. addresses: those that it announces. answer: called on threads of its own.

    found: the UDP port of each Gerald on the network, by name. news: notified when something is found or asked.
    asked: the paths."""

    def __init__(
        self,
        name: str,
        answer: Answer,
        addresses: Sequence[str] = (LOOPBACK,),
        interface: str = LOOPBACK,
        news: threading.Condition | None = None,
    ) -> None:
        self.name = name
        self.asked: list[str] = []
        self.found: dict[str, int] = {}
        self.news = news or threading.Condition()
        self._answer = answer
        self._addresses = addresses
        self._interface = interface

    def __enter__(self) -> "QueryService":
        self._http = http.server.ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        threading.Thread(target=self._http.serve_forever, name="VRChat's OSCQuery", daemon=True).start()
        self._network = Zeroconf(interfaces=[self._interface])
        packed = [socket.inet_aton(address) for address in self._addresses]
        server = f"{self.name.lower()}.local."
        port = self._http.server_address[1]
        info = ServiceInfo(QUERY, f"{self.name}.{QUERY}", addresses=packed, port=port, server=server)
        self._network.register_service(info, cooperating_responders=True)
        ServiceBrowser(self._network, OSC, handlers=[self._changed])
        return self

    def __exit__(self, *_: object) -> None:
        self._network.close()  # says goodbye
        self._http.shutdown()
        self._http.server_close()

    def _changed(self, zeroconf: Zeroconf, name: str, state_change: ServiceStateChange, **_: Any) -> None:
        service = name.removesuffix(f".{OSC}")
        if not service.startswith(FINDS):
            return
        info = None if state_change is ServiceStateChange.Removed else zeroconf.get_service_info(OSC, name)
        with self.news:
            if info is not None and info.port:
                self.found[service] = info.port
            elif state_change is ServiceStateChange.Removed:
                self.found.pop(service, None)
            self.news.notify_all()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = service._answer(self.path)
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                with service.news:
                    service.asked.append(self.path)
                    service.news.notify_all()

            def log_message(self, *_: object) -> None:
                """Silent."""

        return Handler
