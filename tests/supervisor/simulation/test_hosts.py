"""Workers on another machine: partitions, a machine that dies, a link that loses something."""

from collections import Counter

import pytest

from actors.kernel.record import Dead, Record, Started
from actors.speech.messages import RECOGNIZER, SYNTHESIZER
from supervisor.faults.plan import Fault
from supervisor.simulation.environment.configuration import HOSTED, is_hosted
from supervisor.simulation.run import Outcome, simulate

SEED = next(seed for seed in range(HOSTED) if is_hosted(seed))
ALONE = SEED + 1


class Seen:
    """What a run records: dead letters by reason, and the lives of each actor on the host."""

    def __init__(self) -> None:
        self.dead: Counter[str] = Counter()
        self.lives: Counter[str] = Counter()

    def record(self, record: Record) -> None:
        if isinstance(record, Dead):
            self.dead[record.letter.why] += 1
        elif isinstance(record, Started) and record.address in (RECOGNIZER, SYNTHESIZER):
            self.lives[record.address] += 1


def run(seed: int, *faults: Fault) -> tuple[Outcome, Seen]:
    seen = Seen()
    return simulate(seed, 40.0, faults, seen.record), seen


def test_a_host_that_is_there_does_the_work_as_a_process_here_does() -> None:
    outcome, seen = run(SEED)
    assert outcome.found == ()
    assert outcome.answers["said"] >= 2
    assert seen.lives == {RECOGNIZER: 1, SYNTHESIZER: 1}
    assert seen.dead["in_doubt"] == 0


def test_a_short_partition_is_waited_for_and_loses_nothing() -> None:
    outcome, seen = run(SEED, Fault(0, 10.0, "partition", "attic", 1.5, 0))
    assert (outcome.found, outcome.injected) == ((), {"partition": 1})
    assert seen.lives == {RECOGNIZER: 1, SYNTHESIZER: 1}
    assert seen.dead["in_doubt"] == 0


@pytest.mark.parametrize("one_way", [0, 3])
def test_after_a_long_one_what_was_in_flight_is_in_doubt_and_the_work_goes_on_here_and_then_there(
    one_way: int,
) -> None:
    outcome, seen = run(SEED, Fault(0, 10.0, "partition", "attic", 8.0, one_way))
    assert (outcome.found, outcome.injected) == ((), {"partition": 1})
    assert seen.dead["in_doubt"] > 0
    # There, here while it is away, and there again.
    assert seen.lives == {RECOGNIZER: 3, SYNTHESIZER: 3}


@pytest.mark.parametrize("kind", ["lost host", "lost frame"])
def test_a_machine_that_dies_and_a_link_that_loses_something_cost_one_life(kind: str) -> None:
    outcome, seen = run(SEED, Fault(0, 10.0, kind, "attic", 3.0))
    assert (outcome.found, outcome.injected) == ((), {kind: 1})
    assert max(seen.lives.values()) >= 2


def test_without_a_host_nothing_can_be_parted_from_it() -> None:
    outcome, _ = run(ALONE, Fault(0, 10.0, "partition", "attic", 8.0))
    assert (outcome.found, outcome.injected) == ((), {})
