"""*Log*: its newest lines, of a level and with some words, and new ones as they come."""

import functools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from config.files import located
from supervisor.log_lines import LEVELS, newest
from supervisor.page.asking import InstanceAway
from supervisor.page.live.feed import Feed, Fragments
from supervisor.page.site import Screen, Site

COUNT = 200
LOOK_EVERY = 1.0
DEFAULT = "logs/bot.log"
"""Where it is while the instance does not answer."""
Mark = tuple[int, int]


async def _show(site: Site, request: Request) -> Response:
    return site.render(request, "log.html", title="Log", **await _found(site, request), levels=LEVELS)


async def _lines(site: Site, request: Request) -> Response:
    return HTMLResponse(site.fragment("_log.html", **await _found(site, request)))


async def _found(site: Site, request: Request) -> dict[str, Any]:
    """What the address asks for: level=, words=."""
    level = request.query_params.get("level", "INFO").upper()
    level = level if level in LEVELS else "INFO"
    words = request.query_params.get("words", "")[:200]
    file = await _file(site)
    trouble, found = "", None
    try:
        found = await anyio.to_thread.run_sync(functools.partial(newest, file, COUNT, level, words))
    except OSError as error:
        trouble = f"it cannot be read: {error.strerror or error}"
    return {"found": found, "trouble": trouble, "level": level, "words": words, "file": file, "most": COUNT}


async def _file(site: Site) -> Path:
    try:
        name = str((await site.asking.section("logging"))["file"])
    except InstanceAway:
        name = DEFAULT
    return located(site.home / "data", name)


def _feeds(site: Site) -> tuple[Feed, ...]:
    def read(stop: threading.Event) -> Iterator[Mark]:
        file = located(site.home / "data", str(site.asking.section_now("logging")["file"]))
        before: Mark | None = None
        while not stop.wait(0.0 if before is None else LOOK_EVERY):
            now = _mark(file)
            if now != before:
                yield now
            before = now

    def show(mark: Mark, may_act: bool) -> Fragments:
        return {"news": f"{mark[0]}/{mark[1]}"}

    return (Feed("log", read, show),)


def _mark(file: Path) -> Mark:
    """What changes with the log."""
    try:
        status = file.stat()
    except OSError:
        return 0, 0
    return status.st_ino, status.st_size


LOG = Screen("log", "Log", {"/log": _show, "/log/lines": _lines}, feeds=_feeds)
