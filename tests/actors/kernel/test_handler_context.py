"""What a handler may do: its sends carry causes and turns, its clock stands still, its dice are loaded alike."""

from typing import ClassVar

from actors.kernel.actor import Actor, AskFailed, handles
from actors.kernel.fence import Fence
from actors.kernel.handler_context import HandlerContext
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Asker, Lane
from actors.kernel.protocol.lifecycle import Health, HealthChanged, Ping, Pong, Undelivered
from actors.kernel.record import Handled, HandlerLog
from tests.actors.kernel.parts import (
    Act,
    Answerer,
    Diary,
    Doer,
    Glimpse,
    Listener,
    Memo,
    Saying,
    Shout,
    envelope,
)
from tests.doubles.virtual_world import VirtualWorld


def test_messages_of_one_lane_arrive_in_the_order_of_sending() -> None:
    world = VirtualWorld()
    listener = Listener()
    world.start(listener, "b")
    world.start(Doer(go=lambda me: [me.tell("b", Memo(n)) for n in range(50)]), "a")
    world.give("a", Act("go"))
    assert listener.numbers == list(range(50))


def test_lanes_are_kept_from_actor_to_actor() -> None:
    world = VirtualWorld()
    listener = Listener()
    sends = (Memo(0), Glimpse("g", 1), Shout(2), Glimpse("g", 3))
    world.start(Doer(go=lambda me: [me.tell("b", message) for message in sends]), "a")
    world.start(listener, "b")
    world.give("a", Act("go"))
    assert listener.numbers == [2, 0, 3]
    assert world.dead_letters.counts == {"superseded": 1}


def test_what_is_sent_names_the_message_being_handled_as_its_cause() -> None:
    world = VirtualWorld()
    probe = world.probe("p")
    world.start(Doer(go=lambda me: me.tell("p", Memo(1))), "a")
    first, second = world.tell("a", Act("go")), world.tell("a", Act("go"))
    world.run()
    assert [envelope.cause for envelope in probe.envelopes] == [first, second]
    assert [envelope.id for envelope in probe.envelopes] == ["a/1/1", "a/1/2"]


def test_what_an_io_thread_posts_carries_the_cause_that_was_handed_to_it() -> None:
    world = VirtualWorld()
    life = world.start(Doer(go=lambda me: me.post(Memo(7), me.cause())), "a")
    id = world.tell("a", Act("go"))
    life.step()
    (posted,) = life.mailbox.waiting()
    assert (posted.id, posted.cause, posted.message) == ("a~io/1/1", id, Memo(7))


def test_a_turn_is_taken_from_the_message_or_else_from_what_is_being_handled() -> None:
    world = VirtualWorld()
    probe = world.probe("p")

    class Echo(Actor):
        @handles
        def on_saying(self, message: Saying) -> None:
            self.tell("p", Memo(1))
            self.tell("p", Saying(9))
            self.after(1.0, Memo(2))

        @handles
        def on_memo(self, message: Memo) -> None:
            self.tell("p", message)

    world.start(Echo(), "a")
    world.give("a", Saying(4))
    world.advance(1.0)
    assert [envelope.turn for envelope in probe.envelopes] == [4, 9, 4]


def test_telling_never_raises_whatever_becomes_of_it() -> None:
    world = VirtualWorld()
    world.directory.open("full", Mailbox(capacity=0, reserve=0))
    closed = Mailbox()
    closed.close()
    world.directory.open("closed", closed)
    doer = Doer(go=lambda me: [me.tell(to, Memo(1)) for to in ("full", "closed", "nobody", "")])
    world.start(doer, "a")
    world.give("a", Act("go"))
    assert doer.done == [["a/1/1", "a/1/2", "a/1/3", "a/1/4"]]
    assert world.dead_letters.counts == {"rejected": 1, "stopped": 1, "unknown": 2}


def test_timers_fire_in_order_and_not_before_their_time() -> None:
    world = VirtualWorld()
    doer = Doer(go=lambda me: [me.after(s, Memo(n)) for n, s in enumerate((3.0, 1.0, 2.0, 1.0))])
    world.start(doer, "a")
    world.give("a", Act("go"))
    world.advance(0.999)
    assert doer.numbers == []
    world.advance(0.001)
    assert doer.numbers == [1, 3]
    world.advance(10.0)
    assert doer.numbers == [1, 3, 2, 0]


