"""A real HTTP server on 127.0.0.1 that speaks the OpenAI-compatible stream, with every quirk a test asks for.

Each request is answered by the next planned step list; the last one is repeated. A step writes to the open connection.
"""

import json
import select
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PATIENCE = 20.0


@dataclass
class Received:
    """One request as it came. disconnected_at: monotonic seconds, when the client had hung up during a `hang`."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    connection: int
    disconnected: threading.Event = field(default_factory=threading.Event)
    disconnected_at: float = 0.0


Step = Callable[["_Handler"], None]


class ModelServer:
    """Answers on `base_url` from the moment it is entered. `arrived` counts requests."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.arrived = threading.Semaphore(0)
        self._plan: list[Sequence[Step]] = []
        self._lock = threading.Lock()
        self.gate = threading.Event()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.daemon_threads = True
        server.model = self  # type: ignore[attr-defined]
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    def plan(self, *answers: Sequence[Step]) -> None:
        """Answer the coming requests like this, one after another."""
        with self._lock:
            self._plan = list(answers)

    def next_answer(self, request: Received) -> Sequence[Step]:
        with self._lock:
            self.requests.append(request)
            answer = self._plan.pop(0) if len(self._plan) > 1 else self._plan[0]
        self.arrived.release()
        return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    received: Received
    server: Any
    chunked = False

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = json.loads(self.rfile.read(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.received = Received(self.path, headers, body, self.client_address[1])
        self.chunked = False
        try:
            for step in self.server.model.next_answer(self.received):
                step(self)
            if self.chunked:
                self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.hung_up()

    def write(self, data: bytes) -> None:
        if not self.chunked:
            self.begin(200, {"Content-Type": "text/event-stream"})
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def begin(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunked = True

    def hung_up(self) -> None:
        self.received.disconnected_at = time.monotonic()
        self.received.disconnected.set()
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read what they need from `requests`."""


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """An OpenAI-compatible chunk."""
    delta = {} if text is None else {"content": text}
    return {"id": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def event(data: dict[str, Any] | str) -> Step:
    """One `data:` event."""
    text = data if isinstance(data, str) else json.dumps(data)
    return raw(f"data: {text}\n\n".encode())


def raw(data: bytes) -> Step:
    """These bytes, whatever they are."""
    return lambda handler: handler.write(data)


def words(*texts: str, finish: str = "stop", done: bool = True) -> list[Step]:
    """A whole reply in these pieces, properly ended."""
    steps = [event(chunk(text)) for text in texts] + [event(chunk(finish=finish))]
    return [*steps, event("[DONE]")] if done else steps


def status(code: int, body: Any = None, **headers: str) -> list[Step]:
    """An answer with this status and body (JSON, or text as it is); `_` in header names becomes `-`."""

    def step(handler: _Handler) -> None:
        is_text = isinstance(body, str)
        data = body.encode() if is_text else json.dumps(body).encode()
        handler.send_response(code)
        if "Content_Type" not in headers:
            handler.send_header("Content-Type", "text/html" if is_text else "application/json")
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return [step]


def hang(handler: _Handler) -> None:
    """Send nothing more until the client hangs up."""
    readable, _, _ = select.select([handler.connection], [], [], PATIENCE)
    if readable:
        handler.hung_up()
        handler.chunked = False


def wait_for_gate(handler: _Handler) -> None:
    """Go on when the test sets `gate`."""
    handler.server.model.gate.wait(PATIENCE)


def drop(handler: _Handler) -> None:
    """Break the connection off, in the middle of whatever it was."""
    handler.close_connection = True
    handler.chunked = False
    handler.connection.close()


def verdict(*categories: str, of: Sequence[str] = ("hate", "hate/threatening", "violence")) -> list[Step]:
    """A moderation endpoint's answer: flagged for these categories of those that it has."""
    named = {name: name in categories for name in (*of, *categories)}
    scores = dict.fromkeys(named, 0.5)
    result = {"flagged": bool(categories), "categories": named, "category_scores": scores}
    return status(200, {"id": "modr-1", "model": "m", "results": [result]})


def judged_by(**words: str) -> list[Step]:
    """A verdict that depends on the text: a category for each word that stands in it."""

    def step(handler: _Handler) -> None:
        text = handler.received.body["input"]
        for one in verdict(*(category for word, category in words.items() if word in text)):
            one(handler)

    return [step]
