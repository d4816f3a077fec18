"""Makes an event stream regular, so that the parser of server-sent events understands what servers really send.

Some write `error: {...}` instead of `data:`, separate events by one line break, or omit the last empty line. A regular
stream passes unchanged."""

from collections.abc import AsyncIterator

import httpx
import msgspec

DONE = b"[DONE]"


class MendedStream(httpx.AsyncByteStream):
    """Passes the lines of `inner` on, each as soon as it is whole."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        open_line = b""
        async for piece in self._inner:
            *whole, open_line = (open_line + piece).split(b"\n")
            if whole:
                yield b"".join(mended(line) for line in whole)
        yield mended(open_line) + b"\n"  # the empty line that closes the last event

    async def aclose(self) -> None:
        await self._inner.aclose()


def mended(line: bytes) -> bytes:
    """One line, without its line break, as it should have been; with its line break, or two."""
    name, colon, value = line.rstrip(b"\r").partition(b":")
    if name == b"error" and colon:
        return b"event: error\ndata:" + value + b"\n\n"
    if name == b"data" and _is_whole(value.strip()):
        return line + b"\n\n"
    return line + b"\n"


def _is_whole(value: bytes) -> bool:
    """Whether a `data:` line is an event of its own: a whole JSON object, or the end mark."""
    if value == DONE:
        return True
    if not (value.startswith(b"{") and value.endswith(b"}")):
        return False
    try:
        msgspec.json.decode(value, type=dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
