"""Routes of the API, made of the table of its operations: who may, what is taken, and how the answer travels."""

import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from supervisor.control.wire import RequestRefused
from supervisor.page.api.failures import Failures
from supervisor.page.api.fields import BadRequest, given
from supervisor.page.api.openapi import document
from supervisor.page.api.operations import OPERATIONS, Operation
from supervisor.page.api.reading import Part, Reading
from supervisor.page.api.tokens import Token, Tokens
from supervisor.page.asking import Asking, InstanceAway
from supervisor.page.gate.guard import TooLarge
from supervisor.page.live.events import event

log = logging.getLogger(__name__)
MOST_STREAMS = 4
"""Replies that are read at the same time; the instance has few places for those."""
NDJSON, SSE = "application/x-ndjson", "text/event-stream"
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class Api:
    """What the routes share. places: for the replies that are read in parts."""

    home: Path
    version: str
    asking: Asking
    tokens: Tokens
    failures: Failures = field(default_factory=Failures)
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST_STREAMS)
    )

    def bearer(self, request: Request) -> Token:
        """Whose request it is. Raises HTTPException where it is nobody's."""
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        found = self.tokens.find(secret.strip()) if scheme.lower() == "bearer" else None
        if found is not None:
            return found
        wait = self.failures.note(request.client.host if request.client else "") if secret else 0.0
        if wait > 0:
            raise HTTPException(429, "too many wrong tokens", {"Retry-After": str(int(wait) + 1)})
        said = "this token is not known" if secret else "a token is needed: `supervisor page token add NAME`"
        raise HTTPException(401, said, {"WWW-Authenticate": "Bearer"})


def api(shared: Api) -> Starlette:
    """The application below /api/v1."""
    made = document(shared.version)

    async def described(request: Request) -> Response:
        return answered(made)

    async def unknown(request: Request) -> Response:
        shared.bearer(request)
        raise HTTPException(404, "there is nothing here; /api/v1/openapi.json says what there is")

    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    routes = [Route("/openapi.json", described, methods=["GET"])]
    routes += [
        Route(path, _endpoint(shared, methods), methods=["GET", "HEAD", "POST"])
        for path, methods in by_path.items()
    ]
    routes.append(Route("/{rest:path}", unknown, methods=["GET", "HEAD", "POST"]))
    kinds: tuple[type[Exception], ...] = (
        HTTPException,
        InstanceAway,
        RequestRefused,
        BadRequest,
        TooLarge,
        Exception,
    )
    return Starlette(routes=routes, exception_handlers={kind: _refusing(shared.home) for kind in kinds})


def _endpoint(shared: Api, methods: Mapping[str, Operation]) -> Endpoint:
    """Authorizes, checks, asks, answers: in this order, so that a stranger learns nothing."""

    async def endpoint(request: Request) -> Response:
        token = shared.bearer(request)
        operation = methods.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            raise HTTPException(405, f"{' and '.join(methods)} only", {"Allow": ", ".join(methods)})
        if (operation.acts or operation.private) and not token.may_act:
            raise HTTPException(
                403, "this token may look, and change nothing, and read nothing that people said"
            )
        values = given(operation.fields, await _places(request))
        if operation.streams:
            return await _streamed(shared, request, operation.requests(values)[0])
        answer: dict[str, Any] = {}
        for asked in operation.requests(values):
            answer = await shared.asking.call(within=operation.within, **asked)
        return answered(operation.answer(answer))

    return endpoint


async def _places(request: Request) -> Mapping[str, Mapping[str, Any]]:
    """What came, by where it stood."""
    return {
        "path": request.path_params,
        "query": dict(request.query_params),
        "body": await _body(request) if request.method == "POST" else {},
    }


async def _body(request: Request) -> Mapping[str, Any]:
    data = await request.body()
    if not data:
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "the body must be application/json")
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"the body is no JSON: {error}") from None
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


# -- answers


def answered(value: Any, status: int = 200, kind: str = "application/json") -> Response:
    """JSON; bytes in it become Base64."""
    return Response(msgspec.json.encode(value), status, media_type=kind)


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error as RFC 9457 has it."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    made = answered(body, status, "application/problem+json")
    made.headers.update(headers or {})
    return made


def _refusing(home: Path) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handler(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return problem(error.status_code, error.detail, error.headers)
        if isinstance(error, InstanceAway):
            return problem(
                503, "Gerald does not answer just now; try again in a moment", {"Retry-After": "2"}
            )
        if isinstance(error, BadRequest):
            return problem(400, str(error))
        if isinstance(error, TooLarge):
            return problem(413, "the body is too large")
        if isinstance(error, RequestRefused):
            return problem(409, str(error).replace(str(home), "its home"))
        return problem(500, "this failed; the log says more")

    return handler


# -- streams


class TurnStream(StreamingResponse):
    """A reply in parts, which is left however the answer to it ends."""

    def __init__(self, lines: AsyncIterator[bytes], media_type: str, reading: Reading) -> None:
        super().__init__(lines, media_type=media_type, headers={"X-Accel-Buffering": "no"})
        self._reading = reading

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._reading.leave()


async def _streamed(shared: Api, request: Request, asked: Mapping[str, Any]) -> Response:
    """The parts as they come. The first one is waited for, so that a refusal has a status of its own."""
    if not shared.places.acquire(blocking=False):
        said = f"{MOST_STREAMS} replies are being read already"
        raise HTTPException(503, said, {"Retry-After": "5"})
    reading = Reading(shared.asking.stream(stop=threading.Event(), **asked), shared.places.release)
    try:
        first = await _next(reading)
    except BaseException:
        reading.leave()
        raise
    sse = SSE in request.headers.get("accept", "")
    return TurnStream(_lines(shared.home, reading, first, sse), SSE if sse else NDJSON, reading)


async def _lines(home: Path, reading: Reading, part: Part | None, sse: bool) -> AsyncIterator[bytes]:
    try:
        while part is not None:
            yield _line(part, sse)
            part = await _next(reading)
    except (RequestRefused, InstanceAway) as error:
        yield _line({"event": "error", "detail": str(error).replace(str(home), "its home")}, sse)


async def _next(reading: Reading) -> Part | None:
    """The next part; None at the end. A reader who leaves does not wait for it."""
    return await anyio.to_thread.run_sync(reading.next, abandon_on_cancel=True)


def _line(part: Part, sse: bool) -> bytes:
    data = msgspec.json.encode(part)
    return event(str(part["event"]), data.decode()) if sse else data + b"\n"
