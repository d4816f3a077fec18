"""However much is wanted: within no minute, hour or day more is sent than stated, and what may be sent is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vrchat.account.account import Account, Step
from actors.vrchat.account.budget import (
    DAY,
    HOUR,
    MINUTE,
    PER_DAY,
    PER_HOUR,
    PER_MINUTE,
    free_at,
    pausing,
    spend,
)
from actors.vrchat.account.policy import Policy
from actors.vrchat.state import Kept

LIMITS = ((PER_MINUTE, MINUTE), (PER_HOUR, HOUR), (PER_DAY, DAY))


@given(st.lists(st.tuples(st.floats(0.0, 900.0), st.integers(1, 2)), min_size=1, max_size=400))
def test_no_window_ever_holds_more_than_is_stated(wishes: list[tuple[float, int]]) -> None:
    kept, now, sent = Kept(), 1_700_000_000.0, []
    for pause, cost in wishes:
        now = max(now + pause, free_at(kept, now + pause, cost))
        kept = Kept(spent=spend(kept, now, cost))
        sent += [now] * cost
    for most, seconds in LIMITS:
        assert all(sum(at - seconds < one <= at for one in sent) <= most for at in sent)


def test_a_greedy_day_uses_all_of_it() -> None:
    kept, now, sent = Kept(), 1_700_000_000.0, 0
    end = now + DAY
    while (now := max(now, free_at(kept, now, 1))) < end:
        kept, sent = Kept(spent=spend(kept, now, 1)), sent + 1
    assert sent == PER_DAY


@pytest.mark.parametrize(("asked", "least"), [(0.0, 45.0), (7200.0, 7200.0), (1e9, DAY)])
def test_a_limit_that_the_service_states_holds_and_no_longer_than_a_day(asked: float, least: float) -> None:
    step = Step(Policy(), 1000.0, 0.0)
    a = pausing(Account(), step, "too many requests", limited=True, asked=asked)
    assert a.kept.paused_until == 1000.0 + least


def test_a_clock_that_was_put_back_silences_nobody_for_long() -> None:
    assert free_at(Kept(paused_until=5_000_000.0), 1000.0, 1) == 1000.0 + DAY


def test_pauses_grow_and_end() -> None:
    a, pauses = Account(), []
    for _ in range(20):
        a = pausing(a, Step(Policy(), 0.0), "no answer")
        pauses.append(a.kept.paused_until)
    assert pauses[:4] == [5.0, 10.0, 20.0, 40.0]
    assert pauses[-1] == 900.0
