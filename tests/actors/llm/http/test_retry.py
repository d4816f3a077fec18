"""Whether and when a failed request is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.llm.http.failures import ServerFailure
from actors.llm.http.retry import decide, parse_retry_after


def failure(kind: str, retry_after: float = 0.0) -> ServerFailure:
    return ServerFailure(kind, "a line", retry_after)


@pytest.mark.parametrize(
    "kind", ["unauthorized", "out_of_credit", "moderated", "bad_request", "not_found", "too_large"]
)
def test_what_will_not_pass_is_not_tried_again(kind: str) -> None:
    assert decide(1, failure(kind), retries=5, budget=100) is None


@pytest.mark.parametrize("kind", ["rate_limited", "timeout", "server_error", "unreachable", "empty_reply"])
def test_what_may_pass_is_tried_again_ever_later_until_the_retries_are_used_up(kind: str) -> None:
    delays = [decide(n, failure(kind), retries=3, budget=100) for n in (1, 2, 3, 4)]
    assert delays == [0.5, 1.0, 2.0, None]


def test_the_servers_word_counts_and_a_longer_one_than_the_budget_ends_it() -> None:
    assert decide(1, failure("rate_limited", 7), retries=1, budget=10) == 7
    assert decide(1, failure("rate_limited", 11), retries=1, budget=10) is None


@given(st.integers(1, 10), st.floats(0, 100), st.floats(-10, 100), st.floats(0, 1, exclude_max=True))
def test_no_delay_undercuts_the_server_or_exceeds_the_budget(
    n: int, said: float, budget: float, j: float
) -> None:
    delay = decide(n, failure("rate_limited", said), retries=10, budget=budget, jitter=j)
    assert delay is None or said <= delay <= budget


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 0),
        ("12", 12),
        ("1.5", 1.5),
        ("-3", 0),
        ("nan", 0),
        ("inf", 0),
        ("soon", 0),
        ("999999999", 86_400),
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30),
        ("Tue, 14 Nov 2023 22:13:10 GMT", 0),
        ("Tue, 99 Nov 9999999 22:13:10 GMT", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str, seconds: float) -> None:
    assert parse_retry_after(header, wall=1_700_000_000.0) == seconds


@given(st.text(max_size=60))
def test_any_retry_after_is_survived(header: str) -> None:
    assert 0 <= parse_retry_after(header, 1_700_000_000.0) <= 86_400
