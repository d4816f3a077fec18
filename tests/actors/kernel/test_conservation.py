"""Nothing is lost and nothing is handled twice, with real senders in threads and a mailbox that overflows and closes.

Real threads here: what is tested is the races between them.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from sys import getswitchinterval, setswitchinterval

import pytest

from actors.kernel.actor import Actor, handles
from actors.kernel.directory import DeadLetter, Directory
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Full, Mailbox
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.thread_host import ExternalClient, SystemClock, ThreadHost
from tests.actors.kernel.parts import Burst, Glimpse, Memo, Shout

SENDERS = 4
EACH = 300
ROUNDS = range(20)


class Tally(Actor):
    """Notes the id of everything that it handles; dies of Burst."""

    def __init__(self, cell: "Cell") -> None:
        self.cell = cell

    @handles
    def on_memo(self, message: Memo) -> None:
        self.cell.note(self.cause())

    @handles
    def on_shout(self, message: Shout) -> None:
        self.cell.note(self.cause())

    @handles
    def on_glimpse(self, message: Glimpse) -> None:
        self.cell.note(self.cause())

    @handles
    def on_burst(self, message: Burst) -> None:
        raise ArithmeticError("as told")


class Cell:
    """An address whose actor is followed by a successor each time it dies."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.directory = Directory()
        self.directory.open("a", mailbox)
        self.dead: list[DeadLetter] = []
        self.directory.dead_letters.watch = self.dead_letter
        self.client = ExternalClient(self.directory)
        self.handled: list[str] = []
        self.failures: list[Failure] = []
        self.news = threading.Condition()
        self.launch(1)

    def launch(self, number: int) -> None:
        def make(ended: Ended) -> Incarnation:
            def end(failure: Failure | None) -> None:
                ended(failure)
                self.follow(failure)

            return Incarnation(
                Tally(self), "a", number, self.mailbox, self.directory, SystemClock(), on_end=end
            )

        self.ref = ThreadHost.start(make, self.client)

    def follow(self, failure: Failure | None) -> None:
        if failure is not None:
            with self.news:
                self.failures.append(failure)
                self.launch(len(self.failures) + 1)
                self.news.notify()

    def dead_letter(self, letter: DeadLetter) -> None:
        with self.news:
            self.dead.append(letter)
            self.news.notify()

    def note(self, id: str) -> None:
        with self.news:
            self.handled.append(id)
            self.news.notify()

    def account(self, sent: list[str]) -> None:
        """Whatever was sent is handled or dead with a reason, and that exactly once."""
        with self.news:
            self.news.wait_for(lambda: len(self.handled) + len(self.dead) >= len(sent), 10)
            dead = (letter.envelope.id for letter in self.dead)
            assert sorted((*self.handled, *dead)) == sorted(sent)
        assert len(set(sent)) == len(sent)
        assert list(self.mailbox.waiting()) == []
        assert all(letter.why for letter in self.dead)


def kinds(sender: int, bursts: bool) -> Iterator[Message]:
    for number in range(EACH):
        yield Memo(number)
        if number % 7 == sender:
            yield Shout(number)
        if number % 5 == sender:
            yield Glimpse(str(number % 3), number)
        if bursts and number == 100 + sender:
            yield Burst()


@contextmanager
def nervous_switching() -> Iterator[None]:
    before = getswitchinterval()
    setswitchinterval(1e-5)
    try:
        yield
    finally:
        setswitchinterval(before)


def send_all(cell: Cell, *, bursts: bool = False, close_after: int | None = None) -> list[str]:
    """Send from all threads at once; close the mailbox when one of them has sent so many. The ids."""
    sent: list[list[str]] = [[] for _ in range(SENDERS)]
    halfway = threading.Event()

    def send(sender: int) -> None:
        for count, message in enumerate(kinds(sender, bursts)):
            sent[sender].append(cell.client.id_of(cell.client.tell("a", message)))
            if count == close_after:
                halfway.set()

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(SENDERS)]
    with nervous_switching():
        for thread in threads:
            thread.start()
        if close_after is not None:
            assert halfway.wait(10)
            for left in cell.mailbox.close():
                cell.directory.dead_letter(left, "stopped")
        for thread in threads:
            thread.join()
    return [id for ids in sent for id in ids]


@pytest.mark.parametrize("full", list(Full))
@pytest.mark.parametrize("round", ROUNDS)
def test_four_senders_and_crashes_lose_nothing_silently(full: Full, round: int) -> None:
    cell = Cell(Mailbox(capacity=(16, 64, 256, 2000)[round % 4], full=full))
    cell.account(send_all(cell, bursts=True))
    crashed = [letter.envelope.id for letter in cell.dead if letter.why == "crashed"]
    with cell.news:
        cell.news.wait_for(lambda: len(cell.failures) >= len(crashed), 10)
    assert crashed == [failure.message_id for failure in cell.failures]
    cell.ref.stop()


@pytest.mark.parametrize("full", list(Full))
@pytest.mark.parametrize("round", ROUNDS)
def test_closing_in_the_middle_loses_nothing_silently(full: Full, round: int) -> None:
    cell = Cell(Mailbox(capacity=32, full=full))
    cell.account(send_all(cell, close_after=10 + 14 * round))
    cell.ref.stop()


def test_each_senders_messages_are_handled_in_the_order_of_sending() -> None:
    cell = Cell(Mailbox(capacity=SENDERS * EACH))
    orders: list[list[str]] = [[] for _ in range(SENDERS)]

    def send(sender: int) -> None:
        for number in range(EACH):
            orders[sender].append(cell.client.id_of(cell.client.tell("a", Memo(number))))

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(SENDERS)]
    with nervous_switching():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    cell.account([id for order in orders for id in order])
    place = {id: index for index, id in enumerate(cell.handled)}
    for order in orders:
        assert sorted(order, key=place.__getitem__) == order
    cell.ref.stop()
