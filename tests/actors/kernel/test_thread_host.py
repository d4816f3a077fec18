"""The thread host on real pykka: references, the registry and futures work as pykka's, mishaps do not spread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pykka
import pytest

from actors.kernel.actor import Actor, handles
from actors.kernel.directory import Directory
from actors.kernel.errors import AskError
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Mailbox
from actors.kernel.protocol.lifecycle import Failure, Ping, Pong, Stop
from actors.kernel.state.update import atomic_update
from actors.kernel.thread_host import ExternalClient, OneLockFuture, SystemClock, ThreadHost
from tests.actors.kernel.parts import Answerer, Burst, Gardener, Listener, Memo, Saying, Shout

PATIENCE = 10.0
"""Seconds after which a test gives up; none ever waits so long."""


class Fails(Actor):
    """Ends as it is told."""

    @handles
    def on_memo(self, message: Memo) -> None:
        self.reply(message)

    @handles
    def on_saying(self, message: Saying) -> None:
        raise SystemExit(message.text)

    @handles
    def on_burst(self, message: Burst) -> None:
        raise ValueError("no")


class Node:
    """A directory with hosts, and what became of them."""

    def __init__(self) -> None:
        self.directory = Directory()
        self.client = ExternalClient(self.directory)
        self.ended: dict[str, threading.Event] = {}
        self.failures: dict[str, Failure | None] = {}

    def start(
        self, actor: Actor, address: str, mailbox: Mailbox | None = None, number: int = 1
    ) -> pykka.ActorRef[ThreadHost]:
        box = mailbox if mailbox is not None else Mailbox()
        self.directory.open(address, box)
        over = self.ended[address] = threading.Event()

        def make(ended: Ended) -> Incarnation:
            def end(failure: Failure | None) -> None:
                self.failures[address] = failure
                ended(failure)
                over.set()

            return Incarnation(actor, address, number, box, self.directory, SystemClock(), on_end=end)

        return ThreadHost.start(make, self.client)

    def await_end(self, address: str) -> Failure | None:
        assert self.ended[address].wait(PATIENCE)
        return self.failures[address]


@pytest.fixture
def node() -> Iterator[Node]:
    yield Node()
    pykka.ActorRegistry.stop_all()


# -- a reference is pykka's


def test_a_reference_asks_and_is_answered(node: Node) -> None:
    ref = node.start(Answerer(), "a")
    assert ref.ask(Memo(1), timeout=PATIENCE) == Memo(1)
    future = ref.ask(Memo(2), block=False)
    assert future.get(timeout=PATIENCE) == Memo(2)


def test_a_reference_tells(node: Node) -> None:
    listener = Listener()
    ref = node.start(listener, "a")
    for number in range(100):
        ref.tell(Memo(number))
    ref.ask(Ping(), timeout=PATIENCE)
    assert listener.numbers == list(range(100))


def test_a_reference_stops_the_actor_once(node: Node) -> None:
    ref = node.start(Listener(), "a")
    assert ref.is_alive()
    assert ref.stop(timeout=PATIENCE) is True
    assert node.failures == {"a": None}
    assert not ref.is_alive()
    assert ref.stop(timeout=PATIENCE) is False


def test_to_ask_or_tell_the_dead_raises_as_in_pykka(node: Node) -> None:
    ref = node.start(Listener(), "a")
    ref.stop(timeout=PATIENCE)
    with pytest.raises(pykka.ActorDeadError):
        ref.tell(Memo(1))
    with pytest.raises(pykka.ActorDeadError):
        ref.ask(Memo(1), timeout=PATIENCE)


def test_the_registry_knows_an_actor_for_as_long_as_it_lives(node: Node) -> None:
    ref = node.start(Listener(), "a")
    assert ref in pykka.ActorRegistry.get_all()
    ref.stop(timeout=PATIENCE)
    assert ref not in pykka.ActorRegistry.get_all()
    other = node.start(Fails(), "b")
    node.client.tell("b", Burst())
    node.await_end("b")
    assert other not in pykka.ActorRegistry.get_all()


def test_stop_all_stops_every_actor_in_order(node: Node) -> None:
    for address in ("a", "b", "c"):
        node.start(Listener(), address)
    pykka.ActorRegistry.stop_all(timeout=PATIENCE)
    assert node.failures == dict.fromkeys("abc")


def test_what_is_no_message_is_refused_at_the_sender(node: Node) -> None:
    ref = node.start(Listener(), "a")
    with pytest.raises(TypeError, match="a takes kernel messages, not dict"):
        ref.tell({"not": "a message"})


def test_an_ask_that_finds_the_mailbox_full_fails_and_does_not_hang(node: Node) -> None:
    ref = node.start(Listener(), "a", Mailbox(capacity=0))
    with pytest.raises(AskError, match="rejected"):
        ref.ask(Memo(1), timeout=PATIENCE)


def test_an_actor_whose_mailbox_is_closed_can_still_be_stopped(node: Node) -> None:
    box = Mailbox()
    ref = node.start(Listener(), "a", box)
    box.close()
    assert ref.stop(timeout=PATIENCE) is True


def test_a_stop_that_races_the_end_never_hangs(node: Node) -> None:
    for _ in range(50):
        ref = node.start(Fails(), "a")
        node.client.tell("a", Burst())
        assert ref.stop(timeout=PATIENCE) in (True, False)
        node.directory.close("a")


# -- mishaps


@pytest.mark.parametrize(("message", "kind"), [(Saying(0, "bye"), "SystemExit"), (Burst(), "ValueError")])
def test_whatever_an_actor_dies_of_the_others_live(node: Node, message: Saying | Burst, kind: str) -> None:
    node.start(Fails(), "a")
    node.start(Answerer(), "b")
    id = node.client.id_of(node.client.tell("a", message))
    failure = node.await_end("a")
    assert failure is not None
    assert (failure.kind, failure.message_id) == (kind, id)
    assert node.client.answer("b", Memo(1), PATIENCE) == Memo(1)


def test_a_start_that_calls_exit_is_a_failure(node: Node) -> None:
    class Quitter(Actor):
        def on_start(self) -> None:
            raise SystemExit

    node.start(Quitter(), "a")
    failure = node.await_end("a")
    assert failure is not None
    assert failure.kind == "SystemExit"


def test_the_asker_of_an_actor_that_dies_of_it_hears_that_it_is_dead(node: Node) -> None:
    ref = node.start(Fails(), "a")
    with pytest.raises(AskError) as refused:
        ref.ask(Burst(), timeout=PATIENCE)
    assert refused.value.reason == "dead"


def test_the_successor_handles_what_waited(node: Node) -> None:
    box = Mailbox()
    node.start(Fails(), "a", box)
    node.client.tell("a", Burst())
    node.await_end("a")
    future = node.client.ask("a", Memo(5))
    node.start(Fails(), "a", box, number=2)
    assert future.get(timeout=PATIENCE) == Memo(5)


class Stuck(Listener):
    """Hangs in its handler of Memo until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs = threading.Event()
        self.go = threading.Event()
        self.done = threading.Event()

    @handles
    def on_memo(self, message: Memo) -> None:
        self.hangs.set()
        self.go.wait(PATIENCE)
        self.tell("b", Memo(99))
        self.done.set()


