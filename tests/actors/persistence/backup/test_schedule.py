"""When a backup is due, and which may go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.persistence.backup.schedule import RETRY_AFTER, Tries, is_due, look_in, removable

NOW = 1_700_000_000.0
DAY = 86_400.0


def test_the_first_is_due_at_once() -> None:
    assert is_due(NOW, (), DAY)


def test_one_is_due_when_the_newest_is_old_enough_whoever_made_it() -> None:
    assert not is_due(NOW, (NOW - 9 * DAY, NOW - DAY + 1), DAY)
    assert is_due(NOW, (NOW - 9 * DAY, NOW - DAY), DAY)


def test_none_is_due_without_an_interval() -> None:
    assert not is_due(NOW, (), 0.0)


def test_a_backup_from_the_future_does_not_starve_the_schedule() -> None:
    assert is_due(NOW, (NOW + 365 * DAY, NOW - 2 * DAY), DAY)
    assert not is_due(NOW, (NOW + 365 * DAY, NOW - 1.0), DAY)


@pytest.mark.parametrize(
    ("failures", "waits"), [(1, RETRY_AFTER[0]), (3, RETRY_AFTER[2]), (99, RETRY_AFTER[-1])]
)
def test_after_failures_it_waits_longer_and_longer(failures: int, waits: float) -> None:
    assert not is_due(NOW, (), DAY, Tries(failures, NOW - waits + 1.0))
    assert is_due(NOW, (), DAY, Tries(failures, NOW - waits))


def test_a_clock_that_was_set_back_does_not_stop_the_tries() -> None:
    assert is_due(NOW, (), DAY, Tries(1, NOW + DAY))


def test_as_many_are_kept_as_wanted() -> None:
    made = tuple(NOW - n for n in range(5))
    assert removable(made, NOW, NOW, 3, 0.0) == (NOW - 3, NOW - 4)


def test_what_is_too_old_goes_too() -> None:
    made = (NOW, NOW - DAY, NOW - 40 * DAY)
    assert removable(made, NOW, NOW, 7, 30 * DAY) == (NOW - 40 * DAY,)
    assert removable(made, NOW, NOW, 7, 0.0) == ()


@given(
    st.lists(st.floats(NOW - 100 * DAY, NOW + 100 * DAY), unique=True, min_size=1),
    st.integers(1, 10),
    st.floats(0.0, 50 * DAY),
)
def test_the_newest_valid_one_always_stays(made: list[float], keep: int, max_age: float) -> None:
    for newest_valid in made:
        gone = removable(made, newest_valid, NOW, keep, max_age)
        assert newest_valid not in gone
        assert len(made) - len(gone) <= keep


def test_it_is_looked_for_often_but_not_all_the_time() -> None:
    assert (look_in(DAY), look_in(10.0), look_in(0.01)) == (60.0, 10.0, 1.0)
