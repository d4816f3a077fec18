"""The page's HTTP server: uvicorn on a thread of its own."""

import asyncio
import contextlib
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import anyio.to_thread
import uvicorn

from supervisor.page.api.probes import Rule
from supervisor.page.app import application
from supervisor.page.gate.connection import USUAL, Connection, Limits
from supervisor.page.gate.guard import HEAD
from supervisor.page.gate.hosts import Place
from supervisor.page.live.hub import Hub
from supervisor.plugins.pages import PluginPage

if TYPE_CHECKING:
    from supervisor.page.gate.tls import Tls

log = logging.getLogger(__name__)
# what anybody may cause is no matter for the log
logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
CLOSE_WITHIN = 2.0
AT_ONCE, WAITING = 50, 1024
"""New connections that are taken at a time, and those that wait."""
NICE = 5
TICK = 1.0
RENEWED_EVERY = 3600
"""Seconds after which the certificate is looked at again."""


class Server(uvicorn.Server):
    """Takes few new connections at a time, so that each is heard before too many others have come; the others wait.

    It wakes once a second, to renew the date that it sends; uvicorn's own loop wakes ten times."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        """Let it end at once, from any thread."""
        self.should_exit = True
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                loop.call_soon_threadsafe(self._ending.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), TICK)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for one in sockets or ():
            one.listen(WAITING)


class PageServer:
    """Serves the page of `home` on the listening socket, until closed. on_end: told why it ended by itself. on_renewed:
    told that another certificate is shown. rule: see page.metrics.
    plugged: the pages of plugins."""

    def __init__(
        self,
        home: Path,
        place: Place,
        listening: socket.socket,
        tls: "Tls | None",
        on_end: Callable[[str], object],
        on_renewed: Callable[[], object],
        limits: Limits = USUAL,
        rule: Rule = "local",
        plugged: Sequence[PluginPage] = (),
    ) -> None:
        self.place = place
        self.tls = tls
        self._on_renewed = on_renewed
        self._hub = Hub()
        self._on_end = on_end
        self._listening = listening
        app = application(home, place, self._hub, rule, plugged)
        context = tls.context if tls is not None else None
        settings = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            http=cast(type[asyncio.Protocol], partial(Connection, context=context, limits=limits)),
            ws="none",
            loop="asyncio",
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=HEAD,
            timeout_graceful_shutdown=1,
            backlog=AT_ONCE,
            callback_notify=self._renew if tls is not None else None,
            timeout_notify=RENEWED_EVERY,
        )
        self._server = Server(settings)
        self._thread = threading.Thread(target=self._run, name="page server", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End every connection, and the thread."""
        self._hub.close()
        self._server.end()
        if self._thread.is_alive():
            self._thread.join(CLOSE_WITHIN)
        self._listening.close()

    async def _renew(self) -> None:
        if self.tls is not None and await anyio.to_thread.run_sync(self.tls.renew):
            self._on_renewed()

    def _run(self) -> None:
        _yield_to_others()
        why = "it returned"
        try:
            self._server.run(sockets=[self._listening])
        except BaseException as error:
            log.exception("the page's server failed")
            why = f"{type(error).__name__}: {error}"
        if not self._server.should_exit:
            self._on_end(why)


def _yield_to_others() -> None:
    """On Linux a thread can be nicer than its process: whoever floods the page holds up nobody who talks."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