def test_a_hung_thread_is_fenced_and_a_successor_takes_over_its_mailbox(node: Node) -> None:
    box = Mailbox()
    stuck, other = Stuck(), Listener()
    ref = node.start(stuck, "a", box)
    node.start(other, "b")
    hung = node.client.id_of(node.client.tell("a", Memo(1)))
    assert stuck.hangs.wait(PATIENCE)
    future = node.client.ask("a", Memo(2))
    host = ref._actor_weakref()
    assert host is not None
    host.fence()
    assert not ref.is_alive()
    node.start(Answerer(), "a", box, number=2)
    assert future.get(timeout=PATIENCE) == Memo(2)
    stuck.go.set()
    assert stuck.done.wait(PATIENCE)
    node.client.answer("b", Ping(), PATIENCE)
    assert other.heard == []
    assert [
        (letter.why, letter.envelope.cause or letter.envelope.id)
        for letter in node.directory.dead_letters.last
    ] == [
        ("hung", hung),
        ("fenced", hung),
    ]


def test_an_idle_actor_that_is_fenced_takes_nothing_from_its_successor(node: Node) -> None:
    box = Mailbox()
    for number in range(1, 30):
        ref = node.start(Answerer(), "a", box, number)
        assert node.client.answer("a", Ping(), PATIENCE) == Pong("a", number)
        host = ref._actor_weakref()
        assert host is not None
        host.fence()
    assert node.directory.dead_letters.counts == {}


class Opener(Stuck):
    """Has something open from its start on."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = threading.Event()
        self.order: list[str] = []

    def on_stop(self) -> None:
        self.order.append("stopped")

    def release(self) -> None:
        assert not self.closed.is_set()
        self.order.append("released")
        self.closed.set()
        raise OSError("what was closed complains, too")


@pytest.mark.parametrize(
    ("end", "order"),
    [(Stop(), ["stopped", "released"]), (Burst(), ["released"]), (None, ["released"])],
)
def test_what_an_actor_opened_is_closed_once_however_it_ends(
    node: Node, end: Stop | Burst | None, order: list[str]
) -> None:
    opener = Opener()
    ref = node.start(opener, "a")
    if end is not None:
        node.client.tell("a", end)
    else:
        node.client.tell("a", Memo(1))
        assert opener.hangs.wait(PATIENCE)
        host = ref._actor_weakref()
        assert host is not None
        host.fence()
        assert not opener.closed.is_set()  # its handler may use it still
        opener.go.set()
    assert opener.closed.wait(PATIENCE)
    assert opener.order == order


def test_a_start_that_fails_closes_what_it_had_opened(node: Node) -> None:
    class Halfway(Opener):
        def on_start(self) -> None:
            raise ValueError("the second thing cannot be opened")

    halfway = Halfway()
    node.start(halfway, "a")
    assert halfway.closed.wait(PATIENCE)


# -- the outside


def test_outside_hears_why_an_ask_failed(node: Node) -> None:
    node.directory.open("full", Mailbox(capacity=0))
    node.directory.open("deaf", Mailbox())
    for address, reason in (("nobody", "dead"), ("full", "rejected"), ("deaf", "timeout")):
        with pytest.raises(AskError) as refused:
            node.client.answer(address, Memo(1), 0.01)
        assert refused.value.reason == reason


def test_an_answer_after_the_time_out_is_a_dead_letter(node: Node) -> None:
    box = Mailbox()
    node.directory.open("a", box)
    with pytest.raises(AskError, match=r"timeout: a did not answer within 0.01 s"):
        node.client.answer("a", Memo(1), 0.01)
    ref = node.start(Answerer(), "a", box)
    ref.ask(Ping(), timeout=PATIENCE)
    ref.stop(timeout=PATIENCE)
    assert node.directory.dead_letters.counts == {"late": 1}


def test_asks_that_nobody_waits_for_do_not_pile_up() -> None:
    directory = Directory()
    directory.open("deaf", Mailbox())
    outside = ExternalClient(directory, pending=3)
    futures = [outside.ask("deaf", Memo(n)) for n in range(5)]
    for future in futures[:2]:
        with pytest.raises(AskError, match="more than 3 asks wait"):
            future.get(timeout=0)
    for future in futures[2:]:
        with pytest.raises(pykka.Timeout):
            future.get(timeout=0)


def test_atomic_updates_from_many_threads_lose_no_change(node: Node) -> None:
    gardener = Gardener()
    node.start(gardener, "garden")

    def plant() -> None:
        for _ in range(20):
            atomic_update(node.client, "garden", lambda state: {"plants": state["plants"] + 1}, tries=1000)

    planters = [threading.Thread(target=plant) for _ in range(4)]
    for planter in planters:
        planter.start()
    for planter in planters:
        planter.join(PATIENCE)
    assert gardener.state.plants == 80


# -- the future


def raised(error: Exception) -> Callable[[OneLockFuture], None]:
    def set_it(future: OneLockFuture) -> None:
        try:
            raise error
        except Exception:
            future.set_exception()

    return set_it


def test_a_future_gives_its_value_as_often_as_it_is_asked() -> None:
    future = OneLockFuture()
    future.set(7)
    assert [future.get(), future.get(timeout=0)] == [7, 7]


def test_a_future_gives_its_first_value_only() -> None:
    future = OneLockFuture()
    future.set(1)
    future.set(2)
    raised(ValueError())(future)
    assert future.get() == 1


def test_a_future_raises_the_exception_that_is_being_handled_when_none_is_named() -> None:
    future = OneLockFuture()
    raised(LookupError("this one"))(future)
    for _ in range(2):
        with pytest.raises(LookupError, match="this one"):
            future.get()


def test_a_future_without_a_value_times_out() -> None:
    with pytest.raises(pykka.Timeout, match="0 seconds"):
        OneLockFuture().get(timeout=0)


def test_all_who_wait_for_a_future_are_woken() -> None:
    future = OneLockFuture()
    values: list[int] = []
    waiters = [threading.Thread(target=lambda: values.append(future.get(timeout=PATIENCE))) for _ in range(4)]
    for waiter in waiters:
        waiter.start()
    future.set(3)
    for waiter in waiters:
        waiter.join(PATIENCE)
    assert values == [3] * 4


def test_pykkas_own_combinators_work_on_it() -> None:
    first, second = OneLockFuture(), OneLockFuture()
    joined = first.join(second).map(sum)
    first.set(1)
    second.set(2)
    assert joined.get(timeout=PATIENCE) == 3


def test_system_messages_overtake_in_a_thread_too(node: Node) -> None:
    stuck = Stuck()
    node.start(stuck, "a")
    node.client.tell("a", Memo(0))
    assert stuck.hangs.wait(PATIENCE)
    for message in (Saying(1), Saying(2), Shout(3)):
        node.client.tell("a", message)
    stuck.go.set()
    with suppress(AskError):
        node.client.answer("a", Ping(), PATIENCE)
    assert stuck.heard == [Shout(3), Saying(1), Saying(2)]


def test_a_stop_overtakes_what_waits_and_leaves_it_in_the_mailbox(node: Node) -> None:
    box = Mailbox()
    stuck = Stuck()
    node.start(stuck, "a", box)
    node.client.tell("a", Memo(0))
    assert stuck.hangs.wait(PATIENCE)
    node.client.tell("a", Saying(1))
    node.client.tell("a", Stop())
    stuck.go.set()
    assert node.await_end("a") is None
    assert [envelope.message for envelope in box.waiting()] == [Saying(1)]
