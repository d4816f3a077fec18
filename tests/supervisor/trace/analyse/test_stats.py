"""Rates, waits and stages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.trace import records
from supervisor.trace.analyse.stats import measure, percentile
from supervisor.trace.read.reader import Entry

FAR = 50_000.0
"""Seconds by which another machine's monotonic clock is ahead."""


def mail(
    n: int,
    *,
    kind: str = "Noted",
    sender: str = "a",
    to: str = "b",
    wall: float = 0.0,
    took: float = 0.01,
    waited: float = 0.002,
    turn: int = 0,
    message: object = None,
    node: str = "root",
    clock: float = 0.0,
) -> Entry:
    begun = wall + 1000.0 + clock
    line = records.HandledLine(
        id=f"{sender}/1/{n}",
        sender=sender,
        recipient=to,
        type=kind,
        wall=wall,
        message=message,
        begun=begun,
        ended=begun + took,
        sent_at=begun - waited,
        turn=turn,
    )
    return Entry(node, line)


def test_each_type_is_counted_with_its_rate_its_handlers_and_its_waits() -> None:
    entries = [mail(n, wall=1.0 + n / 10, took=n / 1000, waited=n / 100) for n in range(1, 101)]
    found = measure(entries, slowest=2)
    (kind,) = found.types
    assert (kind.type, kind.handled, kind.failed, kind.dead) == ("Noted", 100, 0, 0)
    assert kind.rate == pytest.approx(100 / 9.9)
    assert kind.handling is not None
    assert kind.handling.p50 == pytest.approx(0.050)
    assert kind.handling.p95 == pytest.approx(0.095)
    assert kind.handling.most == pytest.approx(0.100)
    assert kind.waited is not None
    assert kind.waited.p99 == pytest.approx(0.99)
    assert [slow.id for slow in found.slowest] == ["a/1/100", "a/1/99"]
    assert [slow.id for slow in found.longest_waits] == ["a/1/100", "a/1/99"]
    assert found.unclear == 0


def test_of_a_message_from_another_machines_clock_no_wait_is_told() -> None:
    here = [mail(1, sender="a", to="b"), mail(2, sender="b", to="a", wall=1.0)]
    there = [mail(3, sender="c", to="c", node="far", clock=FAR)]
    across = [mail(4, sender="a", to="c", node="far", clock=FAR, waited=FAR), mail(5, sender="c", to="a")]
    found = measure(here + there + across)
    assert found.unclear == 2
    assert max(slow.seconds for slow in found.longest_waits) < 1.0


def test_two_processes_of_one_machine_share_the_clock() -> None:
    found = measure([mail(1), mail(2, sender="b", to="c", node="c", clock=0.2, waited=0.3)])
    assert found.unclear == 0


def test_stages_of_a_turn_are_counted_from_the_end_of_speech() -> None:
    def stage(n: int, turn: int, name: str, at: float, seconds: float) -> Entry:
        said = {"turn": turn, "stage": name, "at": at, "seconds": seconds}
        return mail(n, kind="StageReached", to="system", turn=turn, wall=at + 5, message=said)

    entries = [
        stage(1, 1, "speech_ended", 100.0, 0.0),
        stage(2, 1, "first_token", 100.5, 0.3),
        stage(3, 1, "first_token", 100.5, 0.3),
        mail(4, kind="Asked", turn=2, wall=200.0),
        stage(5, 2, "first_token", 200.7, 0.4),
    ]
    stages = {stage.stage: stage for stage in measure(entries).stages}
    assert list(stages) == ["speech_ended", "first_token"]
    token = stages["first_token"]
    assert token.turns == 2
    assert token.took is not None
    assert token.after is not None
    assert (token.took.p50, token.took.most) == (0.3, 0.4)
    assert token.after.p50 == pytest.approx(0.5)
    assert token.after.most == pytest.approx(0.7)
    assert stages["speech_ended"].took is None


def test_what_is_no_stage_is_passed_over() -> None:
    odd = [None, [], {"stage": 7}, {"stage": "x", "at": "now"}]
    entries = [mail(n, kind="StageReached", turn=1, message=message) for n, message in enumerate(odd)]
    assert measure(entries).stages == ()


def test_nothing_has_no_measure() -> None:
    found = measure([])
    assert (found.began, found.ended, found.handled, found.types) == (0.0, 0.0, 0, ())


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1.0))
def test_a_percentile_is_one_of_the_values_and_as_many_are_not_above_it(
    values: list[float], part: float
) -> None:
    ordered = sorted(values)
    found = percentile(ordered, part)
    assert found in ordered
    assert sum(value <= found for value in ordered) >= part * len(ordered) - 1e-9
