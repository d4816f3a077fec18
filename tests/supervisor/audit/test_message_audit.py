"""The audit notices what is lost, what is there twice, and what was never sent."""

from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope, Message
from supervisor.audit.directory import AuditedDirectory
from supervisor.audit.message_audit import DeliveryCounts, MessageAudit
from tests.doubles.virtual_world import Probe


class Parcel(Message):
    pass


def parcel(number: int, to: str = "a", sender: str = "me") -> Envelope:
    return Envelope(sender, 1, number, to, Parcel())


class Rig:
    def __init__(self, capacity: int = 10) -> None:
        self.faults: list[str] = []
        self.audit = MessageAudit(self.faults.append)
        self.directory = AuditedDirectory(self.audit)
        self.box = Mailbox(capacity)
        self.directory.open("a", self.box)

    def send(self, count: int) -> list[Envelope]:
        mail = [parcel(n) for n in range(count)]
        for envelope in mail:
            self.directory.deliver(envelope)
        return mail

    def handle(self, envelope: Envelope) -> None:
        self.audit.handled((envelope,))

    def account(self) -> DeliveryCounts:
        waiting = tuple(self.box.waiting())
        self.audit.find_lost(waiting)
        return self.audit.account(waiting, self.faults)


def test_what_is_handled_dead_or_waiting_is_accounted_for() -> None:
    rig = Rig(capacity=3)
    rig.send(5)
    first = rig.box.take()
    assert first is not None
    rig.handle(first)
    account = rig.account()
    assert (account.sent, account.handled, account.dead, account.waiting) == (5, 1, {"rejected": 2}, 2)
    assert account.faults == ()


def test_a_lost_message_is_a_fault() -> None:
    rig = Rig()
    rig.send(2)
    rig.box.take()
    (fault,) = rig.account().faults
    assert "me/1/0 was lost: Parcel to a" in fault


def test_a_message_that_is_handled_twice_is_a_fault() -> None:
    rig = Rig()
    (envelope,) = rig.send(1)
    rig.handle(envelope)
    rig.handle(envelope)
    assert "was handled, and then handled" in rig.account().faults[0]


def test_a_dead_letter_that_is_handled_is_a_fault() -> None:
    rig = Rig()
    (envelope,) = rig.send(1)
    rig.directory.dead_letter(envelope, "crashed")
    rig.handle(envelope)
    assert "was crashed, and then handled" in rig.account().faults[0]


def test_a_message_from_nowhere_is_a_fault() -> None:
    rig = Rig()
    rig.handle(parcel(1))
    assert "had never been sent" in rig.account().faults[0]


def test_an_id_that_is_sent_twice_is_a_fault() -> None:
    rig = Rig()
    rig.send(1)
    rig.send(1)
    assert "was sent twice" in rig.account().faults[0]


def test_a_timer_was_never_sent_and_is_no_fault() -> None:
    rig = Rig()
    rig.handle(parcel(1, to="a", sender="a"))
    assert rig.account().faults == ()


def test_a_listener_outside_has_handled_what_it_takes() -> None:
    rig = Rig()
    rig.directory.open("listener", Probe())
    rig.directory.deliver(parcel(1, to="listener"))
    assert rig.account().handled == 1


def test_an_answer_that_nobody_waits_for_has_one_fate() -> None:
    rig = Rig()
    (envelope,) = rig.send(1)
    rig.directory.dead_letter(envelope, "late")
    rig.handle(envelope)
    account = rig.account()
    assert (account.dead, account.faults) == ({"late": 1}, ())


def test_what_a_fenced_actor_sends_is_sent_and_refused() -> None:
    rig = Rig()
    rig.directory.dead_letter(parcel(1), "fenced")
    account = rig.account()
    assert (account.sent, account.dead, account.faults) == (1, {"fenced": 1}, ())


def test_a_late_answer_is_handled_once() -> None:
    rig = Rig()
    (envelope,) = rig.send(1)
    rig.directory.dead_letter(envelope, "late")
    rig.handle(envelope)
    rig.handle(envelope)
    assert "was late, and then handled" in rig.account().faults[0]


def test_a_late_stop_that_was_never_sent_is_no_fault() -> None:
    rig = Rig()
    rig.directory.dead_letter(parcel(1), "late")
    account = rig.account()
    assert (account.sent, account.faults) == (0, ())


def test_what_a_thread_posts_in_a_process_of_its_own_is_not_seen_being_sent() -> None:
    rig = Rig()
    rig.directory.dead_letter(parcel(1, sender="a~io"), "rejected")
    account = rig.account()
    assert (account.dead, account.faults) == ({}, ())


def test_after_the_end_of_a_process_nothing_is_a_fault() -> None:
    rig = Rig()
    rig.audit.close(())
    rig.handle(parcel(1))
    assert rig.faults == []
