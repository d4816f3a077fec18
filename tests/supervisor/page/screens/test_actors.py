"""The pace of actors over a minute, and the tree with its groups."""

from typing import Any

import pytest

from supervisor.page.screens.actor_history import MINUTE, NO_PACE, WIDTH, Histories, after, pace
from supervisor.page.screens.actor_tree import tree


def row(address: str, **changes: Any) -> dict[str, Any]:
    made = {"address": address, "depth": 2, "kind": "actor", "state": "running", "health": "OK", "reason": ""}
    return {**made, "handled": 0, "cpu": 0.0, "mailbox": 0, **changes}


def series(*handled: int, step: float = 1.0) -> Any:
    found: Any = {}
    for number, count in enumerate(handled):
        found = after(
            found, [row("a", handled=count, cpu=count / 100, mailbox=count % 3)], 10.0 + number * step
        )
    return found


def test_one_look_says_nothing_of_the_pace() -> None:
    assert pace(series(5)["a"]) == NO_PACE


def test_the_rate_is_of_the_last_few_seconds_and_the_line_of_the_minute() -> None:
    found = pace(series(0, 100, 110, 120, 130)["a"])
    assert found.rate == pytest.approx(10.0)
    assert found.cpu == pytest.approx(0.1)
    assert (found.most_rate, found.most_waiting) == (100.0, 2)
    points = [tuple(map(float, point.split(","))) for point in found.rates.split()]
    assert len(points) == 4
    assert points[-1][0] == WIDTH
    assert points[0][1] < points[-1][1], "the first was the most, and the top is 0"


def test_only_a_minute_is_kept_and_who_is_gone_is_forgotten() -> None:
    found = series(*range(200))
    assert len(found["a"]) <= MINUTE + 1
    assert after(found, [row("b")], 300.0).keys() == {"b"}


def test_nothing_happened_draws_no_line_and_a_count_that_begins_again_is_no_rate() -> None:
    still = pace(series(7, 7, 7)["a"])
    assert (still.rate, still.rates) == (0.0, "")
    assert pace(series(900, 3)["a"]).rate == 0.0


def test_looks_that_are_close_together_are_one_sample() -> None:
    histories = Histories()
    for number in range(100):
        found = histories.take([row("a", handled=number)], 50.0 + number * 0.01)
    assert found["a"].rate in (None, pytest.approx(90.0, rel=0.2))


def test_groups_have_their_members_and_who_is_off_stands_apart() -> None:
    rows = [
        row("root", depth=0, kind="supervisor"),
        row("core", depth=1, kind="supervisor", health="DEGRADED"),
        row("a", health="DEGRADED"),
        row("a/2", health="DOWN"),
        row("off", state="disabled", health="DOWN"),
        row("web", depth=1, kind="supervisor"),
    ]
    found = tree(rows, {})
    core, web = found.groups
    assert [(one.row["address"], one.indent, one.is_unwell) for one in core.rows] == [
        ("a", 0, True),
        ("a/2", 1, True),
    ]
    assert [one.row["address"] for one in core.off] == ["off"]
    assert (web.row["address"], web.rows) == ("web", ())
    assert [one["address"] for one in found.unwell] == ["a/2", "a"]
    assert dict(found.counts) == {"DOWN": 1, "DEGRADED": 1, "off": 1}
