"""One life: what a crash, a stop, a fence do to the messages, to the mailbox and to the successor."""

import sys
from typing import ClassVar

import pytest

from actors.kernel.actor import Actor, AskFailed, handles
from actors.kernel.directory import DeadLetter
from actors.kernel.mailbox import Mailbox
from actors.kernel.protocol.lifecycle import Fail, Failure, Stop
from actors.kernel.record import Handled
from actors.kernel.state.subscriptions import NewsDue
from tests.actors.kernel.parts import Act, Burst, Diary, Doer, Listener, Memo, Shout, envelope
from tests.doubles.virtual_world import VirtualWorld


def letters(world: VirtualWorld) -> list[DeadLetter]:
    return list(world.dead_letters.last)


def failed(world: VirtualWorld, address: str = "a") -> Failure:
    failure = world.failures[address]
    assert failure is not None
    return failure


# -- crashes


def test_a_crash_loses_only_the_message_being_handled_and_says_which() -> None:
    world = VirtualWorld()
    life = world.start(Listener(), "a")
    world.tell("a", Memo(1))
    fatal = world.tell("a", Burst())
    world.tell("a", Memo(2))
    world.run()
    failure = failed(world)
    assert (failure.kind, failure.text) == ("ZeroDivisionError", "boom")
    assert (failure.message_id, failure.message_type) == (fatal, "Burst")
    assert 'raise ZeroDivisionError("boom")' in failure.traceback
    assert [(letter.envelope.id, letter.why, letter.failure) for letter in letters(world)] == [
        (fatal, "crashed", failure)
    ]
    assert [envelope.message for envelope in life.mailbox.waiting()] == [Memo(2)]


def test_the_successor_handles_what_waited_in_order() -> None:
    world = VirtualWorld()
    life = world.start(Listener(), "a")
    for message in (Burst(), Memo(1), Memo(2), Shout(3)):
        world.tell("a", message)
    # The system lane overtakes, so that the crash comes second.
    world.run()
    world.tell("a", Memo(4))
    successor = Listener()
    world.start(successor, "a", number=2, mailbox=life.mailbox)
    world.run()
    assert successor.numbers == [1, 2, 4]


def test_nothing_is_handled_after_the_crash() -> None:
    world = VirtualWorld()
    listener = Listener()
    life = world.start(listener, "a")
    world.give("a", Burst())
    world.give("a", Memo(1))
    assert not life.running
    assert listener.heard == []


def test_on_stop_does_not_run_after_a_crash() -> None:
    world = VirtualWorld()
    stops: list[str] = []

    class Closing(Listener):
        def on_stop(self) -> None:
            stops.append("stopped")

    world.start(Closing(), "a")
    world.give("a", Burst())
    assert stops == []


@pytest.mark.parametrize("error", [SystemExit(3), GeneratorExit(), BaseException("a Rust panic")])
def test_what_is_no_plain_exception_is_a_crash_of_that_actor_too(error: BaseException) -> None:
    class Leaving(Listener):
        @handles
        def on_memo(self, message: Memo) -> None:
            raise error

    world = VirtualWorld()
    other = Listener()
    world.start(Leaving(), "a")
    world.start(other, "b")
    world.give("a", Memo(1))
    world.give("b", Memo(2))
    assert failed(world).kind == type(error).__name__
    assert other.numbers == [2]


def test_somebody_at_the_keyboard_is_not_taken_for_a_crash() -> None:
    class Interrupted(Listener):
        @handles
        def on_memo(self, message: Memo) -> None:
            raise KeyboardInterrupt

    world = VirtualWorld()
    world.start(Interrupted(), "a")
    with pytest.raises(KeyboardInterrupt):
        world.give("a", Memo(1))


def test_an_error_whose_text_cannot_be_made_is_a_crash_like_any_other() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("not even that")

    class Muted(Listener):
        @handles
        def on_memo(self, message: Memo) -> None:
            raise Mute

    world = VirtualWorld()
    world.start(Muted(), "a")
    world.give("a", Memo(1))
    assert (failed(world).kind, failed(world).text) == ("Mute", "(its text could not be made)")


def test_a_failing_start_ends_the_life_before_any_message() -> None:
    class Stillborn(Listener):
        def on_start(self) -> None:
            raise OSError("no such device")

    world = VirtualWorld()
    life = world.start(Stillborn(), "a")
    world.give("a", Memo(1))
    assert (failed(world).kind, failed(world).message_id) == ("OSError", "")
    assert [envelope.message for envelope in life.mailbox.waiting()] == [Memo(1)]


def test_the_end_is_announced_once() -> None:
    world = VirtualWorld()
    ends: list[Failure | None] = []
    doer = Doer(stop=lambda me: me.context.stop(), both=lambda me: (me.context.stop(), sys.exit()))
    life = world.start(doer, "a")
    life._on_end = ends.append
    world.give("a", Act("both"))
    assert ends == [None]


# -- stopping


