"""The account notices a message that has no fate, two, or another order."""

import pytest

from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Ping
from actors.kernel.record import Handled
from supervisor.simulation.checks.message_audit import Digest, MessageAudit


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def account(faults: list[str]) -> MessageAudit:
    return MessageAudit(Digest(), faults.append, {}, lambda _: None, None)


def letter(number: int, to: str = "b") -> Envelope:
    return Envelope("a", 1, number, to, Ping())


def handled(account: MessageAudit, envelope: Envelope) -> None:
    account.append(Handled(envelope, 0.0, 0.0, 0.0))


def test_what_is_handled_dead_or_waiting_is_well(account: MessageAudit, faults: list[str]) -> None:
    letters = [letter(number) for number in range(3)]
    for one in letters:
        account.sent(one)
    handled(account, letters[0])
    account.dead_lettered(letters[1], "rejected")
    account.close(letters[2:])
    assert faults == []


def test_what_is_nowhere_was_lost(account: MessageAudit, faults: list[str]) -> None:
    account.sent(letter(1))
    account.close(())
    assert [fault.partition(" (")[0] for fault in faults] == ["conservation: a/1/1"]


def test_nothing_has_two_fates(account: MessageAudit, faults: list[str]) -> None:
    account.sent(letter(1))
    handled(account, letter(1))
    account.dead_lettered(letter(1), "crashed")
    assert len(faults) == 1
    assert "was crashed, and on its way no more" in faults[0]


def test_what_overtakes_is_noticed(account: MessageAudit, faults: list[str]) -> None:
    for number in (1, 2, 3):
        account.sent(letter(number))
    handled(account, letter(1))
    handled(account, letter(3))
    handled(account, letter(2))
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
