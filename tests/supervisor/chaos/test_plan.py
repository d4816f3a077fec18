"""Which faults a running tree can have."""

from supervisor.chaos.machines import KINDS
from supervisor.chaos.plan import _SUITS, Target, profile
from supervisor.faults.plan import plan

TARGETS = (
    Target("users", movable=True),
    Target("world", movable=True),
    Target("llm.local", pinned=True),
    Target("mind", group=True),
    Target("attic", machine=True),
)


def test_the_same_seed_is_the_same_plan() -> None:
    assert plan(7, 60.0, profile(TARGETS)) == plan(7, 60.0, profile(TARGETS))
    assert plan(7, 60.0, profile(TARGETS)) != plan(8, 60.0, profile(TARGETS))


def test_every_kind_of_fault_occurs_in_order_of_time_and_early_enough() -> None:
    faults = plan(1, 120.0, profile(TARGETS))
    assert {fault.kind for fault in faults} == set(_SUITS)
    assert [fault.at for fault in faults] == sorted(fault.at for fault in faults)
    assert faults[-1].at < 108.0


def test_faults_suit_their_targets() -> None:
    for fault in plan(2, 600.0, profile(TARGETS)):
        assert (fault.target == "mind") is (fault.kind == "group")
        assert (fault.target == "attic") is (fault.kind in KINDS)
        if fault.kind in ("sigkill", "freeze"):
            assert fault.target == "llm.local"
        if fault.kind in ("move", "instances"):
            assert fault.target in ("users", "world")


def test_without_anybody_to_hit_there_are_no_faults() -> None:
    assert plan(1, 60.0, profile(())) == ()
