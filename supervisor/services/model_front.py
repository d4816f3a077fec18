"""A home's own way to a model that several share: an address on 127.0.0.1 at which its requests wait for a turn."""

import contextlib
import http.client
import select
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from supervisor.services.turns import Crowded, FairTurns

HERE = "127.0.0.1"
MOST_BODY = 4 << 20
"""Bytes of a request: a prompt is never that long."""

WAITS_FOR = 60.0
"""Seconds that a request may wait for its turn."""

SILENT = 120.0
"""Seconds without a word of the model after which a request is given up."""

READS_WITHIN = 10.0
"""Seconds within which a request must have come."""

CHUNK = 64 * 1024


class ModelFront:
    """Serves `base_url` for `home`, until `close`. served_at: the model's own base_url."""

    def __init__(self, home: str, served_at: str, model: str, turns: FairTurns) -> None:
        self.model = model
        target = urlsplit(served_at)
        self._server = _Server((HERE, 0), home, (target.hostname or HERE, target.port or 80), turns)
        self.base_url = f"http://{HERE}:{self._server.server_address[1]}{target.path}"
        self._closed = False
        threading.Thread(target=self._serve, name="model front", daemon=True).start()

    def close(self) -> None:
        """Serve nobody any more; what is under way ends by itself."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(OSError):  # wakes the thread, which sleeps without a clock
                socket.create_connection(self._server.server_address[:2], READS_WITHIN).close()  # type: ignore[arg-type]

    def _serve(self) -> None:
        while not self._closed:
            self._server.handle_request()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], home: str, model: tuple[str, int], turns: FairTurns) -> None:
        self.home, self.model, self.turns = home, model, turns
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to print; the handler answers whatever else."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = READS_WITHIN

    def do_GET(self) -> None:
        """Questions about the model cost it nothing."""
        self._carry(b"")

    def do_POST(self) -> None:
        try:
            size = int(self.headers.get("Content-Length", ""))
        except ValueError:
            self._refuse(411, "a request says how long it is")
            return
        if not 0 <= size <= MOST_BODY:
            self._refuse(413, f"a request has at most {MOST_BODY} bytes")
            return
        body = self.rfile.read(size)
        if len(body) < size:
            self.close_connection = True
            return
        turns, home = self.server.turns, self.server.home
        try:
            if not turns.enter(home, WAITS_FOR):
                self._refuse(503, f"no turn within {WAITS_FOR:g} s")
                return
        except Crowded as crowded:
            self._refuse(503, str(crowded))
            return
        try:
            if not _has_left(self.connection):  # it may have given up while it waited
                self._carry(body)
        finally:
            turns.leave(home)

    def _carry(self, body: bytes) -> None:
        """Send the request on, and whatever comes back, until one of the two ends it."""
        self.close_connection = True
        try:
            model = socket.create_connection(self.server.model, READS_WITHIN)
        except OSError as error:
            self._refuse(502, f"the model does not answer: {error.strerror or error}")
            return
        with contextlib.closing(model), contextlib.suppress(OSError):
            model.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            model.sendall(self._head(len(body)) + body)
            _relay(model, self.connection)

    def _head(self, size: int) -> bytes:
        kept = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in ("host", "connection", "content-length", "accept-encoding")
        }
        host, port = self.server.model
        lines = [f"{self.command} {self.path} HTTP/1.1", f"Host: {host}:{port}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in kept.items()]
        return "\r\n".join([*lines, f"Content-Length: {size}", "", ""]).encode("latin-1", "replace")

    def _refuse(self, status: int, why: str) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            text = f'{{"error": {{"message": "{why}", "code": {status}}}}}'.encode()
            reason = http.client.responses[status]
            head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nConnection: close\r\n"
            self.wfile.write(f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what people say must not reach a log."""


def _relay(model: socket.socket, client: socket.socket) -> None:
    """Carry the answer; a client that leaves ends the request at the model. Raises OSError."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.settimeout(SILENT)
    while True:
        ready, _, _ = select.select([model, client], [], [], SILENT)
        if not ready or (client in ready and not client.recv(CHUNK)):
            return
        if model in ready:
            data = model.recv(CHUNK)
            if not data:
                return
            client.sendall(data)


def _has_left(client: socket.socket) -> bool:
    ready, _, _ = select.select([client], [], [], 0)
    try:
        return bool(ready) and not client.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
