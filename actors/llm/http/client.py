"""The adapter to any OpenAI-compatible server: one streamed chat completion, by httpx and httpx-sse.

Promises: every wait has a limit, every failure is a CompletionError with a line for the owner, and cancelling the task
closes the connection at once."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import httpx_sse

from actors.llm.http import environment
from actors.llm.http.bounded_stream import BoundedStream, TooLarge
from actors.llm.http.chunks import DONE, Chunk, ServerError, read_chunk, read_error
from actors.llm.http.failures import ServerFailure, of_server, of_transport
from actors.llm.http.fit import fitted
from actors.llm.http.learned import Learned, in_turns
from actors.llm.http.mended_stream import MendedStream
from actors.llm.http.picture import with_picture
from actors.llm.http.retry import parse_retry_after
from actors.llm.http.tool_calls import CallPart, ToolCalls
from actors.llm.messages import ChatMessage
from actors.llm.servers.providers import Endpoint, RequestLimits
from actors.llm.servers.tools import in_marks, offered

# Seconds for which an idle connection is kept: the next reply then begins without a TLS handshake.
KEEP_ALIVE = 60.0
AFTER_DONE = 0.1  # seconds that a server has to end its answer after the last event
ERROR_BYTES = 64 * 1024  # how much of an error's body is read
LOADING = "raise llm.first_token_timeout if the model takes longer to load"
NO_STREAM = "the answer is not a stream of an OpenAI-compatible server"

NOTHING = Learned()

OnCall = Callable[[CallPart], None]  # takes a whole call of a tool
OnText = Callable[[str], bool]  # takes new text; False when no more is wanted


class CompletionError(Exception):
    """The completion failed; see `failure`. error: what the server said, if it was its word."""

    def __init__(self, failure: ServerFailure, error: ServerError | None = None) -> None:
        super().__init__(failure.owner)
        self.failure = failure
        self.error = error


@dataclass(frozen=True, slots=True)
class Ending:
    """tokens: the server's count, else the pieces. finish: stop, length or tool_calls. tool: the called tool, or "".

    thinks: thoughts came apart from the text."""

    tokens: int
    finish: str
    tool: str = ""
    thinks: bool = False


def open_client(endpoint: Endpoint) -> httpx.AsyncClient:
    """A client for this host. Proxies of the environment count, but never for this machine. Raises CompletionError."""
    try:
        return httpx.AsyncClient(
            trust_env=not endpoint.is_loopback,
            limits=httpx.Limits(max_connections=128, keepalive_expiry=KEEP_ALIVE),
            headers={"User-Agent": "gerald", "Accept-Encoding": "identity"},
        )
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
        what, remedy = environment.of_setup(error, endpoint.base_url, os.environ)
        raise CompletionError(of_transport(endpoint, "unreachable", what, remedy)) from None


async def complete(
    http: httpx.AsyncClient,
    endpoint: Endpoint,
    prompt: Sequence[ChatMessage],
    limits: RequestLimits,
    on_text: OnText,
    learned: Learned = NOTHING,
    on_thought: Callable[[], None] = lambda: None,
    on_call: OnCall = lambda call: None,
    picture: bytes = b"",
) -> Ending:
    """Stream one reply into `on_text`; `on_thought` for thoughts, `on_call` for calls that come apart from the text.

    picture: a JPEG that goes with the last message. Raises CompletionError."""
    to = (on_text, learned, on_thought, on_call)
    return await _Completion(endpoint, prompt, limits, *to, picture).run(http)


@dataclass(slots=True)
class _Completion:
    """One attempt: its deadline, and how far it has come."""

    endpoint: Endpoint
    prompt: Sequence[ChatMessage]
    limits: RequestLimits
    on_text: OnText
    learned: Learned
    on_thought: Callable[[], None]
    on_call: OnCall
    picture: bytes
    calls: ToolCalls = field(default_factory=ToolCalls)
    events: int = 0
    tool: str = ""
    thinks: bool = False
    pieces: int = 0
    tokens: int = 0
    finish: str = ""
    alive: bool = False
    enough: bool = False
    ends_at: float = 0.0

    async def run(self, http: httpx.AsyncClient) -> Ending:
        now = asyncio.get_running_loop().time()
        self.ends_at = now + self.limits.total
        first = min(self.ends_at, now + self.limits.connect + self.limits.first_token)
        try:
            async with asyncio.timeout_at(first) as deadline:
                await self._attempt(http, deadline)
        except TimeoutError:
            if self.finish:
                return self._ended()
            remedy = "try again, or choose a faster model"
            if not self.alive and asyncio.get_running_loop().time() < self.ends_at:
                remedy = f"{LOADING}, or choose a faster one"
            raise self._trouble("timeout", self._what_took_long(), remedy) from None
        except TooLarge as error:
            raise self._trouble("too_large", f"it sent {error}", "choose another model or server") from None
        except httpx_sse.SSEError:
            raise self._trouble("bad_reply", NO_STREAM, "check llm.base_url (it often ends in /v1)") from None
        except httpx.ConnectTimeout:
            what = f"no connection within {self.limits.connect:g} s"
            raise self._trouble("unreachable", what) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise self._trouble("bad_request", "llm.base_url is not an http address", "correct it") from None
        except httpx.TransportError as error:
            if not self.finish:
                raise self._broken(error) from None
        except httpx.DecodingError:
            raise self._trouble("bad_reply", NO_STREAM) from None
        return self._ended()

    async def _attempt(self, http: httpx.AsyncClient, deadline: asyncio.Timeout) -> None:
        timeout = httpx.Timeout(None, connect=self.limits.connect, pool=self.limits.connect)
        url = self.endpoint.base_url + "/chat/completions"
        async with httpx_sse.aconnect_sse(
            http, "POST", url, json=self._body(), headers=self._headers(), timeout=timeout
        ) as events:
            response = events.response
            assert isinstance(response.stream, httpx.AsyncByteStream)
            response.stream = BoundedStream(response.stream, self.limits)
            await self._check(response)
            kind = response.headers.get("content-type", "")
            if "json" in kind and "ndjson" not in kind:
                self._take(read_chunk(await response.aread()))
                self.finish = self.finish or "stop"
            else:
                if "html" not in kind:  # whatever it is called, the text decides
                    response.headers["content-type"] = "text/event-stream"
                response.stream = MendedStream(response.stream)
                await self._read(events, deadline)

    async def _read(self, events: httpx_sse.EventSource, deadline: asyncio.Timeout) -> None:
        clock = asyncio.get_running_loop().time
        async with contextlib.aclosing(events.aiter_sse()) as arriving:
            async for event in arriving:
                if event.data.strip() == DONE:
                    # read on to the end, so that the connection can be used again; but not for long
                    self.finish = self.finish or "stop"
                    deadline.reschedule(clock() + AFTER_DONE)
                elif event.data and self._understood(event):
                    self.alive = True
                    deadline.reschedule(min(self.ends_at, clock() + self.limits.between_tokens))
                if self.enough:
                    return

    def _understood(self, event: httpx_sse.ServerSentEvent) -> bool:
        """Whether the event shows that the model works. A heartbeat that is not an object is ignored."""
        chunk = read_chunk(event.data, event.event)
        if chunk is None:
            return False
        self.events += 1
        return self._take(chunk)

    def _take(self, chunk: Chunk | None) -> bool:
        """Whether the chunk shows that the model works."""
        if chunk is None:
            raise self._trouble("bad_reply", NO_STREAM)
        if chunk.error is not None:
            raise self._refused(chunk.error, 0.0)
        self.tokens = chunk.tokens or self.tokens
        self.finish = chunk.finish or self.finish
        if chunk.thinks and not self.thinks:
            self.thinks = True
            self.on_thought()
        self.tool = self.tool or chunk.tool
        for call in self.calls.take(chunk.calls):
            self.on_call(call)
        if chunk.text:
            self.pieces += 1
            self.enough = not self.on_text(chunk.text)
        return chunk.alive

    def _ended(self) -> Ending:
        if self.finish == "content_filter" and not self.pieces:
            raise self._refused(ServerError(0, "", moderated=True), 0.0)
        if not self.events and not self.finish:
            raise self._trouble("bad_reply", NO_STREAM, "check llm.base_url (it often ends in /v1)")
        # The body ended whole, or httpx had said so: what came is the reply, with an end mark or without.
        if not self.pieces and not self.tool:
            if not self.finish:
                raise self._trouble("unreachable", "the stream ended before the first word")
            raise self._trouble("empty_reply", "an empty reply", "try again, or choose another llm.model")
        for call in self.calls.rest():
            self.on_call(call)
        finish = self.finish if self.finish in ("length", "tool_calls") else "stop"
        return Ending(self.tokens or self.pieces, finish, self.tool, self.thinks)

    async def _check(self, response: httpx.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise self._trouble("bad_reply", "a compressed answer that was not asked for")
        if response.status_code == 200:
            return
        body = b""
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > ERROR_BYTES:
                break
        retry_after = parse_retry_after(response.headers.get("retry-after", ""), time.time())
        raise self._refused(read_error(body, response.status_code), retry_after)

    def _body(self) -> dict[str, Any]:
        endpoint, learned = self.endpoint, self.learned
        # The embedded model's template takes every order of roles, and its prefix cache likes them as they are.
        prompt: Sequence[ChatMessage] = fitted(self.prompt, learned.longest)
        if not endpoint.is_local:
            acts = offered(endpoint)
            prompt = in_marks(prompt, acts) if acts and "tools" in learned.left_out and prompt else prompt
            prompt = in_turns(prompt, no_system=learned.no_system)
        messages: list[dict[str, Any]] = [
            {"role": message.role, "content": message.content} for message in prompt
        ]
        if self.picture and messages:
            messages[-1]["content"] = with_picture(messages[-1]["content"], self.picture)
        own = {"model": endpoint.model, "messages": messages, "stream": True}
        return own | learned.options(dict(endpoint.options))

    def _headers(self) -> dict[str, str]:
        headers = dict(self.endpoint.headers)
        if (secret := self.endpoint.api_key) is not None:
            key = secret.reveal().strip()
            # checked here, because the library's own complaint would show the key
            if not (key.isascii() and key.isprintable()):
                what = "the API key holds characters that no key has"
                raise self._trouble("unauthorized", what, "check OPENROUTER_API_KEY or llm.api_key")
            headers["Authorization"] = f"Bearer {key}"
        return headers

    def _what_took_long(self) -> str:
        if asyncio.get_running_loop().time() >= self.ends_at:
            return f"no complete reply within {self.limits.total:g} s"
        if self.alive:
            return f"nothing came for {self.limits.between_tokens:g} s in the middle of the reply"
        return f"no word came within {self.limits.first_token:g} s"

    def _broken(self, error: httpx.TransportError) -> CompletionError:
        if self.pieces:
            return self._trouble("broken_off", "the connection broke in the middle of the reply")
        if not self.endpoint.is_loopback and isinstance(error, httpx.ConnectError | httpx.ProxyError):
            known = environment.of_connection(error, self.endpoint.base_url, os.environ)
            if known is not None:
                return self._trouble("unreachable", *known)
        said = str(error) or type(error).__name__
        return self._trouble("unreachable", f"it cannot be reached ({said[:160]})")

    def _refused(self, error: ServerError, retry_after: float) -> CompletionError:
        said = [message.content for message in self.prompt]
        return CompletionError(of_server(self.endpoint, error, retry_after, said), error)

    def _trouble(self, kind: str, what: str, remedy: str = "") -> CompletionError:
        return CompletionError(of_transport(self.endpoint, kind, what, remedy))