def test_a_cancelled_timer_does_not_fire() -> None:
    world = VirtualWorld()
    doer = Doer(set=lambda me: me.after(1.0, Memo(1)), cancel=lambda me: me.cancel(int(str(me.done[0]))))
    world.start(doer, "a")
    world.give("a", Act("set"))
    world.give("a", Act("cancel"))
    world.give("a", Act("cancel"))
    world.advance(5.0)
    assert doer.numbers == []


def test_a_timer_that_sets_itself_again_does_not_keep_mail_from_being_handled() -> None:
    class Restless(Listener):
        @handles
        def on_memo(self, message: Memo) -> None:
            self.after(0.0, message)

    world = VirtualWorld()
    restless = Restless()
    world.start(restless, "a")
    world.tell("a", Memo(0))
    world.tell("a", Saying(1))
    world.run(limit=10)
    assert restless.heard == [Saying(1)]


def test_mail_that_keeps_coming_does_not_keep_timers_from_firing() -> None:
    world = VirtualWorld()
    listener = Listener()
    life = world.start(listener, "a")
    for number in (1, 2, 3):
        life.context.after(0.0, Memo(-number))
    for number in (1, 2, 3, 4):
        world.tell("a", Memo(number))
    while life.step():
        pass
    assert listener.numbers == [-1, 1, -2, 2, -3, 3, 4]


def test_the_clocks_stand_still_while_a_message_is_handled() -> None:
    world = VirtualWorld()

    def look_twice(me: Doer) -> tuple[float, ...]:
        before = (me.now(), me.wall())
        world.clock.elapsed += 5.0
        return (*before, me.now(), me.wall())

    doer = Doer(look=look_twice)
    world.start(doer, "a")
    world.give("a", Act("look"))
    world.give("a", Act("look"))
    t, w = 1_000.0, 1_700_000_000.0
    assert doer.done == [(t, w, t, w), (t + 5, w + 5, t + 5, w + 5)]


def test_wall_is_the_time_at_the_begin_of_the_handler_even_when_asked_for_late() -> None:
    world = VirtualWorld()

    def dawdle(me: Doer) -> tuple[float, float]:
        world.clock.elapsed += 5.0
        return me.now(), me.wall()

    doer = Doer(dawdle=dawdle)
    world.start(doer, "a")
    world.give("a", Act("dawdle"))
    assert doer.done == [(1_000.0, 1_700_000_000.0)]


def rolls(address: str, message_number: int) -> list[object]:
    world = VirtualWorld()
    doer = Doer(roll=lambda me: [me.random.random(), me.random.random()])
    world.start(doer, address)
    for _ in range(message_number):
        world.give(address, Act("roll"))
    return doer.done


def test_the_same_seed_address_and_message_give_the_same_numbers() -> None:
    assert rolls("a", 3) == rolls("a", 3)


def test_another_address_or_another_message_gives_other_numbers() -> None:
    numbers = {str(roll) for roll in (*rolls("a", 3), *rolls("b", 3))}
    assert len(numbers) == 6


def test_numbers_within_a_handler_differ() -> None:
    ((first, second),) = rolls("a", 1)  # type: ignore[misc]
    assert first != second


def test_what_one_handler_rolls_does_not_depend_on_what_an_earlier_one_rolled() -> None:
    world = VirtualWorld()
    doer = Doer(skip=lambda me: None, roll=lambda me: [me.random.random(), me.random.random()])
    world.start(doer, "a")
    world.give("a", Act("skip"))
    world.give("a", Act("roll"))
    assert doer.done[1] == rolls("a", 2)[1]


def test_every_actor_answers_a_ping() -> None:
    world = VirtualWorld()
    probe = world.probe("test")
    world.start(Listener(), "a", number=3)
    id = world.tell("a", Ping())
    world.run()
    assert probe.messages == [Pong("a", 3)]
    assert probe.envelopes[0].answers == id


def test_an_answer_can_be_given_later_to_whom_it_is_owed() -> None:
    world = VirtualWorld()
    probe = world.probe("test")
    owed: list[Asker] = []
    world.start(
        Doer(keep=lambda me: owed.append(me.asker()), give=lambda me: me.reply(Memo(1), owed[0])), "a"
    )
    id = world.tell("a", Act("keep"))
    world.run()
    assert probe.messages == []
    world.give("a", Act("give"), sender="other")
    assert [(e.message, e.answers) for e in probe.envelopes] == [(Memo(1), id)]


