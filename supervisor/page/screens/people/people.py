"""The list of people and one person's page, with what can be done about them."""

import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from actors.users.state import Fact, UserState
from supervisor.offline.people import everything_of
from supervisor.page.live.feed import Feed, Fragments
from supervisor.page.screens.people.view import PersonView, person_view, row_view
from supervisor.page.site import Action, Form, Screen, Site

PAGE = 50
EVERY = 2.0
"""Seconds after which it is looked again who is here."""
ORDERS = (("seen", "last met first"), ("known", "best known first"), ("name", "by name"))
UNCLEAR = 422


async def _list(site: Site, request: Request) -> Response:
    wanted = request.query_params
    search, order = wanted.get("q", "").strip()[:100], wanted.get("order", "seen")
    order = order if order in dict(ORDERS) else "seen"
    first = int(wanted["from"]) if wanted.get("from", "").isdecimal() else 0
    first = min(first, 1_000_000)
    found = await site.asking.call("people", search=search, first=first, count=PAGE, order=order)
    here = frozenset(one["user_id"] for one in found["here"])
    friends = frozenset(one["user_id"] for one in found["friends"])
    rows = [row_view(row, here, friends, time.time()) for row in found["people"]]
    about = {"q": search, "order": order}
    return site.render(
        request,
        "people.html",
        title="People",
        rows=rows,
        found=found,
        here_now=_here(found["here"]),
        search=search,
        order=order,
        orders=ORDERS,
        first=first + 1,
        last=first + len(rows),
        before=urlencode({**about, "from": max(0, first - PAGE)}) if first else "",
        after=urlencode({**about, "from": first + PAGE}) if first + len(rows) < found["found"] else "",
    )


def _here(people: list[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"name": one["name"], "query": urlencode({"id": one["user_id"]})} for one in people]


async def _person(site: Site, request: Request) -> Response:
    found = await _found(site, request.query_params.get("id", ""))
    if isinstance(found, str):
        return site.said(request, found, good=False, code=404)
    return site.render(request, "person.html", title=found.name, person=found)


async def _asked(site: Site, name: str) -> tuple[UserState, tuple[Fact, ...], Mapping[str, Any]] | str:
    """The only one who goes by it, what they told of others, and the answer; else why there is none."""
    if not name.strip():
        return "no person is named"
    answer = await site.asking.call("person", name=name)
    people = msgspec.convert(answer["people"], tuple[UserState, ...])
    if not people:
        return f"nobody is known by {name[:100]!r} (any more)"
    if len(people) > 1:
        return f"several people are called {name[:100]!r}: choose one from the list"
    return people[0], msgspec.convert(answer["told"], tuple[Fact, ...]), answer


async def _found(site: Site, name: str) -> PersonView | str:
    found = await _asked(site, name)
    if isinstance(found, str):
        return found
    user, told, answer = found
    row = answer["row"] or {"blocked": False}
    return person_view(user, told, row, here=answer["here"], voice_kept=answer["voice_kept"], now=time.time())


async def _export(site: Site, request: Request) -> Response:
    """Everything of one person, for the person to have; the owner's alone."""
    if not request.scope["session"].may_act:
        return site.said(request, "what people said is shown to the owner only", good=False, code=403)
    found = await _asked(site, request.query_params.get("id", ""))
    if isinstance(found, str):
        return site.said(request, found, good=False, code=404)
    user, told, answer = found
    everything = everything_of(user, told, voice_kept=answer["voice_kept"])
    return JSONResponse(everything, headers={"content-disposition": 'attachment; filename="person.json"'})


async def _block(site: Site, request: Request, form: Form) -> Response:
    wanted = form.get("blocked") == "yes"
    answer = await site.asking.call("block", name=form.get("id", ""), blocked=wanted)
    name = answer["name"] or form.get("id", "")
    said = f"{name} is blocked" if wanted else f"{name} is no longer blocked"
    return await _said(site, request, form, said)


