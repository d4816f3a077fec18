"""*Actors*: the tree, live: what runs where, how well and how fast, and what can be done about it."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from supervisor.page.live.feed import Feed, Fragments
from supervisor.page.screens.actor_history import Histories
from supervisor.page.screens.actor_tree import Tree, shown, tree
from supervisor.page.site import Action, Form, Screen, Site

PLACES = ("thread", "process")
MOST_LETTERS, MOST_ENDINGS, OWN = 200, 200, 20
KEPT = "actors"
EVERY = 0.9
"""Seconds between two pictures of the tree: numbers that jump cannot be read."""
_COUNT = re.compile(r"[1-9][0-9]?", re.ASCII)


async def _show(site: Site, request: Request) -> Response:
    status = await site.asking.call("status")
    return site.render(request, "actors.html", title="Actors", tree=_tree(site, status), status=status)


def _address(request: Request) -> str:
    """The actor that the address names, where a replica's number stands behind a tilde."""
    return str(request.path_params["address"]).replace("~", "/")


def _tree(site: Site, status: Mapping[str, Any]) -> Tree:
    rows = status["actors"]
    return tree(rows, _histories(site).take(rows, time.monotonic()))


def _histories(site: Site) -> Histories:
    found = site.kept.setdefault(KEPT, Histories())
    assert isinstance(found, Histories)
    return found


async def _show_one(site: Site, request: Request) -> Response:
    address = _address(request)
    status, letters, endings = await asyncio.gather(
        site.asking.call("status"),
        site.asking.call("dead-letters", count=1000),
        site.asking.call("endings", count=MOST_ENDINGS),
    )
    found = _of_one(site, status, address)
    if found is None:
        return site.said(request, f"no actor is called {address}", good=False, code=404)
    own = [one for one in letters["letters"] if address in (one["to"], one["from"])]
    ended = [one for one in endings["endings"] if one["address"] == address]
    return site.render(
        request,
        "actor.html",
        title=address,
        letters=own[: -OWN - 1 : -1],
        endings=ended[: -OWN - 1 : -1],
        places=PLACES,
        **found,
    )


async def _show_now(site: Site, request: Request) -> Response:
    address = _address(request)
    found = _of_one(site, await site.asking.call("status"), address)
    if found is None:
        return site.said(request, f"no actor is called {address}", good=False, code=404)
    return HTMLResponse(site.fragment("_actor.html", **found))


def _of_one(site: Site, status: Mapping[str, Any], address: str) -> dict[str, Any] | None:
    """The actor at the address, and its further instances."""
    rows = status["actors"]
    paces = _histories(site).take(rows, time.monotonic())
    found = [shown(row, paces) for row in rows if row["address"] == address]
    others = [shown(row, paces) for row in rows if row["address"].startswith(f"{address}/")]
    return {"one": found[0], "others": others} if found else None


async def _show_letters(site: Site, request: Request) -> Response:
    found = await site.asking.call("dead-letters", count=1000)
    why = request.query_params.get("why", "")[:40]
    letters = [one for one in found["letters"] if why in ("", one["why"])][: -MOST_LETTERS - 1 : -1]
    return site.render(
        request, "dead-letters.html", title="Dead letters", letters=letters, counts=found["counts"], why=why
    )


async def _show_endings(site: Site, request: Request) -> Response:
    found = await site.asking.call("endings", count=MOST_ENDINGS)
    return site.render(request, "endings.html", title="Ends and restarts", endings=found["endings"][::-1])


async def _restart(site: Site, request: Request, form: Form) -> Response:
    return await _done(site, request, "restart", "restarted")


async def _kill(site: Site, request: Request, form: Form) -> Response:
    address = _address(request)
    if "hx-request" not in request.headers and form.get("sure") != "yes":  # without scripts nobody has asked
        return site.render(request, "kill.html", title=f"Kill {address}?", address=address)
    return await _done(site, request, "kill", "killed; its supervisor starts it again")


async def _pin(site: Site, request: Request, form: Form) -> Response:
    pin, instances = form.get("pin", ""), form.get("instances", "1")
    if pin not in PLACES or not _COUNT.fullmatch(instances):
        return site.said(request, "choose a thread or a process, and how many", good=False, code=422)
    many = f"{instances} of them" if instances != "1" else f"a {pin}"
    return await _done(site, request, "pin", f"runs in {many} now", pin=pin, instances=int(instances))


async def _done(site: Site, request: Request, do: str, said: str, **fields: Any) -> Response:
    address = _address(request)
    await site.asking.call(do, address=address, **fields)
    return site.said(request, f"{address}: {said}")


def _feeds(site: Site) -> tuple[Feed, ...]:
    def read(stop: threading.Event) -> Iterator[Tree]:
        last = 0.0
        for status in site.asking.stream("follow", stop):
            if time.monotonic() - last >= EVERY:
                last = time.monotonic()
                yield _tree(site, status)

    def show(found: Tree, may_act: bool) -> Fragments:
        groups = {
            f"group-{group.row['address']}": site.fragment("_tree.html", group=group)
            for group in found.groups
        }
        return {"summary": site.fragment("_summary.html", tree=found), **groups}

    return (Feed("actors", read, show),)


ACTORS = Screen(
    "actors",
    "Actors",
    {
        "/actors": _show,
        "/actors/dead-letters": _show_letters,
        "/actors/ends": _show_endings,
        "/actors/{address}/now": _show_now,
        "/actors/{address}": _show_one,
    },
    (
        Action("/actors/{address}/restart", _restart),
        Action("/actors/{address}/kill", _kill),
        Action("/actors/{address}/pin", _pin),
    ),
    _feeds,
)
