"""Who says nothing, never ends, never reads or comes in crowds: let go, in bounds, while an owner is answered."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from supervisor.page import app
from supervisor.page.live import hub
from supervisor.page.live.feed import Feed
from supervisor.page.screens import SCREENS
from supervisor.page.site import Screen, Site
from tests.supervisor.page.attacks.conftest import QUICK, WITHIN, Served, Visitor, parsed, until_closed

PAUSE = 0.05
LARGE = 100 << 20
ROOM = 48 << 20
"""Bytes of memory that a flood may cost."""


def dribbles_until_let_go(opened: socket.socket) -> int:
    """Sends a byte after another until the other side has had enough; how many."""
    opened.settimeout(PAUSE)  # short: the pause between two bytes
    for sent in range(int(WITHIN / PAUSE)):
        with contextlib.suppress(TimeoutError):
            try:
                opened.sendall(b"a")
                if opened.recv(1 << 16) == b"":
                    return sent
            except ConnectionError:
                return sent
    raise AssertionError("it was not let go")


def head(port: int, *lines: str, method: str = "POST", path: str = "/sign-out") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *lines, "", "")).encode()


def let_in(visitor: Visitor) -> bool:
    return visitor.get("/sign-in").status == 303


def test_who_says_nothing_is_let_go(hasty: Served) -> None:
    with hasty.stranger().open() as silent:
        assert until_closed(silent) == b""


@pytest.mark.parametrize("begun", [b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_dribbles_is_let_go(hasty: Served, begun: bytes) -> None:
    with hasty.stranger().open() as slow:
        slow.sendall(begun)
        assert dribbles_until_let_go(slow) < 100


def test_a_second_head_that_dribbles_is_let_go(hasty: Served) -> None:
    with hasty.stranger().open() as slow:
        slow.sendall(head(hasty.port, method="GET", path="/sign-in"))
        assert slow.recv(1 << 16).startswith(b"HTTP/1.1 200")
        assert dribbles_until_let_go(slow) < 100


@pytest.mark.parametrize("how", ["Content-Length: 60000", "Transfer-Encoding: chunked"])
def test_a_body_that_dribbles_is_let_go(hasty: Served, how: str) -> None:
    owner = hasty.signed_in()
    with owner.open() as slow:
        slow.sendall(head(hasty.port, f"Cookie: {owner.headers['cookie']}", how))
        if "chunked" in how:
            slow.sendall(b"ea60\r\n")
        assert dribbles_until_let_go(slow) < 100
    assert let_in(owner)


def test_a_crowd_that_says_nothing_keeps_nobody_out(hasty: Served) -> None:
    owner = hasty.signed_in()
    with contextlib.ExitStack() as crowd:
        silent = [crowd.enter_context(owner.open()) for _ in range(5 * QUICK.most)]
        assert let_in(owner)
        assert open_at(hasty.port) <= QUICK.most + 1
        for one in silent:
            assert until_closed(one) == b""
    assert let_in(owner)


def open_at(port: int) -> int:
    """How many connections this process has accepted at the port."""
    return sum(
        1
        for one in psutil.Process().net_connections("tcp")
        if one.laddr.port == port and one.status == psutil.CONN_ESTABLISHED
    )


def test_of_too_many_connections_those_go_that_ask_for_nothing(
    hasty: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "BEAT", 0.1)
    owner = hasty.signed_in()
    with owner.open() as live, contextlib.ExitStack() as crowd:
        cookie = f"Cookie: {owner.headers['cookie']}"
        live.sendall(head(hasty.port, cookie, method="GET", path="/live/actors"))
        assert live.recv(15) == b"HTTP/1.1 200 OK"
        for _ in range(3 * QUICK.most):
            crowd.enter_context(owner.open())
        assert let_in(owner)
        assert b"event: alive" in read_until(live, b"event: alive"), "what listens is not let go"


def read_until(opened: socket.socket, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        piece = opened.recv(1 << 16)
        assert piece, seen
        seen += piece
    return seen


# -- too much


def flood(opened: socket.socket, piece: bytes, pieces: int) -> int:
    """Bytes that were taken before the other side had enough."""
    sent = 0
    with contextlib.suppress(ConnectionError):
        for _ in range(pieces):
            opened.sendall(piece)
            sent += len(piece)
    return sent


@pytest.mark.parametrize("how", ["Content-Length: 104857600", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", ["/sign-out", "/sign-in", "/nothing", "/actors/users/kill"])
def test_a_body_of_100_mb_is_not_taken(served: Served, owner: Visitor, how: str, path: str) -> None:
    before = psutil.Process().memory_info().rss
    piece = b"a" * (1 << 16)
    if "chunked" in how:
        piece = b"%x\r\n%s\r\n" % (len(piece), piece)
    with owner.open() as large:
        large.sendall(head(served.port, f"Cookie: {owner.headers['cookie']}", how, path=path))
        taken = flood(large, piece, LARGE >> 16)
    assert taken < LARGE // 4, "what fits into the buffers between"
    assert psutil.Process().memory_info().rss - before < ROOM
    assert let_in(owner)


def test_headers_without_end_are_not_taken(served: Served, owner: Visitor) -> None:
    before = psutil.Process().memory_info().rss
    with owner.open() as large:
        large.sendall(b"GET / HTTP/1.1\r\n")
        assert flood(large, b"X-Large: " + b"a" * 8000 + b"\r\n", LARGE // 8000) < LARGE // 4
    assert psutil.Process().memory_info().rss - before < ROOM
    assert let_in(owner)


def test_a_thousand_requests_at_once_end_and_an_owner_is_answered(served: Served, owner: Visitor) -> None:
    request = head(served.port, "Connection: close", method="GET", path="/sign-in")
    with contextlib.ExitStack() as crowd:
        many = [crowd.enter_context(owner.open()) for _ in range(150)]
        for one in many:
            one.sendall(request)
        assert let_in(owner)
        answers = [until_closed(one) for one in many]
    assert all(answer == b"" or parsed(answer).status == 200 for answer in answers)
    assert sum(1 for answer in answers if answer) > 100


def test_requests_one_after_another_in_a_piece_are_answered_in_order(served: Served, owner: Visitor) -> None:
    plain = head(served.port, method="GET", path="/sign-in")
    last = head(served.port, "Connection: close", method="GET", path="/nothing")
    answered = owner.raw(plain * 100 + last)
    assert answered.count(b"HTTP/1.1 200 OK") == 100
    assert answered.rpartition(b"HTTP/1.1 ")[2].startswith(b"404")


def test_old_and_odd_requests_are_answered(served: Served, stranger: Visitor) -> None:
    host = f"Host: 127.0.0.1:{served.port}\r\n".encode()
    assert stranger.raw(b"GET /sign-in HTTP/1.0\r\n" + host + b"\r\n").startswith(b"HTTP/1.1 200")
    looked = stranger.ask("HEAD", "/sign-in")
    assert (looked.status, looked.body) == (200, "")


# -- who never reads


@pytest.fixture
def talkative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A page with a feed that has 64 kB to say as often as it can."""

    def read(stop: threading.Event) -> Iterator[int]:
        for n in itertools.count():
            if stop.wait(0.002):  # short: the pause between two news
                return
            yield n

    def feeds(site: Site) -> tuple[Feed, ...]:
        return (Feed("much", read, lambda n, may_act: {"place": f"{n} " + "x" * (64 << 10)}),)

    screens = (*SCREENS, Screen("much", "Much", {}, (), feeds))
    monkeypatch.setattr(app, "SCREENS", screens)
    served = Served(tmp_path / "home", QUICK)
    yield served
    served.close()


def test_a_page_that_is_never_read_is_let_go_and_others_are_told_the_newest(talkative: Served) -> None:
    owner = talkative.signed_in()
    before = psutil.Process().memory_info().rss
    asks = head(talkative.port, f"Cookie: {owner.headers['cookie']}", method="GET", path="/live/much")
    with owner.open() as unread, owner.open() as read:
        for one in (unread, read):
            one.sendall(asks)
        last = 0
        while open_at(talkative.port) > 1 or last < 50:
            news = read_until(read, b"event: place\ndata: ").rpartition(b"data: ")[2]
            last = max(last, int(news.partition(b" ")[0] or 0))
        assert psutil.Process().memory_info().rss - before < ROOM
    assert let_in(owner)