async def _block_name(site: Site, request: Request, form: Form) -> Response:
    """Of somebody who was never met, or is forgotten."""
    wanted = form.get("blocked") != "no"
    answer = await site.asking.call("block", name=form.get("name", ""), blocked=wanted)
    whoever = "whoever goes by that name " if answer["named_only"] and wanted else ""
    return site.said(request, f"{answer['name']}: {whoever}is {'' if wanted else 'no longer '}blocked")


async def _correct(site: Site, request: Request, form: Form) -> Response:
    drop = form.get("drop") == "yes"
    to = "" if drop else form.get("to", "").strip()
    if not (drop or to):
        return site.said(request, "say what is true, or drop it", good=False, code=UNCLEAR)
    answer = await site.asking.call("correct", name=form.get("id", ""), what=form.get("what", ""), to=to)
    after = f"now: {answer['after']}" if answer["after"] else "dropped"
    return await _said(site, request, form, f"{answer['before']}; {after}")


async def _merge(site: Site, request: Request, form: Form) -> Response:
    answer = await site.asking.call("merge", one=form.get("id", ""), other=form.get("other", ""))
    into = answer["into"]
    said = f"{answer['absorbed']['name']} is {into['name']} ({into['user_id']}) from now on"
    place = "/people/person?" + urlencode({"id": into["user_id"]})
    if "hx-request" not in request.headers:
        return RedirectResponse(place, 303)  # the page that the form stood on is gone
    answered = await _said(site, request, {**form, "id": into["user_id"]}, said)
    answered.headers["HX-Replace-Url"] = place
    return answered


async def _ask_to_forget(site: Site, request: Request) -> Response:
    found = await _found(site, request.query_params.get("id", ""))
    if isinstance(found, str):
        return site.said(request, found, good=False, code=404)
    return site.render(request, "forget.html", title=f"Forget {found.name}?", person=found)


async def _forget(site: Site, request: Request, form: Form) -> Response:
    """Without more asking: the page before has asked."""
    answer = await site.asking.call("forget", within=40.0, name=form.get("id", ""))
    names = [f"{one['name']} ({one['user_id']})" for one in answer["forgotten"]]
    return RedirectResponse("/people/forgotten?" + urlencode({"who": ", ".join(names)[:500]}), 303)


async def _forgotten(site: Site, request: Request) -> Response:
    who = request.query_params.get("who", "")[:500]
    return site.render(request, "forgotten.html", title="Forgotten", who=who)


async def _said(site: Site, request: Request, form: Form, text: str) -> Response:
    """What came of it, and the person as they are now, for the page that is open."""
    found = await _found(site, form.get("id", "")) if "hx-request" in request.headers else ""
    token = request.scope["session"].form_token
    anew = (
        ""
        if isinstance(found, str)
        else site.fragment("_person.html", person=found, anew=True, may_act=True, form_token=token)
    )
    return site.said(request, text, anew=anew)


def _feeds(site: Site) -> tuple[Feed, ...]:
    def read(stop: threading.Event) -> Iterator[list[dict[str, str]]]:
        while not stop.is_set():
            yield _here(site.asking.now("people", count=0)["here"])
            stop.wait(EVERY)

    def show(people: list[dict[str, str]], may_act: bool) -> Fragments:
        return {"here": site.fragment("_people_here.html", here_now=people)}

    return (Feed("people", read, show),)


PEOPLE = Screen(
    "people",
    "People",
    {
        "/people": _list,
        "/people/person": _person,
        "/people/export": _export,
        "/people/forget": _ask_to_forget,
        "/people/forgotten": _forgotten,
    },
    (
        Action("/people/block", _block),
        Action("/people/block-name", _block_name),
        Action("/people/correct", _correct),
        Action("/people/merge", _merge),
        Action("/people/forget", _forget),
    ),
    _feeds,
)
