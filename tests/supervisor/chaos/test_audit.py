"""The account notices what is lost, what is there twice, and what comes from nowhere."""

from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope, Message
from actors.kernel.record import Handled
from actors.kernel.virtual import Probe
from supervisor.chaos.audit import Audit, AuditedDirectory


class Parcel(Message):
    pass


def parcel(number: int, to: str = "a", sender: str = "me") -> Envelope:
    return Envelope(sender, 1, number, to, Parcel())


class Rig:
    def __init__(self, capacity: int = 10) -> None:
        self.audit = Audit()
        self.directory = AuditedDirectory(self.audit)
        self.box = Mailbox(capacity)
        self.directory.open("a", self.box)

    def send(self, count: int) -> list[Envelope]:
        mail = [parcel(n) for n in range(count)]
        for envelope in mail:
            self.directory.deliver(envelope)
        return mail

    def handle(self, envelope: Envelope) -> None:
        self.audit.record(Handled(envelope, 0.0, 0.0, 0.0))


def test_what_is_handled_buried_or_waiting_is_accounted_for() -> None:
    rig = Rig(capacity=3)
    rig.send(5)
    first = rig.box.take()
    assert first is not None
    rig.handle(first)
    account = rig.audit.account(tuple(rig.box.waiting()))
    assert (account.sent, account.handled, account.dead, account.waiting) == (5, 1, {"rejected": 2}, 2)
    assert account.faults == ()


def test_a_lost_message_is_a_fault() -> None:
    rig = Rig()
    rig.send(2)
    rig.box.take()
    (fault,) = rig.audit.account(tuple(rig.box.waiting())).faults
    assert "me/1/0 was lost: Parcel to a" in fault


def test_a_message_that_is_handled_twice_is_a_fault() -> None:
    rig = Rig()
    (envelope,) = rig.send(1)
    rig.handle(envelope)
    rig.handle(envelope)
    assert "was handled, and then handled" in rig.audit.account().faults[0]


def test_a_message_that_is_buried_and_handled_is_a_fault() -> None:
    rig = Rig()
    (envelope,) = rig.send(1)
    rig.directory.dead_letter(envelope, "crashed")
    rig.handle(envelope)
    assert "was crashed, and then handled" in rig.audit.account().faults[0]


def test_a_message_from_nowhere_is_a_fault() -> None:
    rig = Rig()
    rig.handle(parcel(1))
    assert "had never been sent" in rig.audit.account().faults[0]


def test_an_id_that_is_sent_twice_is_a_fault() -> None:
    rig = Rig()
    rig.send(1)
    rig.send(1)
    assert "was sent twice" in rig.audit.account(tuple(rig.box.waiting())).faults[0]


def test_a_timer_was_never_sent_and_is_no_fault() -> None:
    rig = Rig()
    rig.handle(parcel(1, to="a", sender="a"))
    assert rig.audit.account().faults == ()


def test_a_listener_outside_has_handled_what_it_takes() -> None:
    rig = Rig()
    rig.directory.open("listener", Probe())
    rig.directory.deliver(parcel(1, to="listener"))
    assert rig.audit.account().handled == 1


def test_an_answer_that_nobody_waits_for_has_one_fate() -> None:
    rig = Rig()
    (envelope,) = rig.send(1)
    rig.directory.dead_letter(envelope, "late")
    rig.handle(envelope)
    account = rig.audit.account()
    assert (account.dead, account.faults) == ({"late": 1}, ())


def test_what_a_fenced_actor_sends_is_sent_and_refused() -> None:
    rig = Rig()
    rig.directory.dead_letter(parcel(1), "fenced")
    account = rig.audit.account()
    assert (account.sent, account.dead, account.faults) == (1, {"fenced": 1}, ())
