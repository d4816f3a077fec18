"""The recorder of a simulated process notices a message that has no fate, two, or another order."""

import pytest

from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Ping
from actors.kernel.record import Handled
from supervisor.simulation.checks.recorder import CheckingRecorder, Digest


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def recorder(faults: list[str]) -> CheckingRecorder:
    return CheckingRecorder(Digest(), faults.append, lambda _: None)


def letter(number: int, to: str = "b") -> Envelope:
    return Envelope("a", 1, number, to, Ping())


def handled(recorder: CheckingRecorder, envelope: Envelope) -> None:
    recorder.append(Handled(envelope, 0.0, 0.0, 0.0))


def test_what_is_handled_dead_or_waiting_is_well(recorder: CheckingRecorder, faults: list[str]) -> None:
    letters = [letter(number) for number in range(3)]
    for one in letters:
        recorder.audit.sent(one)
    handled(recorder, letters[0])
    recorder.audit.dead_lettered(letters[1], "rejected")
    recorder.audit.close(letters[2:])
    assert faults == []


def test_what_is_nowhere_was_lost(recorder: CheckingRecorder, faults: list[str]) -> None:
    recorder.audit.sent(letter(1))
    recorder.audit.close(())
    assert [fault.partition(" was")[0] for fault in faults] == ["conservation: a/1/1"]


def test_nothing_has_two_fates(recorder: CheckingRecorder, faults: list[str]) -> None:
    recorder.audit.sent(letter(1))
    handled(recorder, letter(1))
    recorder.audit.dead_lettered(letter(1), "crashed")
    assert len(faults) == 1
    assert "was handled, and then crashed" in faults[0]


def test_what_overtakes_is_noticed(recorder: CheckingRecorder, faults: list[str]) -> None:
    for number in (1, 2, 3):
        recorder.audit.sent(letter(number))
    handled(recorder, letter(1))
    handled(recorder, letter(3))
    handled(recorder, letter(2))
    assert len(faults) == 1
    assert faults[0].startswith("order: b handled a/1/2 (Ping) after a/1/3")


def test_the_digest_is_of_what_was_handled_in_its_order() -> None:
    def digest(*numbers: int) -> str:
        sum_ = Digest()
        for number in numbers:
            sum_.add(Handled(letter(number), 1.0, 1.0, 1.0))
        return sum_.text

    assert digest(1, 2) == digest(1, 2)
    assert len({digest(1, 2), digest(2, 1), digest(1)}) == 3
