"""Faults are carried out by the means of a tree, and those that hit something are counted."""

from supervisor.faults.injector import FaultInjector
from supervisor.faults.plan import Fault


def test_only_faults_that_hit_something_are_counted() -> None:
    hit: list[str] = []

    def kill(fault: Fault) -> bool:
        hit.append(fault.target)
        return fault.target != "gone"

    injector = FaultInjector({"kill": kill, "crash": lambda fault: None})
    assert injector.inject(Fault(0, 1.0, "kill", "a"))
    assert not injector.inject(Fault(1, 1.0, "kill", "gone"))
    assert injector.inject(Fault(2, 1.0, "crash", "a"))
    assert hit == ["a", "gone"]
    assert injector.injected == {"kill": 1, "crash": 1}
