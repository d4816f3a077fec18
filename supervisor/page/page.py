"""`page`: serves the page. What it shows and does, it asks of the instance by the control socket, as a command does."""

import contextlib
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from actors.kernel.actor import Actor, handles
from actors.kernel.protocol.lifecycle import Health
from config.files import read_limited, write_private
from config.schema.page import Page as PageSection
from config.schema.plugins import Plugins
from supervisor.page.gate.hosts import Place, is_loopback, machine_names, plain
from supervisor.page.gate.passwords import Passwords
from supervisor.page.internal import PageEnded, PageRenewed
from supervisor.page.messages import GetPage, PageIs

if TYPE_CHECKING:
    from supervisor.page.gate.tls import Tls
    from supervisor.page.server import PageServer

BACKLOG = 64


class PageServerEnded(Exception):
    """The server's thread has ended by itself."""


class NotServed(Exception):
    """It must not be served so; the text says why. remedy: what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


class Page(Actor):
    """Start arguments: its section, the home, and what plugins are given, some of which bring pages.

    It holds nothing that must outlive it but data/page/."""

    def __init__(self, page: PageSection, home: Path, plugins: Plugins | None = None) -> None:
        self._section = page
        self._plugins = plugins if plugins is not None else Plugins()
        self._home = home
        self._server: PageServer | None = None
        self._why = "it starts"
        self._note = ""

    def preload(self) -> None:
        # what takes long to import, before the actor counts as started
        import supervisor.page.server
        import supervisor.plugins.pages

        self._make: Callable[..., PageServer] = supervisor.page.server.PageServer
        self._pages = supervisor.plugins.pages.pages

    def on_start(self) -> None:
        try:
            last = LastPort(self._home)
            listening, note = listen(self._section.host, self._section.port, last.read())
        except OSError as error:
            why = f"cannot serve at {self._section.host}: {error.strerror or error}"
            self._refuse(why, "set page.host to 127.0.0.1, or page.enabled to false")
            return
        try:
            place, tls = self._place(*listening.getsockname()[:2])
        except NotServed as refused:
            listening.close()
            self._refuse(str(refused), refused.remedy)
            return
        self._note = note
        last.write(place.port)
        self._server = self._make(
            self._home,
            place,
            listening,
            tls,
            lambda why: self.post(PageEnded(why)),
            lambda: self.post(PageRenewed()),
            rule=self._section.metrics,
            plugged=self._pages(self._plugins),
        )
        self._server.start()
        self._why = ""
        self._say()

    def _place(self, address: str, port: int) -> tuple[Place, "Tls | None"]:
        """Where it is served, and what it is encrypted with. Raises NotServed."""
        host, is_exposed = self._section.host, not is_loopback(plain(address))
        if is_exposed and not Passwords(self._home / "data").has(may_act=True):
            raise NotServed(
                f"page.host is {host}, which others can reach, and there is no password",
                "type `supervisor page password`, or set page.host to 127.0.0.1",
            )
        names = machine_names(host) if is_exposed else (host,)
        encrypted = is_exposed or self._section.certificate is not None
        tls = self._tls(names) if encrypted or self._section.certificate_key is not None else None
        certified = self._section.certificate is not None
        return Place(host, address, port, tls is not None, names, certified), tls

    def _tls(self, names: tuple[str, ...]) -> "Tls":
        # imported only where something is encrypted: the cryptography takes long to load
        from supervisor.page.gate.certificate import CertificateTrouble
        from supervisor.page.gate.tls import Tls

        try:
            return Tls(self._section, self._home, names)
        except CertificateTrouble as error:
            raise NotServed(str(error), error.remedy) from None

    def _refuse(self, why: str, remedy: str) -> None:
        self._why = why
        self.health(Health.DOWN, why, remedy)

    def _say(self) -> None:
        if self._server is None:
            return
        said, tls = f"at {self._server.place.url}{self._note}", self._server.tls
        if tls is None:
            self.health(Health.OK, said)
        elif tls.ends_soon():
            why = f"{said}; the certificate ends on {tls.certificate.ends}"
            self.health(Health.DEGRADED, why, "renew page.certificate; the new file counts within an hour")
        else:
            self.health(Health.OK, f"{said}; its certificate's SHA-256 is {tls.certificate.fingerprint}")

    def on_stop(self) -> None:
        self.release()

    def release(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    @handles
    def on_get(self, message: GetPage) -> None:
        if self._server is None:
            self.reply(PageIs("", self._why))
            return
        url, tls = self._server.place.url, self._server.tls
        if tls is None:
            self.reply(PageIs(url))
        else:
            shown = tls.certificate
            self.reply(PageIs(url, "", shown.fingerprint, shown.names, shown.ends))

    @handles
    def on_renewed(self, message: PageRenewed) -> None:
        self._say()

    @handles
    def on_ended(self, message: PageEnded) -> None:
        raise PageServerEnded(message.why)


def listen(host: str, port: int, last: int = 0) -> tuple[socket.socket, str]:
    """A listening socket, and a note where it is not the port that was asked for: a second instance of a machine takes
    any free one, and again the `last` that it had, since its browsers look for it there. Raises OSError."""
    for one in filter(None, dict.fromkeys((port, last))):
        with contextlib.suppress(OSError):
            return _bound(host, one), "" if one == port or not port else f" (page.port {port} is taken)"
    return _bound(host, 0), f" (page.port {port} is taken)" if port else ""


class LastPort:
    """The port that the page of a home had, in data/page/port; 0 for none."""

    def __init__(self, home: Path) -> None:
        self._file = home / "data" / "page" / "port"

    def read(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            port = int(read_limited(self._file, 16))
            return port if 0 < port < 65536 else 0
        return 0

    def write(self, port: int) -> None:
        with contextlib.suppress(OSError):
            write_private(self._file, str(port).encode())


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
