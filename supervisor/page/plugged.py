"""The pages of plugins, below /plugins/NAME/: for whoever has signed in, and to change something only by a form of the
page that an owner sends."""

import hmac
from collections.abc import Sequence
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from supervisor.page.entrance import SIGN_IN, TOKEN_FIELD, TOKEN_HEADER, Entrance
from supervisor.page.gate.guard import SAFE
from supervisor.page.gate.sessions import Session
from supervisor.page.site import Screen, Site
from supervisor.plugins.pages import PluginPage

FORM = "application/x-www-form-urlencoded"


def plugged_routes(entrance: Entrance, pages: Sequence[PluginPage]) -> tuple[BaseRoute, ...]:
    """The routes of the sound ones, each kept behind the entrance."""
    return tuple(
        Mount(f"/plugins/{page.name}", Kept(entrance, Router(page.routes)))
        for page in pages
        if not page.broken
    )


def plugged_screens(pages: Sequence[PluginPage]) -> tuple[Screen, ...]:
    """The screen that lists them; none where there are none."""

    async def show(site: Site, request: Request) -> Response:
        return site.render(request, "plugins.html", title="Plugins", plugins=pages)

    return (Screen("plugins", "Plugins", {"/plugins": show}),) if pages else ()


class Kept:
    """Lets to a plugin's application only what a screen of ours would be let. `request.state` has `may_act`, and the
    `form_token` that its forms send along."""

    def __init__(self, entrance: Entrance, app: ASGIApp) -> None:
        self._entrance = entrance
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        session = self._entrance.session_of(request)
        if session is None:
            if scope["method"] not in SAFE:
                raise HTTPException(401, "sign in first: `supervisor page`")
            await RedirectResponse(SIGN_IN, 303)(scope, receive, send)
            return
        about = {"may_act": session.may_act, "form_token": session.form_token}
        inner = {**scope, "state": {**scope.get("state", {}), **about}}
        if scope["method"] in SAFE:
            await self._app(inner, receive, send)
            return
        body = await request.body()
        _check(request, body, session)
        await self._app(inner, _again(body, receive), send)


def _check(request: Request, body: bytes, session: Session) -> None:
    """Raises HTTPException for what an owner has not sent by a form of ours."""
    token = request.headers.get(TOKEN_HEADER, "")
    if not token and request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM:
        token = parse_qs(body.decode("utf-8", "replace"), max_num_fields=200).get(TOKEN_FIELD, [""])[0]
    if not hmac.compare_digest(token.encode(), session.form_token.encode()):
        raise HTTPException(403, "this page is out of date: load it again")
    if not session.may_act:
        raise HTTPException(403, "you may look, and change nothing")


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, and then whatever else comes."""
    parts = [body]

    async def replayed() -> Message:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        return await receive()

    return replayed
