"""The page's real server on a real socket, as an attacker reaches it."""

import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.schema.page import Page
from supervisor.instance import Claim
from supervisor.page.gate.connection import Limits
from supervisor.page.gate.hosts import Place
from supervisor.page.gate.links import make_link
from supervisor.page.gate.passwords import Passwords
from supervisor.page.gate.tls import Tls
from supervisor.page.page import listen
from supervisor.page.server import PageServer
from supervisor.plugins.pages import PluginPage

WITHIN = 30.0
QUICK = Limits(most=20, shake=1.0, head=0.4, body=0.4, rest=0.3, end=0.3, written=0.5)
"""So that a test need not wait for what lets a connection go."""


@dataclass(frozen=True)
class Answer:
    """headers: by their names in small letters; of several the last."""

    status: int
    headers: dict[str, str]
    body: str
    cookies: tuple[str, ...] = ()


@dataclass
class Visitor:
    """Whoever speaks to the page. headers: that every request of theirs has."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    form_token: str = ""
    encrypted: bool = False

    def open(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self.port), WITHIN)
        return trusting().wrap_socket(opened) if self.encrypted else opened

    def raw(self, data: bytes) -> bytes:
        """All that comes back until the other side closes."""
        with self.open() as opened:
            opened.sendall(data)
            return until_closed(opened)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        """One request. headers: `_` for `-`; "" leaves one out."""
        named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        sent = {"host": f"127.0.0.1:{self.port}", "connection": "close", **self.headers, **named}
        if body or method == "POST":
            sent = {
                "content-type": "application/x-www-form-urlencoded",
                "content-length": str(len(body.encode())),
                **sent,
            }
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items() if value)]
        return parsed(self._answered("\r\n".join([*lines, "", body]).encode("utf-8", "surrogateescape")))

    def _answered(self, request: bytes) -> bytes:
        """Where the limits are short a busy machine may break off whoever does no wrong: that is tried again."""
        until = time.monotonic() + WITHIN
        while True:
            try:
                if answer := self.raw(request):
                    return answer
            except OSError:
                if time.monotonic() > until:
                    raise
            assert time.monotonic() < until, "it is not answered"

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: str = "", **headers: str) -> Answer:
        """As a form of ours sends it."""
        token = f"form_token={self.form_token}" if self.form_token else ""
        return self.ask("POST", path, "&".join(filter(None, (token, body))), **headers)


def trusting() -> ssl.SSLContext:
    """Of a browser that was told to go on."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def until_closed(opened: socket.socket) -> bytes:
    """What comes until the other side closes, or breaks off."""
    pieces = []
    try:
        while piece := opened.recv(1 << 16):
            pieces.append(piece)
    except OSError:  # it broke off: an SSLError is one; none of the tests waits so long
        pass
    return b"".join(pieces)


def parsed(data: bytes) -> Answer:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    cookies = tuple(value for name, value in pairs if name == "set-cookie")
    return Answer(int(first.split(" ")[1]), dict(pairs), body.decode("utf-8", "replace"), cookies)


class Served:
    """A page that is served, by an instance that answers nothing."""

    def __init__(
        self, home: Path, limits: Limits, *, encrypted: bool = False, plugged: Sequence[PluginPage] = ()
    ) -> None:
        self.home = home
        self.passwords = Passwords(home / "data")
        self._claim = Claim(home)
        self._key = self._claim.publish("run").key
        listening, _ = listen("127.0.0.1", 0)
        self.port: int = listening.getsockname()[1]
        self.ended: list[str] = []
        place = Place("127.0.0.1", "127.0.0.1", self.port, encrypted)
        tls = Tls(Page(), home, ("127.0.0.1",)) if encrypted else None
        self.server = PageServer(
            home, place, listening, tls, self.ended.append, lambda: None, limits, plugged=plugged
        )
        self.server.start()

    def close(self) -> None:
        self.server.close()
        self._claim.release()

    def stranger(self) -> Visitor:
        return Visitor(self.port, encrypted=self.server.place.encrypted)

    def link(self, *, may_act: bool = True, at: float | None = None) -> str:
        return make_link(self._key, time.time() if at is None else at, may_act=may_act)

    def signed_in(self, *, may_act: bool = True) -> Visitor:
        """By a one-time link, as a browser comes in."""
        visitor = self.stranger()
        tries = (visitor.get(f"/enter?link={self.link(may_act=may_act)}") for _ in range(5))
        entered = next(answer for answer in tries if answer.status == 200)
        visitor.headers["cookie"] = entered.cookies[0].partition(";")[0]
        visitor.form_token = token_of(visitor.get("/actors").body)
        return visitor


def token_of(html: str) -> str:
    """The form's token that a page has."""
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found, html
    return found[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Served within its usual limits."""
    made = Served(tmp_path_factory.mktemp("home"), Limits())
    yield made
    made.close()


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Served within limits of which a test can await the end."""
    made = Served(tmp_path_factory.mktemp("home"), QUICK)
    yield made
    made.close()


@pytest.fixture
def stranger(served: Served) -> Visitor:
    return served.stranger()


@pytest.fixture
def owner(served: Served) -> Visitor:
    return served.signed_in()


@pytest.fixture
def friend(served: Served) -> Visitor:
    """Who may look, and change nothing."""
    return served.signed_in(may_act=False)
