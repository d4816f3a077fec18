"""What servers send instead of regular events."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from actors.llm.http.mended_stream import MendedStream, mended


@pytest.mark.parametrize(
    ("line", "as_it_should_be"),
    [
        (b'data: {"a": 1}', b'data: {"a": 1}\n\n'),
        (b"data: [DONE]", b"data: [DONE]\n\n"),
        (b'data: {"a": 1}\r', b'data: {"a": 1}\r\n\n'),
        (b'data: {"a": "}', b'data: {"a": "}\n'),
        (b"data: {", b"data: {\n"),
        (b'error: {"code":400}', b'event: error\ndata: {"code":400}\n\n'),
        (b": comment", b": comment\n"),
        (b"", b"\n"),
        (b"error", b"error\n"),
    ],
)
def test_a_line_is_mended(line: bytes, as_it_should_be: bytes) -> None:
    assert mended(line) == as_it_should_be


class Pieces(httpx.AsyncByteStream):
    def __init__(self, data: bytes, size: int) -> None:
        self._pieces = [data[i : i + size] for i in range(0, len(data), size)]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_it_is_the_same_however_it_is_sliced_also_within_a_character(size: int) -> None:
    data = 'data: {"text": "né 👍"}\ndata: {"b": 2}'.encode()

    async def read() -> bytes:
        return b"".join([piece async for piece in MendedStream(Pieces(data, size))])

    assert asyncio.run(read()).decode() == 'data: {"text": "né 👍"}\n\ndata: {"b": 2}\n\n\n'
