"""Whole runs: clean, the same again, and reproduced by a command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from supervisor.cli.debug.simulate import simulate as command
from supervisor.faults.plan import Fault, chosen, plan
from supervisor.simulation.plan import PROFILE
from supervisor.simulation.run import simulate

QUICK = int(os.environ.get("GERALD_SIMULATE", "12"))
"""Seeds of the short run."""


def test_people_are_answered_where_nothing_goes_wrong() -> None:
    outcome = simulate(1, 60.0, ())
    assert outcome.found == ()
    assert outcome.answers["said"] >= 2
    assert set(outcome.answers) <= {"said", "cancelled", "ignored"}  # ignored: where too many wait already
    assert outcome.restarts == 0
    assert outcome.handled > 500


@pytest.mark.slow
def test_some_seeds_are_clean_whatever_happens() -> None:
    outcomes = [simulate(seed) for seed in range(QUICK)]
    assert {outcome.seed: outcome.found for outcome in outcomes if outcome.found} == {}
    assert sum(outcome.restarts for outcome in outcomes) > QUICK
    assert len({kind for outcome in outcomes for kind in outcome.injected}) > 10


def test_the_same_seed_is_the_same_run_in_any_process() -> None:
    seed = 5
    here = [simulate(seed, 40.0).digest for _ in range(2)]
    there = [_digest_elsewhere(seed, str(number)) for number in (1, 2)]
    assert len({*here, *there}) == 1
    assert simulate(seed + 1, 40.0).digest not in here


def test_no_fault_strikes_in_the_quiet_time() -> None:
    """An actor that has nothing to send for so long must be well when it has."""
    armed = Fault(0, 33.0, "crash", "osc.receiver")  # just after it was asked what it counted
    outcome = simulate(3, 30.0, (armed,))
    assert (outcome.found, outcome.restarts) == ((), 0)
    assert outcome.injected == {"crash": 1}


@pytest.mark.parametrize("seed", [1, 4])
def test_crashes_over_a_stored_state_do_not_leave_an_actor_without_it(seed: int) -> None:
    """Twice in a row would be a state that kills, which is set aside into a backup: the simulator has none."""
    faults = (
        Fault(0, 9.0, "slow disk", "disk", 11.0),
        Fault(1, 10.0, "crash loop", "conversation", 15.0),
    )
    outcome = simulate(seed, 30.0, faults)
    assert outcome.found == ()
    assert outcome.restarts > 2


def _digest_elsewhere(seed: int, hash_seed: str) -> str:
    line = [sys.executable, "-m", "supervisor", "simulate", "--seed", str(seed), "--seconds", "40", "--json"]
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(line, capture_output=True, text=True, env=environ, check=True)
    return str(json.loads(done.stdout)["digest"])


def test_chosen_faults_are_the_same_run_again() -> None:
    faults = chosen(plan(3, 30.0, PROFILE), (0, 2))
    done = CliRunner().invoke(
        command, ["--seed", "3", "--seconds", "30", "--faults", "2,0", "--json"], catch_exceptions=False
    )
    assert json.loads(done.stdout)["digest"] == simulate(3, 30.0, faults).digest


def test_the_trace_of_a_run_is_written(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        command, ["--seed", "3", "--seconds", "10", "--trace", str(tmp_path)], catch_exceptions=False
    )
    assert "again      supervisor simulate --seed 3 --seconds 10 --faults all" in done.output
    assert list((tmp_path / "seed-3").glob("*.mcap"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--faults", "1"], "--faults needs --seed"),
        (["--seed", "1", "--faults", "one"], "give all, none, or numbers"),
        (["--seed", "1", "--faults", "4000"], "none with number 4000"),
    ],
)
def test_wrong_faults_are_told(arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 2
    assert told in done.output
