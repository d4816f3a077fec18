"""Times as people type them."""

from datetime import datetime

import pytest

from supervisor.trace.analyse.parse_time import parse_time

END = datetime(2026, 11, 23, 21, 30, 0).timestamp()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10m", END - 600),
        ("90s", END - 90),
        ("1.5h", END - 5400),
        ("2d", END - 172800),
        ("21:15", datetime(2026, 11, 23, 21, 15).timestamp()),
        ("21:15:30.5", datetime(2026, 11, 23, 21, 15, 30, 500000).timestamp()),
        ("21:45", datetime(2026, 11, 22, 21, 45).timestamp()),
        ("2026-11-20T08:00", datetime(2026, 11, 20, 8, 0).timestamp()),
        ("2026-11-20T08:00:00+00:00", 1795161600.0),
    ],
)
def test_a_time_is_read(text: str, expected: float) -> None:
    assert parse_time(text, END) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "10:75", "10 minutes", "-5m"])
def test_what_is_no_time_is_refused_and_says_what_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"time"):
        parse_time(text, END)
