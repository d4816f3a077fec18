"""One address, several instances: who gets what."""

from collections import Counter

import pytest

from actors.kernel.mailbox import Mailbox, RejectReason
from actors.kernel.message import Envelope, Lane, Message
from actors.kernel.protocol.lifecycle import Stop
from supervisor.otp.router import Router


class Errand(Message):
    number: int
    person: str = ""


class HaltAll(Message):
    lane = Lane.SYSTEM


class Rig:
    def __init__(self, instances: int = 3, routing_key: str = "", capacity: int = 100) -> None:
        self.boxes = {name: Mailbox(capacity) for name in ["x", *(f"x/{n}" for n in range(2, instances + 1))]}
        self.down: set[str] = set()
        self.delivered: list[Envelope] = []
        self.router = Router(
            "x", routing_key, self.boxes["x"], self.delivered.append, lambda name: name not in self.down
        )
        for name in list(self.boxes)[1:]:
            self.router.add(name, self.boxes[name])
        self.sent = 0

    def send(self, message: Message, answers: str = "") -> object:
        self.sent += 1
        return self.router.put(Envelope("me", 1, self.sent, "x", message, answers=answers))

    def counts(self) -> dict[str, int]:
        return {name: len(box) for name, box in self.boxes.items()}


def test_mail_goes_to_the_instances_in_turn() -> None:
    rig = Rig()
    for n in range(9):
        assert rig.send(Errand(n)) is None
    assert rig.counts() == {"x": 3, "x/2": 3, "x/3": 3}


def test_an_instance_that_is_down_is_passed_over_while_another_runs() -> None:
    rig = Rig()
    rig.down = {"x/2"}
    for n in range(10):
        rig.send(Errand(n))
    assert rig.counts()["x/2"] == 0
    assert sum(rig.counts().values()) == 10


def test_while_all_are_down_their_mail_waits() -> None:
    rig = Rig()
    rig.down = set(rig.boxes)
    for n in range(9):
        assert rig.send(Errand(n)) is None
    assert sum(rig.counts().values()) == 9


def test_mail_for_a_full_instance_goes_to_the_next() -> None:
    rig = Rig(capacity=2)
    assert [rig.send(Errand(n)) for n in range(6)] == [None] * 6
    assert rig.send(Errand(6)) is not None


def test_the_same_key_goes_to_the_same_instance() -> None:
    rig = Rig(routing_key="person")
    people = [f"person {n}" for n in range(20)]
    for _ in range(3):
        for person in people:
            rig.send(Errand(0, person))
    where = {
        name: Counter(envelope.message.person for envelope in box.waiting())  # type: ignore[attr-defined]
        for name, box in rig.boxes.items()
    }
    assert all(times == 3 for counter in where.values() for times in counter.values())
    assert sum(len(counter) for counter in where.values()) == len(people)
    assert all(where.values()), "twenty keys spread over three instances"


def test_the_order_of_one_key_is_kept() -> None:
    rig = Rig(routing_key="person")
    for n in range(10):
        rig.send(Errand(n, "ann"))
    (box,) = (box for box in rig.boxes.values() if len(box))
    assert [envelope.message.number for envelope in box.waiting()] == list(range(10))  # type: ignore[attr-defined]


def test_system_messages_reach_all_each_with_an_id_of_its_own() -> None:
    rig = Rig()
    rig.send(HaltAll())
    assert rig.counts()["x"] == 1
    assert [envelope.recipient for envelope in rig.delivered] == ["x/2", "x/3"]
    ids = {envelope.id for envelope in rig.delivered} | {e.id for e in rig.boxes["x"].waiting()}
    assert len(ids) == 3


def test_a_stop_and_answers_are_for_the_first_alone() -> None:
    rig = Rig()
    rig.send(Stop())
    rig.send(Errand(1), answers="x/1/7")
    assert rig.counts() == {"x": 2, "x/2": 0, "x/3": 0}
    assert rig.delivered == []


def test_mail_for_an_instance_that_has_just_left_is_not_lost() -> None:
    rig = Rig()
    rig.boxes["x/2"].close()
    for n in range(6):
        assert rig.send(Errand(n)) is None
    assert rig.counts()["x"] + rig.counts()["x/3"] == 6


def test_mail_by_key_for_an_instance_that_has_just_left_goes_to_the_first() -> None:
    rig = Rig(routing_key="person")
    for name in ("x/2", "x/3"):
        rig.boxes[name].close()
    for n in range(20):
        assert rig.send(Errand(n, f"person {n}")) is None
    assert rig.counts()["x"] == 20


def test_when_all_have_left_it_is_refused() -> None:
    rig = Rig()
    for box in rig.boxes.values():
        box.close()
    fell = rig.send(Errand(1))
    assert fell is not None
    assert fell.why is RejectReason.STOPPED  # type: ignore[attr-defined]


@pytest.mark.parametrize("instances", [1, 2, 7])
def test_every_instance_has_a_name(instances: int) -> None:
    assert len(Rig(instances).router.instances) == instances