def test_an_orderly_stop_runs_on_stop_and_leaves_what_waits_to_the_mailbox() -> None:
    class Closing(Listener):
        def on_stop(self) -> None:
            self.tell("p", Memo(99))

    world = VirtualWorld()
    probe = world.probe("p")
    closing = Closing()
    life = world.start(closing, "a")
    for message in (Memo(1), Stop(), Memo(2)):
        world.tell("a", message)
    world.run()
    assert world.failures == {"a": None}
    assert closing.heard == []
    assert probe.messages == [Memo(99)]
    assert [envelope.message for envelope in life.mailbox.waiting()] == [Memo(1), Memo(2)]


class Draining(Listener):
    drains_on_stop: ClassVar[bool] = True
    stops = 0

    def on_stop(self) -> None:
        self.stops += 1


def test_who_drains_on_stop_handles_first_what_waits() -> None:
    world = VirtualWorld()
    draining = Draining()
    world.start(draining, "a")
    for message in (Memo(1), Stop(), Memo(2)):
        world.tell("a", message)
    world.run()
    assert draining.numbers == [1, 2]
    assert draining.stops == 1
    assert world.failures == {"a": None}


def test_draining_ends_even_if_more_keeps_coming() -> None:
    class Talkative(Draining):
        @handles
        def on_memo(self, message: Memo) -> None:
            self._hear(message)
            self.tell("a", Memo(message.number + 1))

    world = VirtualWorld()
    talkative = Talkative()
    life = world.start(talkative, "a")
    world.tell("a", Memo(1))
    world.give("a", Stop())
    assert talkative.numbers == [1]
    assert [envelope.message for envelope in life.mailbox.waiting()] == [Memo(2)]


def test_a_crash_while_draining_ends_the_life_there() -> None:
    world = VirtualWorld()
    draining = Draining()
    life = world.start(draining, "a")
    for message in (Memo(1), Burst(), Memo(2), Stop()):
        world.tell("a", message)
    world.run()
    assert failed(world).message_type == "Burst"
    assert (draining.numbers, draining.stops) == ([1], 0)
    assert [envelope.message for envelope in life.mailbox.waiting()] == [Memo(2)]


def test_each_drained_message_has_a_record_of_its_own_and_so_has_the_stop() -> None:
    class Telling(Draining):
        @handles
        def on_memo(self, message: Memo) -> None:
            self.tell("p", message)

        def on_stop(self) -> None:
            self.tell("p", Memo(99))

    diary = Diary()
    world = VirtualWorld(recorder=diary)
    world.probe("p")
    world.start(Telling(), "a")
    for message in (Memo(1), Memo(2)):
        world.tell("a", message)
    stop = world.tell("a", Stop())
    world.run()
    records = [record for record in diary.records if isinstance(record, Handled)]
    assert [(type(r.envelope.message).__name__, [e.message for e in r.sent]) for r in records] == [
        ("Memo", [Memo(1)]),
        ("Memo", [Memo(2)]),
        ("Stop", [Memo(99)]),
    ]
    assert records[2].sent[0].cause == stop


def test_a_failing_on_stop_is_a_failure_of_the_life() -> None:
    class Clumsy(Listener):
        def on_stop(self) -> None:
            raise OSError("the device is stuck")

    world = VirtualWorld()
    world.start(Clumsy(), "a")
    world.give("a", Stop())
    assert (failed(world).kind, failed(world).message_type) == ("OSError", "Stop")


def test_a_stop_that_was_meant_for_the_predecessor_does_not_stop_the_successor() -> None:
    world = VirtualWorld()
    life = world.start(Listener(), "a")
    world.tell("a", Memo(1))
    stop = world.tell("a", Stop())
    life.fence()
    successor = Listener()
    follower = world.start(successor, "a", number=2, mailbox=life.mailbox)
    world.run()
    assert follower.running
    assert successor.numbers == [1]
    assert [(letter.envelope.id, letter.why) for letter in letters(world)] == [(stop, "late")]


# -- fencing


def test_a_fenced_incarnation_is_refused_whatever_it_sends_and_each_refusal_counts() -> None:
    world = VirtualWorld()
    probe = world.probe("p")
    doer = Doer()
    life = world.start(doer, "a")

    def hang(me: Doer) -> None:
        life.fence()  # as the watchdog does meanwhile
        me.tell("p", Memo(1))
        me.reply(Memo(2))
        me.ask("p", Memo(3), then="on_outcome")
        me.post(Memo(4))

    doer.acts["hang"] = hang
    world.give("a", Act("hang"))
    assert probe.messages == []
    assert life.fencing.refused == 4
    assert world.dead_letters.counts == {"hung": 1, "fenced": 4}


def test_it_is_fenced_once_and_only_while_it_handles_what_was_expected() -> None:
    world = VirtualWorld()
    life = world.start(Listener(), "a")
    idle = world.start(Listener(), "b")
    world.give("b", Memo(1))
    assert not idle.fence(expected=envelope(Memo(2)))
    assert idle.running
    assert [life.fence() for _ in range(3)] == [True, False, False]
    assert not life.running


