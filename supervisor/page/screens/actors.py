"""*Actors*: the tree, live: what runs where, how well, and what can be done about it."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from supervisor.page.live.feed import Feed, Fragments
from supervisor.page.site import Action, Form, Screen, Site

PLACES = ("thread", "process")


async def _show(site: Site, request: Request) -> Response:
    status = await site.asking.call("status")
    return site.render(request, "actors.html", title="Actors", status=status)


async def _show_one(site: Site, request: Request) -> Response:
    address = request.path_params["address"]
    status = await site.asking.call("status")
    rows = [row for row in status["actors"] if row["address"] == address]
    if not rows:
        return site.said(request, f"no actor is called {address}", good=False, code=404)
    letters = await site.asking.call("dead-letters", count=1000)
    own = [letter for letter in letters["letters"] if address in (letter["to"], letter["from"])]
    return site.render(request, "actor.html", title=address, row=rows[0], letters=own[-20:], places=PLACES)


async def _restart(site: Site, request: Request, form: Form) -> Response:
    return await _done(site, request, "restart", "restarted")


async def _kill(site: Site, request: Request, form: Form) -> Response:
    return await _done(site, request, "kill", "killed; its supervisor starts it again")


async def _pin(site: Site, request: Request, form: Form) -> Response:
    pin = form.get("pin", "")
    if pin not in PLACES:
        return site.said(request, "choose a thread or a process", good=False, code=422)
    return await _done(site, request, "pin", f"moved to a {pin}", pin=pin)


async def _done(site: Site, request: Request, do: str, said: str, **fields: Any) -> Response:
    address = request.path_params["address"]
    await site.asking.call(do, address=address, **fields)
    return site.said(request, f"{address}: {said}")


def _feeds(site: Site) -> tuple[Feed, ...]:
    def read(stop: threading.Event) -> Iterator[Mapping[str, Any]]:
        return site.asking.stream("follow", stop)

    def show(status: Mapping[str, Any], may_act: bool) -> Fragments:
        return {"tree": site.fragment("_tree.html", status=status)}

    return (Feed("actors", read, show),)


ACTORS = Screen(
    "actors",
    "Actors",
    {"/actors": _show, "/actors/{address}": _show_one},
    (
        Action("/actors/{address}/restart", _restart),
        Action("/actors/{address}/kill", _kill),
        Action("/actors/{address}/pin", _pin),
    ),
    _feeds,
)
