"""Who looks at what comes: whoever waits for it, and the listener's own thread when nobody does."""

import queue
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from supervisor.hosts.wire.listener import Listener

PATIENCE = 30.0


class Over(Exception):
    """The subscriber is closed."""


class Subscriber:
    """As zenoh's, with a handler of its own."""

    def __init__(self) -> None:
        self.samples: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.handler = SimpleNamespace(recv=self._receive, try_recv=self._receive_now)

    def _receive(self) -> bytes:
        sample = self.samples.get()
        if sample is None:
            self.samples.put(None)
            raise Over
        return sample

    def _receive_now(self) -> bytes | None:
        try:
            sample = self.samples.get_nowait()
        except queue.Empty:
            return None
        if sample is None:
            self.samples.put(None)
            raise Over
        return sample

    def undeclare(self) -> None:
        self.samples.put(None)


class Station:
    def __init__(self) -> None:
        self.subscriber = Subscriber()
        self.put = self.subscriber.samples.put
        self.taken: queue.SimpleQueue[tuple[bytes, int]] = queue.SimpleQueue()
        self.listener = Listener(self.subscriber, "listener", self._take, Over, lambda data: self.put(data))

    def _take(self, sample: bytes) -> None:
        if sample == b"broken":
            raise ValueError(sample)
        self.taken.put((sample, threading.get_ident()))

    def next(self) -> tuple[bytes, int]:
        return self.taken.get(timeout=PATIENCE)

    def help_until_one_is_taken(self) -> None:
        """In this thread, which has the turn when the listener's own has stepped down."""
        while self.taken.empty():
            self.listener.help(lambda: not self.taken.empty())
            threading.Event().wait(0.001)


@pytest.fixture
def station() -> Iterator[Station]:
    made = Station()
    yield made
    made.listener.close()


def test_what_comes_is_taken_though_nobody_waits_for_it(station: Station) -> None:
    for n in range(10):
        station.put(b"%d" % n)
    assert [station.next()[0] for _ in range(10)] == [b"%d" % n for n in range(10)]


def test_whoever_waits_soon_takes_what_comes_itself(station: Station) -> None:
    takers = set()
    for n in range(1000):
        threading.Timer(0.01, station.put, (b"%d" % n,)).start()
        station.help_until_one_is_taken()
        takers.add(station.next()[1])
        if threading.get_ident() in takers:
            break
    assert threading.get_ident() in takers


def test_the_listener_takes_over_when_who_helped_is_away(station: Station) -> None:
    station.listener.help(lambda: False)
    station.put(b"first")
    station.next()
    threading.Timer(0.05, station.put, (b"second",)).start()
    station.help_until_one_is_taken()
    station.next()
    for n in range(5):
        station.put(b"%d" % n)
        assert station.next()[1] != threading.get_ident()


def test_a_nudge_has_a_helper_look_whether_it_is_done(station: Station) -> None:
    over, entered = threading.Event(), threading.Event()

    def help() -> None:
        while not over.is_set():
            station.listener.help(lambda: entered.set() or over.is_set())  # type: ignore[func-returns-value]

    helper = threading.Thread(target=help, daemon=True)
    helper.start()
    while not entered.is_set():
        station.put(b"something")
        station.next()
    over.set()
    while helper.is_alive():
        station.listener.nudge()
        helper.join(0.01)  # short: it is nudged again
    assert not helper.is_alive()


def test_what_cannot_be_understood_costs_nothing_that_comes_after_it(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    station.put(b"broken")
    station.put(b"whole")
    assert station.next()[0] == b"whole"
    assert "not understood" in caplog.text


def test_closing_ends_whoever_helps() -> None:
    station = Station()
    helper = threading.Thread(
        target=lambda: [station.listener.help(lambda: False) for _ in range(1000)], daemon=True
    )
    helper.start()
    station.listener.close()
    helper.join(PATIENCE)
    assert not helper.is_alive()