def test_a_handler_knows_who_sent_the_message() -> None:
    world = VirtualWorld()
    doer = Doer(who=lambda me: me.sender())
    world.start(doer, "a")
    world.give("a", Act("who"), sender="vrchat")
    assert doer.done == ["vrchat"]


def test_health_goes_to_the_supervisor() -> None:
    world = VirtualWorld()
    world.start(Doer(ail=lambda me: me.health(Health.DEGRADED, "no device", "plug one in")), "a")
    world.give("a", Act("ail"))
    assert world.supervisor.messages == [HealthChanged("a", Health.DEGRADED, "no device", "plug one in")]


def test_an_actor_that_does_not_handle_undelivered_lives_on_when_it_comes() -> None:
    class Careless(Actor):
        @handles
        def on_memo(self, message: Memo) -> None:
            self.tell("nobody", message, notify=True)

    world = VirtualWorld()
    life = world.start(Careless(), "a")
    world.give("a", Memo(1))
    assert life.running
    assert Undelivered.lane is Lane.SYSTEM


class Sleeper(Listener):
    """Not ready until it has its answer."""

    starts_ready: ClassVar[bool] = False

    def on_start(self) -> None:
        self.ask("helper", Memo(42), then="on_help", within=5.0)

    def on_help(self, outcome: object) -> None:
        self.heard.append(Saying(0, "ready"))
        self.ready()


def test_an_actor_that_is_not_ready_receives_only_system_messages_and_replies() -> None:
    world = VirtualWorld()
    sleeper = Sleeper()
    world.directory.open("helper", waiting := Mailbox())
    life = world.start(sleeper, "a")
    world.give("a", Memo(1))
    world.give("a", Shout(2))
    assert sleeper.heard == [Shout(2)]
    assert not life.is_ready
    world.start(Answerer(), "helper", mailbox=waiting)
    world.advance(5.0)
    assert sleeper.heard == [Shout(2), Saying(0, "ready"), Memo(1)]


# -- alone


def alone(log: HandlerLog | None = None) -> tuple[HandlerContext, VirtualWorld, Fence]:
    """The context of an actor that nobody drives, at `a`."""
    world, fence = VirtualWorld(), Fence()
    context = HandlerContext(
        Doer(),
        "a",
        1,
        Mailbox(),
        world.directory,
        world.clock,
        fence,
        log,
        seed="test",
        supervisor="supervisor",
        ready=lambda: None,
        stop=lambda: None,
    )
    return context, world, fence


def test_effects_need_no_life_and_end_at_the_fence() -> None:
    context, world, fence = alone()
    probe = world.probe("p")
    assert context.tell("p", Memo(1)) == "a/1/1"
    fence.close(lambda: None)
    context.tell("p", Memo(2))
    context.post(Memo(3))
    assert probe.messages == [Memo(1)]
    assert fence.refused == 2


def test_an_ask_is_settled_once_and_its_timer_forgotten() -> None:
    context, _, _ = alone()
    id = context.ask("p", Memo(1), "on_outcome")
    assert len(context.timers) == 1
    assert context.settle(id, AskFailed("dead"))
    assert len(context.timers) == 0
    assert not context.settle(id, AskFailed("dead"))


def test_a_handler_that_is_suspended_finds_everything_as_it_left_it() -> None:
    diary = Diary()
    context, _, _ = alone(HandlerLog(diary, object(), "a", 1))
    first, second = envelope(Memo(1)), envelope(Memo(2), 2)
    assert context.log is not None
    context.current, context.turn, context.began = first, 5, 1.0
    context.tell("p", Memo(3))
    with context.suspended():
        context.current, context.turn, context.began = second, 6, 2.0
        context.record(second)
    context.record(first)
    assert [len(record.sent) for record in diary.records if isinstance(record, Handled)] == [0, 1]
    assert (context.current, context.turn, context.began) == (first, 5, 1.0)


def test_side_effects_are_carried_out_as_the_host_wishes() -> None:
    context, _, _ = alone()
    done: list[int] = []
    context.side_effect(lambda: done.append(1))
    context.side_effect = lambda do: None
    context.side_effect(lambda: done.append(2))
    assert done == [1]


def test_after_the_end_nothing_is_waited_for() -> None:
    context, _, _ = alone()
    id = context.ask("p", Memo(1), "on_outcome")
    context.after(5.0, Memo(2))
    context.end()
    assert (len(context.timers), context.asks.pending) == (0, ())
    assert not context.settle(id, AskFailed("dead"))
