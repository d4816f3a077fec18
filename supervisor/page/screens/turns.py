"""*Turns*: what was said and answered, live; and of one turn why it came out so: its stages, what the model was told,
its tree of causes, and a replay. Traces are read as the commands read them, in processes of their own."""

import asyncio
import functools
import re
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from supervisor.page.commands import CommandFailed, answer, output, parsed, run
from supervisor.page.live.feed import Feed, Fragments
from supervisor.page.screens.turn_list import TurnList, from_trace, with_event
from supervisor.page.screens.turn_view import TurnView, view
from supervisor.page.site import Action, Form, Screen, Site

LISTED = 40
RUNS = 15
READ_WITHIN, REPLAY_WITHIN = 20.0, 120.0
"""Seconds to read a part of a trace, and to replay one."""
_TURN = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
NO_RUN = "there is no trace"


async def _show(site: Site, request: Request) -> Response:
    run = request.query_params.get("run", "")
    if run and not _RUN.fullmatch(run):
        raise HTTPException(404, "no run is called so")
    found, trace, status, runs = await asyncio.gather(
        _listed(site, run), site.asking.section("trace"), site.asking.call("status"), _runs(site)
    )
    own = {"found": found, "trace": trace, "current": status["run"], "runs": runs}
    return site.render(request, "turns.html", title="Turns", live=found.run in ("", status["run"]), **own)


async def _listed(site: Site, run: str) -> TurnList:
    named = ("--run", run) if run else ()
    try:
        found = await answer(site.home, "trace", "turns", "--limit", str(LISTED), *named, within=READ_WITHIN)
    except CommandFailed as error:
        return TurnList(run, trouble="" if str(error).startswith(NO_RUN) else str(error))
    return from_trace(found)


async def _runs(site: Site) -> tuple[Mapping[str, Any], ...]:
    """The newest runs, the newest first; none where that cannot be said."""
    try:
        found = await answer(site.home, "trace", "ls", "--limit", str(RUNS), within=READ_WITHIN)
    except CommandFailed:
        return ()
    return tuple(reversed(found))


async def _show_one(site: Site, request: Request) -> Response:
    run, turn = _named(request)
    trace = site.asking.section("trace")
    found, kept = await asyncio.gather(_explained(site, run, turn), trace)
    return site.render(
        request, "turn.html", title=f"Turn {turn}", found=found, trace=kept, **_replayed(site, run, turn)
    )


async def _explained(site: Site, run: str, turn: int) -> TurnView:
    try:
        return view(await answer(site.home, "trace", "turn", str(turn), "--run", run, within=READ_WITHIN))
    except CommandFailed as error:
        raise HTTPException(404, str(error)) from None


async def _perfetto(site: Site, request: Request) -> Response:
    run, turn = _named(request)
    filtered = ("--turn", str(turn), "--run", run)
    document = await output(site.home, "trace", "export", "--perfetto", "-", *filtered, within=READ_WITHIN)
    headers = {"Content-Disposition": f'attachment; filename="gerald-{run}-turn-{turn}.json"'}
    return Response(document, media_type="application/json", headers=headers)


async def _show_replay(site: Site, request: Request) -> Response:
    return HTMLResponse(site.fragment("_replay.html", **_replayed(site, *_named(request))))


async def _replay(site: Site, request: Request, form: Form) -> Response:
    run, turn = _named(request)
    site.errands.start(_errand(run, turn), functools.partial(_replay_now, site.home, run, turn))
    if "hx-request" in request.headers:
        return await _show_replay(site, request)
    return site.said(request, f"turn {turn} is replayed; open it again in a few seconds")


def _replay_now(home: Path, name: str, turn: int) -> Mapping[str, Any]:
    printed = run(home, "replay", name, "--turn", str(turn), "--json", within=REPLAY_WITHIN)
    found: Mapping[str, Any] = parsed(printed)
    return {
        "identical": found["identical"],
        "messages": found["messages"],
        "actors": len(found["actors"]),
        "differing": found["differing"],
        "first": next(iter(found["divergences"]), None),
        "skipped": found["skipped"],
    }


def _replayed(site: Site, run: str, turn: int) -> Mapping[str, Any]:
    return {"run": run, "turn": turn, "errand": site.errands.find(_errand(run, turn))}


def _errand(run: str, turn: int) -> str:
    return f"replay {run} {turn}"


def _named(request: Request) -> tuple[str, int]:
    """The run and the turn that the address names. Raises HTTPException."""
    run, turn = request.path_params["run"], request.path_params["turn"]
    if not _RUN.fullmatch(run) or not _TURN.fullmatch(turn):
        raise HTTPException(404, "no turn is called so")
    return run, int(turn)


def _feeds(site: Site) -> tuple[Feed, ...]:
    def read(stop: threading.Event) -> Iterator[TurnList]:
        keeps = site.asking.section_now("trace")["words"] == "keep"
        found = _listed_now(site.home)
        yield found
        listens = False
        for event in site.asking.stream("watch", stop):
            if not listens:  # what happened before it listened is in the trace meanwhile
                listens, found = True, _listed_now(site.home)
                yield found
            after = with_event(found, event, time.time(), LISTED, keeps_words=keeps)
            if after != found:
                found = after
                yield found

    def show(found: TurnList, may_act: bool) -> Fragments:
        return {"turns": site.fragment("_turns.html", found=found)}

    return (Feed("turns", read, show),)


def _listed_now(home: Path) -> TurnList:
    try:
        return from_trace(
            parsed(run(home, "trace", "turns", "--limit", str(LISTED), "--json", within=READ_WITHIN))
        )
    except CommandFailed:
        return TurnList("")


TURNS = Screen(
    "turns",
    "Turns",
    {
        "/turns": _show,
        "/turns/{run}/{turn}": _show_one,
        "/turns/{run}/{turn}/perfetto": _perfetto,
        "/turns/{run}/{turn}/replay": _show_replay,
    },
    (Action("/turns/{run}/{turn}/replay", _replay),),
    _feeds,
)
