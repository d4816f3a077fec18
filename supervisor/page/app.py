"""The page's application: the screens, behind the guard."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from supervisor.control.wire import RequestRefused
from supervisor.instance import find_instance
from supervisor.page.api.mounted import for_machines
from supervisor.page.api.probes import Rule
from supervisor.page.asking import Asking, InstanceAway
from supervisor.page.commands import CommandFailed
from supervisor.page.entrance import SIGN_IN, Entrance
from supervisor.page.errands import TooManyErrands
from supervisor.page.gate.examiner import Examiner
from supervisor.page.gate.guard import Guard, TooLarge
from supervisor.page.gate.hosts import Place
from supervisor.page.gate.links import Links
from supervisor.page.gate.passwords import Passwords
from supervisor.page.gate.sessions import Sessions
from supervisor.page.live.events import live
from supervisor.page.live.feed import Feed
from supervisor.page.live.hub import Hub
from supervisor.page.plugged import plugged_routes, plugged_screens
from supervisor.page.screens import SCREENS
from supervisor.page.site import Action, Show, Site, environment
from supervisor.plugins.pages import PluginPage

STATIC = Path(__file__).with_name("static")
REFUSALS: tuple[tuple[type[Exception], str, int], ...] = (
    (HTTPException, "", 0),
    (InstanceAway, "Gerald does not answer just now; try again in a moment", 503),
    (RequestRefused, "", 409),
    (CommandFailed, "", 502),
    (TooManyErrands, "", 429),
    (TooLarge, "that is too long", 413),
    (Exception, "this failed; the log says more", 500),
)
"""What is said of an error, "" for its own words, and the status."""


def application(
    home: Path, place: Place, hub: Hub, rule: Rule = "local", plugged: Sequence[PluginPage] = ()
) -> ASGIApp:
    """The page of the instance in `home`, served at `place`. rule: see page.metrics. plugged: the pages of plugins.

    Raises NoInstance."""
    screens = (*SCREENS, *plugged_screens(plugged))
    site = Site(home, Asking(home), screens, environment())
    passwords = Passwords(home / "data")
    sessions = Sessions(home / "data", passwords.epoch)
    entrance = Entrance(site, Links(find_instance(home).key), sessions, Examiner(passwords), place)
    routes = [
        Mount("/static", StaticFiles(directory=STATIC)),
        *for_machines(home, rule),
        *entrance.routes(),
        *(_page(site, entrance, path, show) for one in screens for path, show in one.pages.items()),
        *plugged_routes(entrance, plugged),
        *(_action(site, entrance, action) for one in SCREENS for action in one.actions),
        *(_feed(entrance, hub, feed) for one in SCREENS for feed in one.feeds(site)),
    ]
    refusing = {kind: _refusing(site, text, status) for kind, text, status in REFUSALS}
    # around everything: also what is said of a failure of ours is labelled
    return Guard(Starlette(routes=routes, exception_handlers=refusing), place)


def _refusing(site: Site, text: str, status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Says why a request came to nothing, in place of a page. status: 0 for the error's own."""

    async def handler(request: Request, error: Exception) -> Response:
        said = text or (error.detail if isinstance(error, HTTPException) else str(error))
        said = said.replace(str(site.home), "its home")  # where that is, is not for everybody who may look
        code = status or (error.status_code if isinstance(error, HTTPException) else 500)
        return site.said(request, said, good=False, code=code)

    return handler


def _page(site: Site, entrance: Entrance, path: str, show: Show) -> Route:
    """A page for whoever has signed in; others are shown the way."""

    async def endpoint(request: Request) -> Response:
        if entrance.session_of(request) is None:
            return RedirectResponse(SIGN_IN, 303)
        return await show(site, request)

    return Route(path, endpoint, methods=["GET"])


def _action(site: Site, entrance: Entrance, action: Action) -> Route:
    """Something that an owner may do, and no other site in the owner's name."""

    async def endpoint(request: Request) -> Response:
        session = entrance.session_of(request)
        if session is None:
            raise HTTPException(401, "sign in first: `supervisor page`")
        form = await entrance.form_of(request, session)
        if not session.may_act:
            raise HTTPException(403, "you may look, and change nothing")
        return await action.do(site, request, form)

    return Route(action.path, endpoint, methods=["POST"])


def _feed(entrance: Entrance, hub: Hub, feed: Feed) -> Route:
    async def endpoint(request: Request) -> Response:
        session = entrance.session_of(request)
        if session is None:
            raise HTTPException(401, "sign in first: `supervisor page`")
        return await live(
            request, hub, feed, session.may_act, lambda: entrance.session_of(request) is not None
        )

    return Route(f"/live/{feed.topic}", endpoint, methods=["GET"])
