"""The first screen, put together."""

from functools import partial

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from supervisor.page.live.feed import Feed
from supervisor.page.screens.now.actions import ACTIONS
from supervisor.page.screens.now.board import Board
from supervisor.page.screens.now.places import Drawing, values_of
from supervisor.page.site import Screen, Site

PICTURES_AT_ONCE = 2
_limiter = anyio.CapacityLimiter(PICTURES_AT_ONCE)


def board_of(site: Site) -> Board:
    """The one board of a site."""
    board = site.kept.setdefault("now", Board(site.asking))
    assert isinstance(board, Board)
    return board


async def _show(site: Site, request: Request) -> Response:
    state = await anyio.to_thread.run_sync(board_of(site).once, abandon_on_cancel=True)
    return site.render(request, "now.html", title="Now", acts=state.body.known, **values_of(state))


async def _picture(site: Site, request: Request) -> Response:
    """The newest picture, for a page that is open; kept by nobody."""
    found = await anyio.to_thread.run_sync(board_of(site).look, abandon_on_cancel=True, limiter=_limiter)
    if not found.jpeg:
        raise HTTPException(404, "there is no picture")
    return Response(found.jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _feeds(site: Site) -> tuple[Feed, ...]:
    return (Feed("now", partial(Board.read, board_of(site)), Drawing(site)),)


NOW = Screen("", "Now", {"/": _show, "/now/picture.jpg": _picture}, ACTIONS, _feeds)
