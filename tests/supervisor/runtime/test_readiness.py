"""Who waits for actors hears as soon as it is so, and not for ever."""

import threading

import pytest

from actors.kernel.protocol.lifecycle import Failure, Health
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.runtime.readiness import Readiness

WITHIN = 20.0


@pytest.fixture
def slot() -> ActorSlot:
    return ActorSlot(ChildSpec("a", "tests:None"), "root", 1)


def test_it_is_ready_when_nothing_starts_and_nothing_is_down(slot: ActorSlot) -> None:
    off = ActorSlot(ChildSpec("b", "tests:None", disabled_reason="switched off"), "root", 1)
    readiness = Readiness(lambda: {"a": slot, "b": off})
    assert not readiness.ready
    slot.begin(0.0)
    assert not readiness.ready
    slot.run()
    assert readiness.ready
    slot.set_health(Health.DEGRADED, "no device", "")
    assert readiness.ready
    slot.end(None)
    assert not readiness.ready


def test_who_waits_for_an_incarnation_is_woken_when_it_runs(slot: ActorSlot) -> None:
    readiness = Readiness(lambda: {"a": slot})
    heard: list[bool] = []
    waiting = threading.Thread(target=lambda: heard.append(readiness.wait_incarnation("a", 2, WITHIN)))
    waiting.start()
    for _ in range(2):
        slot.begin(0.0)
        slot.run()
        readiness.changed()
    waiting.join(WITHIN)
    assert heard == [True]
    assert not readiness.wait_incarnation("a", 3, 0.0)
    assert not readiness.wait_incarnation("nobody", 1, 0.0)


def test_the_end_of_the_root_ends_every_wait(slot: ActorSlot) -> None:
    readiness = Readiness(lambda: {"a": slot})
    readiness.end(Failure("GaveUp", "too often"))
    assert not readiness.wait_ready(WITHIN)
    assert readiness.ended.is_set()
    assert readiness.failure == Failure("GaveUp", "too often")
