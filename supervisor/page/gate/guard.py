"""The guard: refuses what no page of ours would send, before anything looks at it, and labels every answer."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from supervisor.page.gate.headers import HEADERS, KEPT_NOWHERE, STRICT
from supervisor.page.gate.hosts import Place

SAFE = frozenset({"GET", "HEAD"})
METHODS = frozenset({*SAFE, "POST"})
LARGEST = 64 << 10
"""Bytes of a request's body."""
LONGEST = 2048
"""Characters of an address."""
HEAD = 16 << 10
"""Bytes of a request's line and headers."""


class TooLarge(Exception):
    """The body of a request is larger than any that a page sends."""


class Guard:
    """Wraps an ASGI application. place: where it is served."""

    def __init__(self, app: ASGIApp, place: Place) -> None:
        self.app = app
        self._place = place
        self._headers = (*HEADERS, STRICT) if place.is_strict else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def label(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._label(MutableHeaders(scope=message))
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, label)
            return
        left = LARGEST

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        await self.app(scope, limited, label)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers, method = Headers(scope=scope), scope["method"]
        if not self._place.is_own_host(headers.get("host", ""), (scope.get("server") or ("",))[0]):
            return PlainTextResponse("this address is not the page's\n", 421)
        if method not in METHODS:
            return PlainTextResponse("GET and POST only\n", 405, {"Allow": "GET, HEAD, POST"})
        if len(scope["path"]) + len(scope["query_string"]) > LONGEST:
            return PlainTextResponse("the address is too long\n", 414)
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD:
            return PlainTextResponse("the headers are too long\n", 431)
        if _length(headers) > LARGEST:
            return PlainTextResponse(f"at most {LARGEST} bytes\n", 413)
        if not self._is_ours(method, headers):
            return PlainTextResponse("this was sent by another site\n", 403)
        return None

    def _is_ours(self, method: str, headers: Headers) -> bool:
        """Whether a page of ours, or no page at all, sent it. A plain link may lead here from anywhere."""
        site = headers.get("sec-fetch-site", "none")
        origin = headers.get("origin")
        if origin is not None and not self._place.is_own_origin(origin, headers["host"]):
            return False
        if method in SAFE and headers.get("sec-fetch-mode", "navigate") == "navigate":
            return headers.get("sec-fetch-dest", "document") in ("document", "empty")
        return site in ("same-origin", "none")

    def _label(self, headers: MutableHeaders) -> None:
        for name, value in self._headers:
            headers[name] = value
        if "cache-control" not in headers:
            headers[KEPT_NOWHERE[0]] = KEPT_NOWHERE[1]


def _length(headers: Headers) -> int:
    text = headers.get("content-length", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else LARGEST + 1
