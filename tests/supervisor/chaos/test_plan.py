"""The plan of blows."""

from supervisor.chaos.plan import KINDS, Target, plan

TARGETS = (
    Target("users", movable=True),
    Target("world", movable=True),
    Target("llm.local", pinned=True),
    Target("mind", group=True),
)


def test_the_same_seed_is_the_same_plan() -> None:
    assert plan(7, 60.0, TARGETS) == plan(7, 60.0, TARGETS)
    assert plan(7, 60.0, TARGETS) != plan(8, 60.0, TARGETS)


def test_every_kind_of_blow_occurs_in_order_of_time_and_early_enough() -> None:
    blows = plan(1, 120.0, TARGETS)
    assert {blow.kind for blow in blows} == set(KINDS)
    assert [blow.at for blow in blows] == sorted(blow.at for blow in blows)
    assert blows[-1].at < 108.0


def test_blows_suit_their_victims() -> None:
    for blow in plan(2, 600.0, TARGETS):
        assert (blow.address == "mind") is (blow.kind == "group")
        if blow.kind in ("sigkill", "freeze"):
            assert blow.address == "llm.local"
        if blow.kind in ("move", "instances"):
            assert blow.address in ("users", "world")


def test_without_anybody_to_hit_there_are_no_blows() -> None:
    assert plan(1, 60.0, ()) == ()
