"""An answer's bytes with two limits, so that no server can fill the memory: of one line, and of the whole."""

from collections.abc import AsyncIterator

import httpx

from actors.llm.servers.providers import RequestLimits


class TooLarge(Exception):
    """The answer exceeds a limit; the text says which."""


class BoundedStream(httpx.AsyncByteStream):
    """Passes `inner` on. Raises TooLarge at the first byte too many."""

    def __init__(self, inner: httpx.AsyncByteStream, limits: RequestLimits) -> None:
        self._inner = inner
        self._limits = limits

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = line = 0
        async for piece in self._inner:
            total += len(piece)
            line = _open_line(line, piece, self._limits.line_bytes)
            if total > self._limits.body_bytes:
                raise TooLarge(f"an answer of more than {self._limits.body_bytes} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


def _open_line(before: int, piece: bytes, limit: int) -> int:
    """How long the line is that is still open after `piece`."""
    lengths = [len(part) for part in piece.split(b"\n")]
    lengths[0] += before
    if max(lengths) > limit:
        raise TooLarge(f"a line of more than {limit} bytes")
    return lengths[-1]
