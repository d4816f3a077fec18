"""A language model that says what a scenario wants: an OpenAI-compatible stream on 127.0.0.1."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Script = Callable[[str], str]
"""From the newest words of a person to the reply."""

_FIRST = 0.15  # seconds to the first token, as of a good server
_TOKEN = 0.02


class ScriptedModel:
    """Use as a context; `script` may be changed at any time."""

    def __init__(self, script: Script) -> None:
        self.script = script
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.daemon_threads = True
        server.owner = self  # type: ignore[attr-defined]
        self._server = server

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        said = [message["content"] for message in body["messages"] if message["role"] == "user"]
        owner: Any = self.server.owner  # type: ignore[attr-defined]
        reply = owner.script(said[-1] if said else "")
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            time.sleep(_FIRST)
            for word in reply.split(" "):
                self._event({"choices": [{"index": 0, "delta": {"content": word + " "}}]})
                time.sleep(_TOKEN)
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            pass  # the client has hung up
        self.close_connection = True

    def _event(self, event: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Nothing."""
