"""Several sources of one feed."""

import threading
from collections.abc import Generator

import pytest

from supervisor.page.live.merge import merged

WITHIN = 20.0


def endless(over: threading.Event) -> Generator[str]:
    try:
        while not over.is_set():
            yield "again"
    finally:
        ENDED.set()


ENDED = threading.Event()


def test_what_each_yields_comes_and_all_end_with_the_reader() -> None:
    ENDED.clear()
    stop = threading.Event()
    reading = merged(stop, endless, lambda over: (one.upper() for one in endless(over)))
    found = {next(reading) for _ in range(3)}
    while len(found) < 2:
        found.add(next(reading))
    assert found == {"again", "AGAIN"}
    stop.set()
    assert len(list(reading)) <= 1
    assert ENDED.wait(WITHIN)


def test_they_end_with_the_first_that_ends() -> None:
    ENDED.clear()
    assert "only" in list(merged(threading.Event(), endless, lambda over: (one for one in ["only"])))
    assert ENDED.wait(WITHIN)


def test_what_one_raises_is_raised() -> None:
    def broken(over: threading.Event) -> Generator[str]:
        yield "first"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(merged(threading.Event(), endless, broken))


def test_a_source_waits_for_whoever_does_not_read() -> None:
    given = []

    def counted(over: threading.Event) -> Generator[int]:
        for number in range(100_000):
            given.append(number)
            yield number

    reading = merged(threading.Event(), counted)
    assert next(reading) == 0
    assert len(given) < 5_000
    reading.close()
