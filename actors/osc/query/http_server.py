"""The few lines of HTTP that OSCQuery asks for: GET, a JSON answer, the end of the connection."""

import asyncio
import contextlib
import http
from collections.abc import Mapping
from typing import Any

import msgspec

from actors.osc.query.offer import Offer, answer

WITHIN = 5.0
"""Seconds that a request may take."""
MOST = 32
"""Connections at a time; more are closed at once."""
_LONGEST = 8192


class OfferServer:
    """Answers on a free TCP port of `host` once started. port: 0 before."""

    def __init__(self) -> None:
        self.port = 0
        self._open = 0
        self._server: asyncio.Server | None = None

    async def start(self, offer: Offer) -> None:
        """Raises OSError."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(offer, reader, writer)

        self._server = await asyncio.start_server(serve, offer.host, 0, limit=_LONGEST)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, offer: Offer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= MOST:
                async with asyncio.timeout(WITHIN):
                    request = await reader.readuntil(b"\r\n\r\n")
                    writer.write(_response(offer, request))
                    await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asks so gets nothing
        finally:
            self._open -= 1
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _response(offer: Offer, request: bytes) -> bytes:
    words = request.partition(b"\r\n")[0].decode("latin-1").split(" ")
    status: int
    body: Mapping[str, Any] | None
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        status, body = 400, None
    elif words[0] != "GET":
        status, body = 405, None
    else:
        status, body = answer(offer, words[1])
    data = msgspec.json.encode(body) if body is not None else b""
    head = (
        f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + data
