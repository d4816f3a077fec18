"""An ask has exactly one outcome, in the method that was named: a Reply or an AskFailed."""

from collections.abc import Callable

import pytest

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.asks import Asks, PendingAsk
from actors.kernel.errors import HandlerError
from actors.kernel.mailbox import Full, Mailbox
from actors.kernel.protocol.lifecycle import Stop
from tests.actors.kernel.parts import Act, Answerer, Burst, Doer, Glimpse, Listener, Memo
from tests.doubles.virtual_world import VirtualWorld


def asking(world: VirtualWorld, *messages: object, within: float = 5.0) -> Doer:
    """A Doer at "a" that has asked "b" each of these."""
    doer = Doer(
        go=lambda me: [
            me.ask("b", message, then="on_outcome", context=number, within=within)  # type: ignore[arg-type]
            for number, message in enumerate(messages)
        ]
    )
    world.start(doer, "a")
    world.give("a", Act("go"))
    return doer


def settle(world: VirtualWorld) -> None:
    """Let everything happen that could happen."""
    world.advance(60.0)


def test_the_answer_comes_with_its_context() -> None:
    world = VirtualWorld()
    world.start(Answerer(), "b")
    doer = asking(world, Memo(1), Memo(2))
    settle(world)
    assert doer.outcomes == [Reply(Memo(1), 0), Reply(Memo(2), 1)]


def test_a_second_answer_is_a_dead_letter() -> None:
    class Eager(Actor):
        @handles
        def on_memo(self, message: Memo) -> None:
            self.reply(message)
            self.reply(message)

    world = VirtualWorld()
    world.start(Eager(), "b")
    doer = asking(world, Memo(1))
    settle(world)
    assert doer.outcomes == [Reply(Memo(1), 0)]
    assert world.dead_letters.counts == {"late": 1}


def test_silence_is_a_time_out_at_its_time() -> None:
    world = VirtualWorld()
    world.start(Listener(), "b")
    doer = asking(world, Memo(1), within=2.0)
    world.advance(1.999)
    assert doer.outcomes == []
    world.advance(0.001)
    assert doer.outcomes == [AskFailed("timeout", "", 0)]


def test_an_answer_after_the_time_out_is_a_dead_letter() -> None:
    world = VirtualWorld()
    world.directory.open("b", slow := Mailbox())
    doer = asking(world, Memo(1), within=1.0)
    world.advance(1.0)
    world.start(Answerer(), "b", mailbox=slow)
    settle(world)
    assert [outcome.reason for outcome in doer.outcomes if isinstance(outcome, AskFailed)] == ["timeout"]
    assert len(doer.outcomes) == 1
    assert world.dead_letters.counts == {"late": 1}


def nobody(world: VirtualWorld) -> None:
    """No such address."""


def crashing(world: VirtualWorld) -> None:
    class Fragile(Actor):
        @handles
        def on_memo(self, message: Memo) -> None:
            raise ValueError("no")

    world.start(Fragile(), "b")


def stopped(world: VirtualWorld) -> None:
    world.start(Listener(), "b").mailbox.close()


def full(world: VirtualWorld) -> None:
    world.directory.open("b", Mailbox(capacity=0))


@pytest.mark.parametrize(
    ("other", "reason"), [(nobody, "dead"), (crashing, "dead"), (stopped, "dead"), (full, "rejected")]
)
def test_an_ask_that_nobody_can_answer_fails_at_once(
    other: Callable[[VirtualWorld], None], reason: str
) -> None:
    world = VirtualWorld()
    other(world)
    doer = asking(world, Memo(1))
    world.run()
    (failed,) = doer.outcomes
    assert isinstance(failed, AskFailed)
    assert (failed.reason, failed.context) == (reason, 0)
    settle(world)
    assert len(doer.outcomes) == 1


def test_an_ask_that_is_dropped_for_a_newer_message_is_rejected() -> None:
    world = VirtualWorld()
    world.directory.open("b", Mailbox(capacity=1, full=Full.DROP_OLDEST))
    doer = asking(world, Memo(1), Memo(2))
    assert doer.outcomes == [AskFailed("rejected", "dropped", 0)]


