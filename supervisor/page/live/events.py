"""Server-sent events: how fragments travel to a browser."""

from collections.abc import AsyncIterator, Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from supervisor.page.live.feed import Feed
from supervisor.page.live.hub import Hub, TooManyListeners

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
RETRY = b"retry: 2000\n\n"
ALIVE = "alive"
"""The event that says that the connection lives, with nothing in it."""


def event(name: str, data: str) -> bytes:
    """One event. Line breaks within `data` become those of the format."""
    lines = data.replace("\r", "").split("\n")
    return "".join((f"event: {name}\n", *(f"data: {line}\n" for line in lines), "\n")).encode()


async def live(request: Request, hub: Hub, feed: Feed, may_act: bool, lasts: Callable[[], bool]) -> Response:
    """The stream of a feed, as long as the session that it was begun in lasts. 503 where too many listen."""
    news = hub.listen(feed, may_act)
    try:
        first = await anext(news)
    except TooManyListeners as error:
        return PlainTextResponse(str(error), 503)
    return StreamingResponse(_stream(first, news, lasts), media_type="text/event-stream", headers=HEADERS)


async def _stream(
    first: Mapping[str, str], news: AsyncIterator[Mapping[str, str]], lasts: Callable[[], bool]
) -> AsyncIterator[bytes]:
    yield RETRY + _events(first)
    async for new in news:
        if not lasts():
            return
        yield _events(new)


def _events(fragments: Mapping[str, str]) -> bytes:
    return b"".join(event(name, html) for name, html in fragments.items()) or event(ALIVE, "")
