"""The plan of faults is a function of the seed, and can be shortened."""

import pytest

from supervisor.simulation.inject import _WAYS
from supervisor.simulation.plan import KINDS, chosen, plan


def test_a_seed_has_one_plan_whose_faults_are_in_order_and_end_in_time() -> None:
    faults = plan(7, 600.0)
    assert faults == plan(7, 600.0)
    assert faults != plan(8, 600.0)
    assert [fault.number for fault in faults] == list(range(len(faults)))
    assert [fault.at for fault in faults] == sorted(fault.at for fault in faults)
    assert 0.0 < faults[0].at < faults[-1].at < 600.0 * 0.85


def test_every_kind_happens_and_can_be_carried_out() -> None:
    happened = {fault.kind for seed in range(40) for fault in plan(seed, 60.0)}
    assert happened == set(KINDS) == set(_WAYS)


def test_faults_are_chosen_by_their_numbers() -> None:
    faults = plan(7, 60.0)
    assert [fault.number for fault in chosen(faults, (3, 1))] == [1, 3]
    with pytest.raises(LookupError, match="none with number 1000"):
        chosen(faults, (1, 1000))
