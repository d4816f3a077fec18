"""The plan of faults is a function of the seed, and can be shortened."""

import pytest

from supervisor.chaos.inject import _MEANS
from supervisor.chaos.machines import KINDS
from supervisor.chaos.plan import _SUITS
from supervisor.faults.plan import FAULTS, FaultKind, FaultProfile, chosen, plan
from supervisor.simulation.inject import _WAYS
from supervisor.simulation.plan import HOSTED_PROFILE, PROFILE, planned


def test_a_seed_has_one_plan_whose_faults_are_in_order_and_end_in_time() -> None:
    faults = plan(7, 600.0, PROFILE)
    assert faults == plan(7, 600.0, PROFILE)
    assert faults != plan(8, 600.0, PROFILE)
    assert [fault.number for fault in faults] == list(range(len(faults)))
    assert [fault.at for fault in faults] == sorted(fault.at for fault in faults)
    assert 0.0 < faults[0].at < faults[-1].at < 600.0 * 0.85


def test_every_kind_happens_and_can_be_carried_out() -> None:
    happened = {fault.kind for seed in range(64) for fault in planned(seed, 60.0)}
    assert happened == set(HOSTED_PROFILE.kinds) == set(_WAYS)


def test_the_running_and_the_simulated_tree_share_one_vocabulary() -> None:
    assert set(_MEANS) | KINDS == set(_SUITS)
    assert set(_SUITS) | set(_WAYS) == set(FAULTS)


def test_a_fault_has_a_target_and_a_duration_of_its_kind() -> None:
    profile = FaultProfile(1.0, 1.0, {"hang": FaultKind(1, ("a", "b"), 2.0, 3.0)})
    faults = plan(1, 100.0, profile)
    assert {fault.target for fault in faults} == {"a", "b"}
    assert all(2.0 <= fault.seconds <= 3.0 and 0 <= fault.amount <= 5 for fault in faults)


def test_faults_are_chosen_by_their_numbers() -> None:
    faults = plan(7, 60.0, PROFILE)
    assert [fault.number for fault in chosen(faults, (3, 1))] == [1, 3]
    with pytest.raises(LookupError, match="none with number 1000"):
        chosen(faults, (1, 1000))
