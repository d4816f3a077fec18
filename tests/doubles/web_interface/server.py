"""The service on real sockets: REST by http.server, the pipeline by websockets."""

import contextlib
import http.server
import json
import queue
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from tests.doubles.web_interface.service import Answered, Service

Fault = Callable[[str, str], str]
"""What goes wrong with a request, by its method and path: "" for nothing, hang (no answer at all), lost (done, and no
answer), break (the connection ends), 503, or a text that is sent in place of the answer."""


class WebInterface:
    """Use as a context. fault: see Fault. silent: the pipeline is open and tells nothing."""

    def __init__(self, service: Service, fault: Fault = lambda method, path: "") -> None:
        self.service = service
        self.fault = fault
        self.silent = False
        self.news = threading.Condition()
        self._over = threading.Event()
        self._numbers = 0

    def __enter__(self) -> "WebInterface":
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._pipeline: Server = serve(self._follow, "127.0.0.1", 0, process_request=self._admit)
        for server in (self._http, self._pipeline):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.drop()
        self._http.shutdown()
        self._http.server_close()
        self._pipeline.shutdown()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/api/1"

    @property
    def pipeline_url(self) -> str:
        return f"ws://127.0.0.1:{self._pipeline.socket.getsockname()[1]}/"

    def do(self, what: Callable[[Service], Any]) -> Any:
        """Change the service while nobody is answered."""
        with self.news:
            found = what(self.service)
            self.news.notify_all()
            return found

    def wait(self, holds: Callable[[Service], object], seconds: float = 30.0) -> None:
        """Until it holds; looked at after every request."""
        with self.news:
            asked = self.service.asked
            assert self.news.wait_for(lambda: holds(self.service), seconds), [
                (a.path, a.status) for a in asked
            ]

    def drop(self) -> None:
        """Every pipeline breaks."""
        self.do(lambda service: [tell("") for tell in tuple(service.listeners.values())])

    def answer(self, method: str, target: str, headers: dict[str, str], body: Any) -> Answered | str:
        path = target.removeprefix("/api/1")
        fault = self.fault(method, path)
        if fault in ("hang", "break"):
            return fault
        if fault == "503":
            return Answered(503, {"error": {"message": "down", "status_code": 503}})
        answered: Answered = self.do(lambda service: service.handle(method, path, headers, body, time.time()))
        return fault or answered

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        token = parse_qs(urlsplit(request.path).query).get("authToken", [""])[0]
        allowed = self.service.is_session(token) and "Gerald/" in request.headers.get("User-Agent", "")
        return None if allowed else connection.respond(401, "no session\n")

    def _follow(self, connection: ServerConnection) -> None:
        waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        number = self.do(lambda service: self._listen(service, waiting.put))
        try:
            with contextlib.suppress(ConnectionClosed):
                while (data := waiting.get()) and not self._over.is_set():
                    if not self.silent:
                        connection.send(data)
        finally:
            self.do(lambda service: service.listeners.pop(number, None))

    def _listen(self, service: Service, put: Callable[[str], None]) -> int:
        self._numbers += 1
        service.listeners[self._numbers] = put
        return self._numbers

    def hold(self) -> None:
        """Answer nothing until the end."""
        self._over.wait(120.0)


def _handler(interface: WebInterface) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = interface.answer(self.command, self.path, headers, body)
            if answer == "hang":
                interface.hold()
            if answer in ("hang", "break", "lost"):
                self.close_connection = True
                return
            said = Answered(200, None) if isinstance(answer, str) else answer
            data = answer.encode() if isinstance(answer, str) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in (*said.headers, ("Content-Length", str(len(data)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = _do

        def log_message(self, *_: object) -> None:
            """Silent."""

    return Handler