def test_an_ask_in_the_latest_lane_can_be_superseded() -> None:
    world = VirtualWorld()
    world.directory.open("b", Mailbox())
    doer = asking(world, Glimpse("g", 1), Glimpse("g", 2))
    assert doer.outcomes == [AskFailed("superseded", "superseded", 0)]
    settle(world)
    assert doer.outcomes[1:] == [AskFailed("timeout", "", 1)]


def test_pending_asks_and_timers_die_with_the_incarnation() -> None:
    world = VirtualWorld()
    world.directory.open("b", slow := Mailbox())

    class Mortal(Doer):
        @handles
        def on_burst(self, message: Burst) -> None:
            raise ValueError("no")

    first = Mortal(go=lambda me: (me.ask("b", Memo(1), then="on_outcome"), me.after(1.0, Memo(9))))
    life = world.start(first, "a")
    world.give("a", Act("go"))
    world.give("a", Burst())
    second = Mortal()
    world.start(second, "a", number=2, mailbox=life.mailbox)
    world.start(Answerer(), "b", mailbox=slow)
    settle(world)
    assert (first.outcomes, first.numbers, second.outcomes, second.numbers) == ([], [], [], [])
    assert world.dead_letters.counts == {"crashed": 1, "late": 1}


def test_nothing_comes_of_an_ask_after_an_orderly_stop() -> None:
    world = VirtualWorld()
    world.directory.open("b", Mailbox())
    doer = asking(world, Memo(1), within=1.0)
    world.give("a", Stop())
    settle(world)
    assert doer.outcomes == []


def test_a_continuation_that_is_no_method_is_a_crash_at_once_and_nothing_is_sent() -> None:
    world = VirtualWorld()
    probe = world.probe("b")
    world.start(Doer(go=lambda me: me.ask("b", Memo(1), then="on_nothing")), "a")
    world.give("a", Act("go"))
    failure = world.failures["a"]
    assert failure is not None
    assert failure.text == "Doer has no method 'on_nothing' to continue with"
    assert probe.messages == []


def test_an_answered_ask_leaves_no_timer_behind() -> None:
    world = VirtualWorld()
    world.start(Answerer(), "b")
    asking(world, *map(Memo, range(100)))
    world.run()
    assert len(world.lives["a"].timers) == 0
    assert len(world.lives["a"].timers.heap) == 0


def test_two_actors_that_ask_each_other_do_not_deadlock() -> None:
    class Asker(Doer):
        @handles
        def on_memo(self, message: Memo) -> None:
            self.numbers.append(message.number)
            self.reply(Memo(message.number + 1))

    world = VirtualWorld()
    a = Asker(go=lambda me: me.ask("b", Memo(1), then="on_outcome"))
    b = Asker(go=lambda me: me.ask("a", Memo(10), then="on_outcome"))
    world.start(a, "a")
    world.start(b, "b")
    world.tell("a", Act("go"))
    world.tell("b", Act("go"))
    world.run()
    assert (a.outcomes, b.outcomes) == ([Reply(Memo(2), None)], [Reply(Memo(11), None)])


# -- alone


def test_an_ask_is_taken_once_and_its_outcome_comes_with_its_context() -> None:
    doer = Doer()
    asks = Asks(doer)
    asks.add("a/1/1", PendingAsk("on_outcome", "tea", 4, 7))
    assert asks.pending == (("a/1/1", "on_outcome", "tea", 4, 7),)
    ask = asks.take("a/1/1")
    assert ask is not None
    asks.resume(ask, AskFailed("timeout"))
    assert doer.outcomes == [AskFailed("timeout", context="tea")]
    assert asks.take("a/1/1") is None


def test_only_a_method_can_continue_and_none_does_when_all_is_over() -> None:
    asks = Asks(Doer())
    asks.check("on_outcome")
    with pytest.raises(HandlerError, match="no method 'nowhere'"):
        asks.check("nowhere")
    asks.add("a/1/1", PendingAsk("on_outcome", None, 1, 0))
    asks.clear()
    assert asks.pending == ()
