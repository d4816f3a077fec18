"""What the slots in shared memory say, and what they say after a death."""

from collections.abc import Sequence

import pytest

from actors.kernel.message import Envelope, Message
from supervisor.nodes.in_flight import STARVING, WINDOW, Fate, InFlightTable, shared_memory


class Load(Message):
    pass


class Rig:
    def __init__(self) -> None:
        self.shared = shared_memory()
        self.handled: list[Envelope] = []
        self.in_flight = InFlightTable(self.shared, self._note)

    def _note(self, envelopes: Sequence[Envelope]) -> None:
        self.handled += envelopes

    def send(self, count: int) -> list[tuple[int, Envelope]]:
        mail = [Envelope("me", 1, n, "a", Load()) for n in range(count)]
        return [(self.in_flight.enter(envelope), envelope) for envelope in mail]

    def fate(self, slot: int, fate: Fate) -> None:
        self.shared.fates[slot] = fate


def test_a_slot_is_free_again_when_its_envelope_is_done() -> None:
    rig = Rig()
    sent = rig.send(WINDOW)
    assert rig.in_flight.room == 0
    with pytest.raises(IndexError):
        rig.send(1)
    rig.fate(sent[7][0], Fate.DONE)
    assert rig.in_flight.settle() == 1
    assert rig.in_flight.room == 1
    assert rig.handled == [sent[7][1]]


def test_after_a_death_each_envelope_has_one_fate() -> None:
    rig = Rig()
    sent = rig.send(5)
    for (slot, _), fate in zip(sent, (Fate.DONE, Fate.DONE, Fate.BEGUN, Fate.SENT, Fate.SENT), strict=True):
        rig.fate(slot, fate)
    begun, untouched = rig.in_flight.close()
    assert rig.handled == [sent[0][1], sent[1][1]]
    assert begun == (sent[2][1],)
    assert untouched == (sent[3][1], sent[4][1])
    assert len(rig.in_flight) == 0


def test_a_reused_slot_keeps_the_order_of_sending() -> None:
    rig = Rig()
    sent = rig.send(WINDOW)
    rig.fate(sent[0][0], Fate.DONE)
    rig.in_flight.settle()
    last = Envelope("me", 1, 999, "a", Load())
    assert rig.in_flight.enter(last) == sent[0][0]
    _, untouched = rig.in_flight.close()
    assert untouched[-1] is last


def test_what_is_being_handled_is_known() -> None:
    rig = Rig()
    sent = rig.send(3)
    assert rig.in_flight.handling() is None
    rig.fate(sent[1][0], Fate.BEGUN)
    assert rig.in_flight.handling() is sent[1][1]


def test_hunger_is_no_fate() -> None:
    rig = Rig()
    rig.in_flight.starve(True)
    assert rig.shared.fates[STARVING]
    assert rig.in_flight.handling() is None
