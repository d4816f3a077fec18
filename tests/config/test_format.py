"""Numbers, as people read them."""

import time

import pytest

from config.format import age, clock, count, moment, size, time_of_day


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1500, "1.5 kB"),
        (999_940, "999.9 kB"),
        (999_960, "1.0 MB"),
        (300 * 2**20, "314.6 MB"),
        (5 * 10**9, "5.0 GB"),
        (2 * 10**12, "2000.0 GB"),
    ],
)
def test_bytes_are_counted_in_thousands(amount: int, text: str) -> None:
    assert size(amount) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_one_is_not_a_plural(number: int, text: str) -> None:
    assert count(number, "file") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(59, "a moment"), (60, "1 minute"), (7199, "1 hour"), (7200, "2 hours"), (3 * 86400, "3 days")],
)
def test_an_age_is_said_roughly(seconds: float, text: str) -> None:
    assert age(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0:00:00"), (59.9, "0:00:59"), (3723, "1:02:03"), (360_000, "100:00:00")]
)
def test_a_clock_counts_whole_seconds(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_moment_is_told_in_local_time() -> None:
    at = time.mktime((2026, 1, 5, 12, 30, 7, 0, 0, -1)) + 0.25
    assert moment(at) == "2026-01-05 12:30:07"
    assert moment(at, "minutes") == "2026-01-05 12:30"
    assert time_of_day(at) == "12:30:07.250"
    assert time_of_day(at, "seconds") == "12:30:07"
