"""*Health*: who is unwell now, and what `supervisor doctor` says, with what to do about it."""

import contextlib
import functools
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from config.files import read_limited, write_private
from supervisor.page.commands import CommandFailed, parsed, run
from supervisor.page.live.feed import Feed, Fragments
from supervisor.page.site import Action, Form, Screen, Site

WITHIN = 120.0
"""Seconds for the doctor, whose checks have limits of their own."""
ERRAND = "doctor"
LARGEST = 1 << 20
SEVERITIES = (("problem", "Problems"), ("note", "Worth knowing"), ("ok", "As it should be"))


async def _show(site: Site, request: Request) -> Response:
    status = await site.asking.call("status")
    return site.render(request, "health.html", title="Health", unwell=unwell(status), **_examined(site))


async def _examination(site: Site, request: Request) -> Response:
    return HTMLResponse(site.fragment("_doctor.html", **_examined(site)))


async def _examine(site: Site, request: Request, form: Form) -> Response:
    site.errands.start(ERRAND, functools.partial(_examine_now, site.home))
    if "hx-request" in request.headers:
        return await _examination(site, request)
    return site.said(request, "the doctor looks; open Health again in a few seconds")


def _examine_now(home: Path) -> None:
    report = parsed(run(home, "doctor", "--json", within=WITHIN))
    if not isinstance(report, dict) or not isinstance(report.get("findings"), list):
        raise CommandFailed("what the doctor says makes no sense")
    write_private(_kept(home), json.dumps({"at": time.time(), "report": report}).encode())


def _examined(site: Site) -> Mapping[str, Any]:
    """The last report and when it was made, and whether another one is being made."""
    errand = site.errands.find(ERRAND)
    at, report = last_report(_kept(site.home))
    return {
        "looking": errand is not None and not errand.ended,
        "why": errand.why if errand is not None else "",
        "at": at,
        "groups": grouped(report.get("findings", ())) if report else (),
        "problems": report.get("problems", 0) if report else 0,
    }


def _kept(home: Path) -> Path:
    return home / "data" / "page" / "doctor.json"


def last_report(file: Path) -> tuple[float, Mapping[str, Any]]:
    """The report that was made last and when (epoch seconds); 0.0 and nothing for none that can be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError, TypeError, KeyError):
        kept = json.loads(read_limited(file, LARGEST))
        return float(kept["at"]), dict(kept["report"])
    return 0.0, {}


def grouped(
    findings: Sequence[Mapping[str, Any]],
) -> tuple[tuple[str, str, tuple[Mapping[str, Any], ...]], ...]:
    """Severity, heading and findings, the worst first; only those that there are."""
    groups = ((one, title, tuple(f for f in findings if f["severity"] == one)) for one, title in SEVERITIES)
    return tuple(group for group in groups if group[2])


def unwell(status: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The rows of actors that are neither well nor off, the worst first."""
    rows = [
        row
        for row in status["actors"]
        if row["kind"] == "actor" and row["state"] != "disabled" and (row["health"] != "OK" or row["remedy"])
    ]
    return tuple(sorted(rows, key=lambda row: (row["health"] != "DOWN", row["health"] != "DEGRADED")))


def _feeds(site: Site) -> tuple[Feed, ...]:
    def read(stop: threading.Event) -> Iterator[Mapping[str, Any]]:
        return site.asking.stream("follow", stop)

    def show(status: Mapping[str, Any], may_act: bool) -> Fragments:
        return {"unwell": site.fragment("_unwell.html", unwell=unwell(status))}

    return (Feed("health", read, show),)


HEALTH = Screen(
    "health",
    "Health",
    {"/health": _show, "/health/doctor": _examination},
    (Action("/health/examine", _examine),),
    _feeds,
)
