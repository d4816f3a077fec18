"""What is said of a home: pure."""

from collections.abc import Mapping
from typing import Any

import pytest

from supervisor.fleet.health import row, worse, worst
from supervisor.fleet.usage import Usage
from supervisor.metrics.histogram import Histogram


def actors(**health: str) -> list[Mapping[str, Any]]:
    rows = [
        {"address": name, "kind": "actor", "state": "running", "health": one} for name, one in health.items()
    ]
    off = {"address": "off", "kind": "actor", "state": "disabled", "health": "DOWN"}
    return [*rows, off, {"address": "mind", "kind": "supervisor", "state": "running", "health": "DOWN"}]


def test_the_worst_of_those_that_are_switched_on_counts() -> None:
    assert worst(actors(a="OK", b="OK")) == ("ok", ())
    assert worst(actors(a="OK", b="DEGRADED", c="STARTING")) == ("degraded", ("b", "c"))
    assert worst(actors(a="DOWN", b="DEGRADED")) == ("down", ("a", "b"))


def test_after_an_update_nobody_may_be_less_well_than_before() -> None:
    before = {"actors": actors(a="OK", b="DEGRADED", c="OK")}
    assert worse(before, {"actors": actors(a="OK", b="DEGRADED", c="OK")}) == ()
    assert worse(before, {"actors": actors(a="STARTING", b="DOWN", c="OK")}) == ("a", "b")
    assert worse(before, {"actors": actors(new="DEGRADED")}) == (), "what is new may lack something"
    assert worse(None, {"actors": actors(a="DEGRADED", b="DOWN")}) == ("b",)


def test_a_row_tells_turns_and_their_length() -> None:
    whole = Histogram()
    for _ in range(20):
        whole.observe(0.25)
    told = {
        "turns": {
            "outcomes": {"said": 19, "failed": 1},
            "whole": whole.read(),
            "tokens": 90,
            "generating": 3.0,
        }
    }
    status = {"pid": 1, "ready": True, "actors": actors(a="OK"), "launcher": {"restarts": 2}}
    made = row("a", "/a", status, told, Usage(3, 10, 20, 1.0, 5.0), 0.5, launched=True)
    assert (made.state, made.health, made.turns, made.tokens, made.restarts) == ("running", "ok", 20, 30.0, 2)
    assert made.p95 == pytest.approx(0.295)
    assert (made.processes, made.private, made.proportional, made.cpu) == (3, 10, 20, 0.5)


def test_who_does_not_answer_is_silent_only_while_its_launcher_runs() -> None:
    assert row("a", "/a", None, None, None, 0.0, launched=True).state == "silent"
    assert row("a", "/a", None, None, None, 0.0, launched=False).state == "stopped"


def test_processor_time_is_a_part_of_one_core() -> None:
    before, after = Usage(1, 0, 0, 1.0, 10.0), Usage(1, 0, 0, 1.5, 12.0)
    assert after.cpu_since(before) == 0.25
    assert before.cpu_since(after) == 0.0, "a process has ended"
