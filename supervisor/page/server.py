"""The page's HTTP server: uvicorn on a thread of its own."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import uvicorn

from config.schema.page import Page
from supervisor.page.app import application
from supervisor.page.gate.connection import USUAL, Connection, Limits
from supervisor.page.gate.guard import HEAD
from supervisor.page.gate.hosts import own_hosts, shown_url
from supervisor.page.live.hub import Hub

log = logging.getLogger(__name__)
# what anybody may cause is no matter for the log
logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
CLOSE_WITHIN = 2.0


class PageServer:
    """Serves the page of `home` on the listening socket, until closed. on_end: told why it ended by itself."""

    def __init__(
        self,
        home: Path,
        section: Page,
        listening: socket.socket,
        on_end: Callable[[str], object],
        limits: Limits = USUAL,
    ) -> None:
        address, port = listening.getsockname()[:2]
        self.url = shown_url(section.host, port)
        self._hub = Hub()
        self._on_end = on_end
        self._listening = listening
        hosts = own_hosts(section.host, address, port)
        app = application(home, hosts, port, self._hub, section.metrics)
        settings = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            http=cast(type[asyncio.Protocol], partial(Connection, limits=limits)),
            ws="none",
            loop="asyncio",
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=HEAD,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._run, name="page server", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End every connection, and the thread."""
        self._hub.close()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(CLOSE_WITHIN)
        self._listening.close()

    def _run(self) -> None:
        why = "it returned"
        try:
            self._server.run(sockets=[self._listening])
        except BaseException as error:
            log.exception("the page's server failed")
            why = f"{type(error).__name__}: {error}"
        if not self._server.should_exit:
            self._on_end(why)
