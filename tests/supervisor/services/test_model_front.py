"""A home's way to a shared model: what it sends arrives, in its turn, and ends when it leaves."""

import http.client
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from supervisor.services.model_front import MOST_BODY, ModelFront
from supervisor.services.turns import FairTurns

WITHIN = 20.0


class Model(ThreadingHTTPServer):
    """A model's server: it says one word, waits until it may go on, and says another."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.bodies: list[bytes] = []
        self.go_on = threading.Event()
        self.began = threading.Semaphore(0)
        self.left = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Answers(BaseHTTPRequestHandler):
    server: Model

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"models")

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"one ")
        self.server.began.release()
        self.server.go_on.wait(WITHIN)
        try:
            for _ in range(1000):
                self.wfile.write(b"two ")
        except OSError:
            self.server.left.set()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def model() -> Iterator[Model]:
    model = Model()
    yield model
    model.go_on.set()
    model.shutdown()
    model.server_close()


class Homes:
    def __init__(self, model: Model, places: int = 1) -> None:
        self.turns = FairTurns(places, most_waiting=2)
        at = f"http://127.0.0.1:{model.server_address[1]}/v1"
        self.fronts = {home: ModelFront(home, at, "small", self.turns) for home in ("a", "b")}

    def ask(self, home: str, body: bytes = b"{}", method: str = "POST") -> http.client.HTTPConnection:
        port = urlsplit(self.fronts[home].base_url).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN)
        connection.request(method, "/v1/chat/completions", body)
        return connection

    def close(self) -> None:
        for front in self.fronts.values():
            front.close()


@pytest.fixture
def homes(model: Model) -> Iterator[Homes]:
    homes = Homes(model)
    yield homes
    homes.close()


def test_an_answer_comes_while_it_is_made(homes: Homes, model: Model) -> None:
    assert homes.fronts["a"].base_url.endswith("/v1")
    answer = homes.ask("a", b'{"prompt": "hello"}').getresponse()
    assert (answer.status, answer.read(4)) == (200, b"one "), "before the model has said more"
    model.go_on.set()
    assert answer.read() == b"two " * 1000
    assert model.bodies == [b'{"prompt": "hello"}']


def test_another_home_waits_for_its_turn_and_gets_it(homes: Homes, model: Model) -> None:
    first = homes.ask("a")
    assert model.began.acquire(timeout=WITHIN)
    second = homes.ask("b", b'{"b": 1}')
    model.go_on.set()
    assert second.getresponse().read().startswith(b"one two")
    first.close()
    assert model.bodies[-1] == b'{"b": 1}'
    assert homes.turns.served == {"a": 1, "b": 1}


def test_what_a_home_gave_up_ends_at_the_model_and_frees_the_place(homes: Homes, model: Model) -> None:
    given_up = homes.ask("a")
    assert model.began.acquire(timeout=WITHIN)
    assert given_up.sock is not None
    given_up.sock.shutdown(socket.SHUT_RDWR)
    given_up.close()
    other = homes.ask("b")  # has its turn although the model still waits
    assert model.began.acquire(timeout=WITHIN)
    model.go_on.set()
    assert other.getresponse().read().startswith(b"one two")
    assert model.left.wait(WITHIN)


def test_questions_about_the_model_need_no_turn(homes: Homes, model: Model) -> None:
    waiting = homes.ask("a")
    assert model.began.acquire(timeout=WITHIN)
    assert homes.ask("b", method="GET").getresponse().read() == b"models"
    waiting.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST /v1 HTTP/1.1\r\nHost: x\r\n\r\n", 411),
        (b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (MOST_BODY + 1), 413),
        (b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 413),
        (b"PUT /v1 HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    ],
)
def test_what_is_no_request_is_refused(homes: Homes, sent: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(homes.fronts["a"].base_url).port or 0)) as wire:
        wire.settimeout(WITHIN)
        wire.sendall(sent)
        assert f" {status} ".encode() in wire.recv(100)


def test_a_model_that_is_gone_is_said_to_be(homes: Homes, model: Model) -> None:
    model.shutdown()
    model.server_close()
    assert homes.ask("a").getresponse().status == 502
    assert homes.turns.enter("b", WITHIN), "the place is free again"


def test_more_than_may_wait_are_refused(homes: Homes, model: Model) -> None:
    asked = [homes.ask("a")]
    assert model.began.acquire(timeout=WITHIN)
    for _ in range(2):
        asked.append(homes.ask("a"))
    _wait_until(lambda: homes.turns.waiting == 2)
    assert homes.ask("a").getresponse().status == 503
    for one in asked:
        one.close()


def _wait_until(condition: object) -> None:
    gate = threading.Event()
    for _ in range(2000):
        if condition():  # type: ignore[operator]
            return
        gate.wait(0.01)
    raise AssertionError("it never came so")
