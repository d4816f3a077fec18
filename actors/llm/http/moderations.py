"""The thread that has texts judged at a moderation endpoint: one event loop, a task for each text.

It posts TextJudged. Promises: each check ends within its time, whatever the server does; no text is logged."""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import httpx

from actors.kernel.message import Message
from actors.llm.http import environment
from actors.llm.http.client import CompletionError, open_client
from actors.llm.http.retry import parse_retry_after
from actors.llm.http.verdicts import NoVerdict, of_status, read_verdict
from actors.llm.internal import TextJudged
from actors.llm.servers.providers import Endpoint

LARGEST = 256 * 1024  # bytes of an answer
_RUNS = "check that the server runs, and safety.moderation.base_url"


@dataclass(frozen=True, slots=True)
class Check:
    """A text to judge. request: comes back with the verdict. block: as of `safety.moderation`. within: seconds."""

    request: str
    endpoint: Endpoint
    text: str
    block: tuple[str, ...]
    within: float


class Moderations:
    """Judges until it is closed. Methods are for any thread; none blocks but `close`."""

    def __init__(self, post: Callable[[Message, str], None]) -> None:
        self._post = post
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._clients: dict[bool, httpx.AsyncClient] = {}

    def submit(self, check: Check) -> None:
        """Begin to judge; exactly one TextJudged is posted, unless this is closed before."""
        self._begin(self._judge(check))

    def close(self, timeout: float) -> None:
        """End the thread and its connections; waits at most `timeout` seconds for it."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(timeout)

    def _begin(self, task: Coroutine[Any, Any, None]) -> None:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_serve, args=(self._loop, self._clients), name="llm.moderator~io", daemon=True
                )
                self._thread.start()
            asyncio.run_coroutine_threadsafe(task, self._loop)

    async def _judge(self, check: Check) -> None:
        try:
            async with asyncio.timeout(check.within):
                body = await self._ask(check)
            verdict = read_verdict(body, check.block)
            judged = TextJudged(check.request, verdict.categories, verdict.unknown, verdict.known)
        except NoVerdict as error:
            judged = _failed(check, error)
        except TimeoutError:
            remedy = "raise safety.moderation.timeout, or choose a faster server"
            judged = _failed(check, NoVerdict("timeout", f"no verdict within {check.within:g} s", remedy))
        except Exception as error:  # words may stand in its text, so only its kind is told
            what = f"an unexpected {type(error).__name__}"
            judged = _failed(check, NoVerdict("internal", what, "report it"))
        self._post(judged, check.request)

    async def _ask(self, check: Check) -> bytes:
        url, endpoint = check.endpoint.base_url + "/moderations", check.endpoint
        asked = {"input": check.text} | ({"model": endpoint.model} if endpoint.model else {})
        headers = _headers(endpoint)
        try:
            # the limit is of the whole, and stands around this
            async with self._client(endpoint).stream(
                "POST", url, json=asked, headers=headers, timeout=None
            ) as response:
                if response.status_code != 200:
                    said = response.headers.get("retry-after", "")
                    raise of_status(response.status_code, parse_retry_after(said, time.time()))
                return await _body(response)
        except CompletionError as error:  # no client can be made
            raise NoVerdict(error.failure.kind, "no connection can be prepared", _RUNS) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise NoVerdict("bad_request", "its base_url is not an http address", "correct it") from None
        except httpx.HTTPError as error:
            raise _unreachable(endpoint, error) from None

    def _client(self, endpoint: Endpoint) -> httpx.AsyncClient:
        known = self._clients.get(endpoint.is_loopback)
        return known or self._clients.setdefault(endpoint.is_loopback, open_client(endpoint))


async def _body(response: httpx.Response) -> bytes:
    body = b""
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > LARGEST:
            raise NoVerdict("too_large", f"an answer of more than {LARGEST} bytes", _RUNS)
    return body


def _headers(endpoint: Endpoint) -> dict[str, str]:
    headers = dict(endpoint.headers)
    if endpoint.api_key is not None:
        key = endpoint.api_key.reveal().strip()
        # checked here, because the library's own complaint would show the key
        if not (key.isascii() and key.isprintable()):
            what = "the API key holds characters that no key has"
            raise NoVerdict("unauthorized", what, "check safety.moderation.api_key")
        headers["Authorization"] = f"Bearer {key}"
    return headers


def _unreachable(endpoint: Endpoint, error: httpx.HTTPError) -> NoVerdict:
    known = None
    if not endpoint.is_loopback and isinstance(error, httpx.ConnectError | httpx.ProxyError):
        known = environment.of_connection(error, endpoint.base_url, os.environ)
    if known is not None:
        return NoVerdict("unreachable", *known)
    return NoVerdict(
        "unreachable", f"it cannot be reached ({str(error)[:160] or type(error).__name__})", _RUNS
    )


def _failed(check: Check, error: NoVerdict) -> TextJudged:
    what = f"{check.endpoint.host}: {error.what}"
    return TextJudged(
        check.request, kind=error.kind, owner=what, remedy=error.remedy, retry_after=error.retry_after
    )


def _serve(loop: asyncio.AbstractEventLoop, clients: dict[bool, httpx.AsyncClient]) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        for client in clients.values():
            with contextlib.suppress(Exception):
                loop.run_until_complete(client.aclose())
        clients.clear()
        loop.close()
