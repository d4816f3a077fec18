"""`page`: serves the page. What it shows and does, it asks of the instance by the control socket, as a command does."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from actors.kernel.actor import Actor, handles
from actors.kernel.protocol.lifecycle import Health
from config.schema.page import Page as PageSection
from supervisor.page.internal import PageEnded
from supervisor.page.messages import GetPage, PageIs

if TYPE_CHECKING:
    from supervisor.page.server import PageServer

BACKLOG = 64


class PageServerEnded(Exception):
    """The server's thread has ended by itself."""


class Page(Actor):
    """Start arguments: its section, and the home. It holds nothing that must outlive it but data/page/."""

    def __init__(self, page: PageSection, home: Path) -> None:
        self._section = page
        self._home = home
        self._server: PageServer | None = None
        self._why = "it starts"

    def preload(self) -> None:
        # what takes long to import, before the actor counts as started
        import supervisor.page.server

        self._make: Callable[..., PageServer] = supervisor.page.server.PageServer

    def on_start(self) -> None:
        try:
            listening, note = listen(self._section.host, self._section.port)
        except OSError as error:
            self._why = f"cannot serve at {self._section.host}: {error.strerror or error}"
            self.health(Health.DOWN, self._why, "set page.host to 127.0.0.1, or page.enabled to false")
            return
        self._server = self._make(self._home, self._section, listening, lambda why: self.post(PageEnded(why)))
        self._server.start()
        self._why = ""
        self.health(Health.OK, f"at {self._server.url}{note}")

    def on_stop(self) -> None:
        self.release()

    def release(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    @handles
    def on_get(self, message: GetPage) -> None:
        self.reply(PageIs(self._server.url if self._server is not None else "", self._why))

    @handles
    def on_ended(self, message: PageEnded) -> None:
        raise PageServerEnded(message.why)


def listen(host: str, port: int) -> tuple[socket.socket, str]:
    """A listening socket, and a note where it is not the port that was asked for: a second instance of a machine takes
    any free one. Raises OSError."""
    try:
        return _bound(host, port), ""
    except OSError:
        if not port:
            raise
    return _bound(host, 0), f" (page.port {port} is taken)"


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # there it would let two programs share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening
