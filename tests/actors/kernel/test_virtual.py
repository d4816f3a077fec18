"""The test host: time moves only when told to, and what happens is the same each time."""

from actors.kernel.actor import Actor, handles
from tests.actors.kernel.parts import Answerer, Listener, Memo
from tests.doubles.virtual_world import VirtualWorld


class Ticker(Actor):
    """Notes when it is told something, and tells itself again."""

    def __init__(self, every: float) -> None:
        self.every = every
        self.times: list[float] = []

    @handles
    def on_memo(self, message: Memo) -> None:
        self.times.append(self.now())
        self.after(self.every, message)


def test_time_stands_still_until_it_is_moved() -> None:
    world = VirtualWorld()
    ticker = Ticker(1.5)
    world.start(ticker, "a")
    world.give("a", Memo(1))
    assert ticker.times == [1000.0]
    world.advance(4.0)
    assert ticker.times == [1000.0, 1001.5, 1003.0]
    assert world.clock.monotonic() == 1004.0


def test_timers_of_several_actors_fire_at_their_own_times() -> None:
    world = VirtualWorld()
    fast, slow = Ticker(1.0), Ticker(2.5)
    world.start(fast, "a")
    world.start(slow, "b")
    world.give("a", Memo(1))
    world.give("b", Memo(1))
    world.advance(5.0)
    assert fast.times == [1000.0, 1001.0, 1002.0, 1003.0, 1004.0, 1005.0]
    assert slow.times == [1000.0, 1002.5, 1005.0]


def test_run_handles_whatever_follows_from_what_was_sent() -> None:
    world = VirtualWorld()
    probe = world.probe("test")
    world.start(Answerer(), "a")
    world.tell("a", Memo(1))
    world.tell("a", Memo(2))
    assert world.run() == 2
    assert probe.of(Memo) == [Memo(1), Memo(2)]
    probe.clear()
    assert probe.messages == []


def test_run_ends_at_its_limit() -> None:
    world = VirtualWorld()
    world.start(Ticker(0.0), "a")
    world.tell("a", Memo(1))
    assert world.run(limit=50) == 50


def test_an_empty_mailbox_that_is_given_is_the_one_that_is_used() -> None:
    world = VirtualWorld()
    first = world.start(Listener(), "a")
    second = world.start(Listener(), "a", number=2, mailbox=first.mailbox)
    assert second.mailbox is first.mailbox
