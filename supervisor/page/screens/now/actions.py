"""What the buttons of the first screen do: each as the command of that name does it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from actors.behaviour.messages import BEHAVIOUR
from supervisor.control.wire import RequestRefused
from supervisor.page.asking import InstanceAway
from supervisor.page.site import Action, Form, Site

AT_ONCE = 4
"""How many things that were said by the page's forms may wait for the end of their turn."""
LONGEST = 2000
MUTES = {"ears": "audio.mute_ears", "voice": "audio.mute_voice"}
_places = threading.Semaphore(AT_ONCE)
Part = Mapping[str, Any]


async def _mute(site: Site, request: Request, form: Form) -> Response:
    what, on = form.get("what", ""), form.get("on") == "true"
    if what not in MUTES:
        return site.said(request, "choose ears or voice", good=False, code=422)
    value = "true" if on else "false"
    found = await site.asking.call("config-set", key=MUTES[what], value=value, save=False)
    if found["outcome"] == "refused":
        return site.said(request, "; ".join(found["problems"]), good=False, code=409)
    return site.said(request, f"{what}: {'muted' if on else 'not muted'}")


async def _hush(site: Site, request: Request, form: Form) -> Response:
    found = await site.asking.call("hush")
    return site.said(request, "stopped talking" if found["turn"] else "it was not talking")


async def _ask(site: Site, request: Request, form: Form) -> Response:
    text = form.get("text", "").strip()
    if not text:
        return site.said(request, "write what is asked", good=False, code=422)
    part = await _first(
        site, ("turn", "waits", "end"), "talk", text=text[:LONGEST], **{"as": form.get("as", "").strip()}
    )
    if part["event"] == "end" and part["outcome"] != "said":
        return site.said(request, f"{part['outcome']}: {part['detail']}", good=False)
    waits = f"others are answered first: {part['before']}" if part["event"] == "waits" else ""
    return site.said(request, waits or "asked; the answer is in the conversation")


async def _say(site: Site, request: Request, form: Form) -> Response:
    text = form.get("text", "").strip()
    if not text:
        return site.said(request, "write what is to be said", good=False, code=422)
    part = await _first(site, ("sentence", "end"), "say", text=text[:LONGEST])
    if part["event"] == "end":
        return site.said(request, f"{part['outcome']}: {part['detail']}", good=False)
    return site.said(request, "it says so")


async def _act(site: Site, request: Request, form: Form) -> Response:
    act = " ".join(filter(None, (form.get("act", "").strip(), form.get("of", "").strip())))
    if not act:
        return site.said(request, "choose an act", good=False, code=422)
    answer = await site.asking.ask(BEHAVIOUR, "MakeAct", act=act[:LONGEST])
    if not answer["done"]:
        return site.said(request, f"{act}: {answer['why']}", good=False)
    return site.said(request, f"done: {act}")


async def _stop_acts(site: Site, request: Request, form: Form) -> Response:
    ended = await site.asking.ask(BEHAVIOUR, "StopActs")
    return site.said(request, f"stopped: {', '.join(ended['acts']) or 'nothing was under way'}")


async def _first(site: Site, events: tuple[str, ...], do: str, **fields: Any) -> Part:
    """The first of these events of a turn that a form begins; the turn goes on without the form.

    Raises RequestRefused, and InstanceAway where nobody answers."""
    if not _places.acquire(blocking=False):
        raise RequestRefused(f"{AT_ONCE} things are being said already; wait for one of them")
    first: Future[Part] = Future()

    def follow() -> None:
        try:
            _follow(site.asking.stream(do, threading.Event(), **fields), events, first)
        finally:
            _places.release()

    threading.Thread(target=follow, name=f"page {do}", daemon=True).start()
    wait: Callable[[], Part] = first.result
    return await anyio.to_thread.run_sync(wait, abandon_on_cancel=True)


def _follow(parts: Iterator[Part], events: tuple[str, ...], first: Future[Part]) -> None:
    """To the end, so that nothing of the turn is told to nobody."""
    try:
        for part in parts:
            if part["event"] in events and not first.done():
                first.set_result(part)
    except (RequestRefused, InstanceAway) as error:
        if not first.done():
            first.set_exception(error)
    if not first.done():
        first.set_exception(RequestRefused("the turn ended without a word"))


ACTIONS = (
    Action("/now/mute", _mute),
    Action("/now/hush", _hush),
    Action("/now/ask", _ask),
    Action("/now/say", _say),
    Action("/now/act", _act),
    Action("/now/stop-acts", _stop_acts),
)