def test_the_message_that_hangs_is_the_dead_letter_and_is_not_counted_again_when_it_ends() -> None:
    for ending in (lambda: None, lambda: 1 // 0):
        diary = Diary()
        world = VirtualWorld(recorder=diary)
        doer = Doer()
        life = world.start(doer, "a")

        def hang(me: Doer, world: VirtualWorld = world, ending: object = ending) -> None:
            world.clock.elapsed += 7.0
            world.lives["a"].fence()
            ending()  # type: ignore[operator]

        doer.acts["hang"] = hang
        id = world.tell("a", Act("hang"))
        world.run()
        assert not life.running
        assert world.failures == {}
        assert [(letter.envelope.id, letter.why) for letter in letters(world)] == [(id, "hung")]
        (record,) = (r for r in diary.records if isinstance(r, Handled))
        assert isinstance(record, Handled)
        assert record.failure == Failure("Hung", "not handled after 7.0 s", "", id, "Act")


def test_what_a_fenced_incarnation_had_taken_goes_back_in_front() -> None:
    world = VirtualWorld()
    life = world.start(Listener(), "a")
    world.tell("a", Memo(1))
    world.tell("a", Memo(2))
    taken = life.mailbox.take()
    assert taken is not None
    life.fence()
    life.handle(taken)
    successor = Listener()
    world.start(successor, "a", number=2, mailbox=life.mailbox)
    world.run()
    assert successor.numbers == [1, 2]


def test_what_it_had_taken_is_a_dead_letter_when_the_address_is_closed() -> None:
    world = VirtualWorld()
    life = world.start(Listener(), "a")
    id = world.tell("a", Memo(1))
    taken = life.mailbox.take()
    assert taken is not None
    life.fence()
    life.mailbox.close()
    life.handle(taken)
    assert [(letter.envelope.id, letter.why) for letter in letters(world)] == [(id, "stopped")]


def test_io_threads_of_a_life_that_is_over_do_not_reach_the_successor() -> None:
    world = VirtualWorld()
    first = Listener()
    life = world.start(first, "a")
    world.give("a", Burst())
    successor = Listener()
    world.start(successor, "a", number=2, mailbox=life.mailbox)
    first.post(Memo(1))
    world.run()
    assert successor.heard == []
    assert world.dead_letters.counts == {"crashed": 1, "fenced": 1}


# -- records


def test_a_handled_message_is_recorded_with_all_that_it_did() -> None:
    diary = Diary()
    world = VirtualWorld(recorder=diary)
    world.probe("p")
    doer = Doer(
        go=lambda me: (me.tell("p", Memo(1)), me.after(2.0, Memo(2)), me.after(3.0, Memo(3)), me.cancel(2))
    )
    world.start(doer, "a")
    id = world.tell("a", Act("go"))
    world.run()
    (record,) = (r for r in diary.records if isinstance(r, Handled))
    assert isinstance(record, Handled)
    assert record.envelope.id == id
    assert [envelope.id for envelope in record.sent] == ["a/1/1"]
    assert record.timers_set == ((1, 2.0, "Memo"), (2, 3.0, "Memo"))
    assert record.timers_cancelled == (2,)
    assert (record.begun, record.wall) == (1_000.0, 1_700_000_000.0)
    assert record.failure is None


def test_a_crash_is_recorded_with_its_failure() -> None:
    diary = Diary()
    world = VirtualWorld(recorder=diary)
    world.start(Listener(), "a")
    world.give("a", Burst())
    (record,) = (r for r in diary.records if isinstance(r, Handled))
    assert isinstance(record, Handled)
    assert record.failure == failed(world)


def test_an_actor_is_given_one_mailbox_for_life_and_its_successor_the_same() -> None:
    world = VirtualWorld()
    mailbox = Mailbox()
    first = world.start(Listener(), "a", mailbox=mailbox)
    second = world.start(Actor(), "a", number=2, mailbox=mailbox)
    assert first.mailbox is second.mailbox is mailbox


# -- what an actor has no handler for


def test_what_nobody_handles_is_a_dead_letter_and_ends_nobody() -> None:
    world = VirtualWorld()
    life = world.start(Listener(), "a")
    stray = world.tell("a", NewsDue())
    world.tell("a", Memo(1))
    world.run()
    assert life.running
    assert [(letter.envelope.id, letter.why) for letter in letters(world)] == [(stray, "unhandled")]
    assert letters(world)[0].detail == "Listener has no handler for NewsDue"


def test_whoever_asks_for_what_nobody_handles_hears_so_at_once() -> None:
    world = VirtualWorld()
    world.start(Listener(), "a")
    answers: list[object] = []

    class Asker(Actor):
        def on_start(self) -> None:
            self.ask("a", NewsDue(), then="on_answer", within=1000.0)

        def on_answer(self, answer: object) -> None:
            answers.append(answer)

    world.start(Asker(), "b")
    world.run()
    assert answers == [AskFailed("dead", "Listener has no handler for NewsDue")]


def test_an_actor_fails_when_it_is_told_to() -> None:
    world = VirtualWorld()
    world.start(Listener(), "a")
    world.tell("a", Fail())
    world.run()
    assert failed(world).kind == "InjectedFailure"
