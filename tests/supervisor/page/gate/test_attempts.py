"""Ever more slowly for one address, and slowly for a crowd."""

import pytest

from supervisor.page.gate.attempts import (
    APART,
    FORGOTTEN,
    FREE,
    IN_ALL,
    LONGEST,
    MOST,
    PERIOD,
    Attempts,
    group,
)


def test_an_address_waits_ever_longer() -> None:
    attempts, now, waits = Attempts(), 1000.0, []
    assert [attempts.begin("192.0.2.1", now) for _ in range(FREE)] == [0.0] * FREE
    for _ in range(15):
        wait = attempts.begin("192.0.2.1", now)
        waits.append(wait)
        assert attempts.begin("192.0.2.1", now + wait - 0.01) > 0.0, "who tries too early has not tried"
        now += wait
        assert attempts.begin("192.0.2.1", now) == 0.0
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == LONGEST
    assert attempts.begin("192.0.2.2", now) == 0.0, "another address need not wait"
    assert attempts.begin("192.0.2.1", now + LONGEST + FORGOTTEN) == 0.0


def test_a_success_begins_anew() -> None:
    attempts = Attempts()
    for _ in range(FREE):
        attempts.begin("192.0.2.1", 1.0)
    attempts.succeeded("192.0.2.1")
    assert [attempts.begin("192.0.2.1", 1.0) for _ in range(FREE)] == [0.0] * FREE
    assert attempts.begin("192.0.2.1", 1.0) > 0.0


def test_a_crowd_waits_and_who_knew_the_password_does_not() -> None:
    attempts = Attempts()
    attempts.begin("198.51.100.1", 0.0)
    attempts.succeeded("198.51.100.1")
    tried = sum(attempts.begin(f"192.0.{n // 250}.{n % 250}", 1.0 + n * 0.01) == 0.0 for n in range(5000))
    assert tried <= IN_ALL + 50.0 / APART
    assert attempts.begin("203.0.113.1", 51.0) > 0.0
    assert attempts.begin("198.51.100.1", 51.0) == 0.0
    assert attempts.begin("203.0.113.1", 52.0 + PERIOD) == 0.0


def test_what_is_remembered_is_bounded() -> None:
    attempts = Attempts()
    for n in range(2 * MOST):
        attempts.begin(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", n * PERIOD)
    assert len(attempts._tried) <= MOST


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("127.0.0.1", "127.255.1.2"),
        ("127.0.0.1", "::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::ffff:2"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_addresses_of_one_machine_are_one(one: str, other: str) -> None:
    assert group(one) == group(other)
    assert group("2001:db8:0:1::1") != group("2001:db8:0:2::1")
    assert group("") == ""
