"""What a day unattended is judged by: growth of memory, what is left, and how long answers take."""

from types import ModuleType

import msgspec
import pytest

from tests.tools.loading import tool


@pytest.fixture(scope="module")
def day() -> ModuleType:
    return tool("day")


def looks(day: ModuleType, per_hour: float = 0.0, **last: object) -> list[object]:
    rows = [
        day.Look(n / 4, 500.0 + per_hour * n / 4, 40.0, 7, 70, 110, 5, 17, 2.0, n, 0.1) for n in range(25)
    ]
    rows[-1] = msgspec.structs.replace(rows[-1], **last)
    return rows


def test_a_quiet_day_is_good(day: ModuleType) -> None:
    assert list(day.verdict(looks(day, per_hour=0.9))) == []


def test_memory_that_grows_is_named(day: ModuleType) -> None:
    (found,) = day.verdict(looks(day, per_hour=3.0))
    assert "grew by 3.0 MB an hour" in found


def test_a_process_that_was_just_killed_is_no_growth(day: ModuleType) -> None:
    rows = looks(day)
    rows[12] = msgspec.structs.replace(rows[12], memory=100.0)
    assert list(day.verdict(rows)) == []


@pytest.mark.parametrize("left", [{"descriptors": 130}, {"threads": 90}, {"processes": 12}, {"shared": 9}])
def test_what_is_left_is_named(day: ModuleType, left: dict[str, int]) -> None:
    (found,) = day.verdict(looks(day, **left))
    assert next(iter(left)) in found


def test_answers_that_become_slow_are_named(day: ModuleType) -> None:
    (found,) = day.verdict(looks(day, answer=2.0))
    assert "takes 2.00 s" in found
