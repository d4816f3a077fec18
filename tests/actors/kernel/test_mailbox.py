"""The mailbox: lanes, bounds, reserved capacity, and an account of everything that falls out."""

import threading
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.mailbox import Full, Mailbox, Put, RejectReason
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Stop
from tests.actors.kernel.parts import Glimpse, Memo, Shout, envelope


def fill(mailbox: Mailbox, *messages: Message, answers: str = "") -> list[Put | None]:
    return [
        mailbox.put(envelope(message, number, answers=answers)) for number, message in enumerate(messages)
    ]


def drain(mailbox: Mailbox, only_urgent: bool = False) -> list[Message]:
    taken = []
    while (next_one := mailbox.take(only_urgent)) is not None:
        taken.append(next_one.message)
    return taken


def fallen(puts: list[Put | None]) -> list[tuple[int, RejectReason]]:
    return [(put.envelope.message.number, put.why) for put in puts if put is not None]  # type: ignore[attr-defined]


def test_data_comes_out_in_the_order_in_which_it_was_put() -> None:
    mailbox = Mailbox()
    fill(mailbox, *map(Memo, range(100)))
    assert drain(mailbox) == [Memo(n) for n in range(100)]


def test_system_messages_overtake_and_keep_their_own_order() -> None:
    mailbox = Mailbox()
    fill(mailbox, Memo(0), Shout(1), Memo(2), Shout(3))
    assert drain(mailbox) == [Shout(1), Shout(3), Memo(0), Memo(2)]


def test_the_latest_lane_keeps_the_newest_of_each_key_in_the_place_of_the_first() -> None:
    mailbox = Mailbox()
    puts = fill(mailbox, Glimpse("a", 0), Memo(1), Glimpse("b", 2), Glimpse("a", 3), Glimpse("a", 4))
    assert drain(mailbox) == [Glimpse("a", 4), Memo(1), Glimpse("b", 2)]
    assert fallen(puts) == [(0, RejectReason.SUPERSEDED), (3, RejectReason.SUPERSEDED)]


def test_once_taken_a_latest_message_is_superseded_no_more() -> None:
    mailbox = Mailbox()
    fill(mailbox, Glimpse("a", 0))
    assert drain(mailbox) == [Glimpse("a", 0)]
    assert fill(mailbox, Glimpse("a", 1)) == [None]


def test_a_full_mailbox_rejects_the_new_one() -> None:
    mailbox = Mailbox(capacity=2)
    assert fallen(fill(mailbox, *map(Memo, range(4)))) == [
        (2, RejectReason.REJECTED),
        (3, RejectReason.REJECTED),
    ]
    assert drain(mailbox) == [Memo(0), Memo(1)]


def test_a_full_mailbox_drops_the_oldest_where_that_is_its_rule() -> None:
    mailbox = Mailbox(capacity=2, full=Full.DROP_OLDEST)
    assert fallen(fill(mailbox, *map(Memo, range(4)))) == [
        (0, RejectReason.DROPPED),
        (1, RejectReason.DROPPED),
    ]
    assert drain(mailbox) == [Memo(2), Memo(3)]


@pytest.mark.parametrize("full", list(Full))
def test_replies_have_room_in_a_full_mailbox_up_to_the_reserve(full: Full) -> None:
    mailbox = Mailbox(capacity=2, reserve=3, full=full)
    fill(mailbox, Memo(0), Memo(1))
    puts = fill(mailbox, *map(Memo, range(10, 14)), answers="a/1/1")
    assert fallen(puts) == [(13, RejectReason.REJECTED)]
    assert drain(mailbox) == [Memo(0), Memo(1), Memo(10), Memo(11), Memo(12)]


def test_system_messages_have_room_in_a_full_mailbox_up_to_the_reserve() -> None:
    mailbox = Mailbox(capacity=1, reserve=2)
    fill(mailbox, Memo(0))
    assert fallen(fill(mailbox, Shout(1), Shout(2), Shout(3))) == [(3, RejectReason.REJECTED)]


def test_a_waiting_reply_is_never_dropped_for_a_newer_message() -> None:
    mailbox = Mailbox(capacity=2, full=Full.DROP_OLDEST)
    fill(mailbox, Memo(0), answers="a/1/1")
    assert fallen(fill(mailbox, Memo(1), Memo(2))) == [(1, RejectReason.DROPPED)]
    assert drain(mailbox) == [Memo(0), Memo(2)]


def test_the_latest_lane_is_bounded_by_the_number_of_keys() -> None:
    mailbox = Mailbox(capacity=2)
    puts = fill(mailbox, *(Glimpse(str(n), n) for n in range(4)))
    assert fallen(puts) == [(2, RejectReason.REJECTED), (3, RejectReason.REJECTED)]


def test_a_reply_is_never_superseded_by_another_one_of_its_kind() -> None:
    mailbox = Mailbox()
    assert fill(mailbox, Glimpse("a", 0), Glimpse("a", 1), answers="a/1/1") == [None, None]
    assert drain(mailbox, only_urgent=True) == [Glimpse("a", 0), Glimpse("a", 1)]


def test_who_is_not_ready_is_given_system_messages_and_replies_only() -> None:
    mailbox = Mailbox()
    fill(mailbox, Memo(0), Shout(1), Glimpse("a", 2))
    fill(mailbox, Memo(3), Memo(4), answers="a/1/1")
    assert drain(mailbox, only_urgent=True) == [Shout(1), Memo(3), Memo(4)]
    assert drain(mailbox) == [Memo(0), Glimpse("a", 2)]


def test_after_closing_everything_is_refused_and_what_waited_is_given_back_in_order() -> None:
    mailbox = Mailbox()
    fill(mailbox, Memo(0), Shout(1), Glimpse("a", 2))
    assert [left.message for left in mailbox.close()] == [Shout(1), Memo(0), Glimpse("a", 2)]
    assert mailbox.closed
    puts = fill(mailbox, Memo(0), Shout(1), Glimpse("a", 2))
    assert fallen(puts) == [(0, RejectReason.STOPPED), (1, RejectReason.STOPPED), (2, RejectReason.STOPPED)]
    assert drain(mailbox) == []


def test_a_full_mailbox_that_is_closed_drops_nothing_for_what_it_refuses() -> None:
    mailbox = Mailbox(capacity=0, reserve=0, full=Full.DROP_OLDEST)
    mailbox.close()
    assert fallen(fill(mailbox, Memo(7))) == [(7, RejectReason.STOPPED)]


def test_what_was_taken_but_not_begun_goes_back_in_front_in_order() -> None:
    mailbox = Mailbox(capacity=3)
    fill(mailbox, Memo(0), Memo(1), Memo(2))
    taken = [mailbox.take(), mailbox.take()]
    fill(mailbox, Shout(3), Memo(4), Memo(5))
    assert mailbox.restore([one for one in taken if one]) == ()
    assert drain(mailbox) == [Shout(3), Memo(0), Memo(1), Memo(2), Memo(4), Memo(5)]


def test_a_closed_mailbox_gives_back_what_comes_back_too_late() -> None:
    mailbox = Mailbox()
    mailbox.close()
    late = envelope(Memo(0))
    assert mailbox.restore([late]) == (late,)
    assert len(mailbox) == 0


def test_system_messages_of_one_type_can_be_withdrawn() -> None:
    mailbox = Mailbox()
    fill(mailbox, Memo(0), Stop(), Shout(1), Stop())
    assert [one.message for one in mailbox.withdraw(Stop)] == [Stop(), Stop()]
    assert drain(mailbox) == [Shout(1), Memo(0)]


def test_what_waits_can_be_looked_at_without_taking_it() -> None:
    mailbox = Mailbox()
    fill(mailbox, Memo(0), Shout(1), Glimpse("a", 2))
    assert [one.message for one in mailbox.waiting()] == [Shout(1), Memo(0), Glimpse("a", 2)]
    assert len(mailbox) == 3


def test_waiting_with_a_time_limit_ends_with_nothing() -> None:
    mailbox = Mailbox()
    mailbox.pause(0.001)
    assert mailbox.take() is None


@pytest.mark.parametrize(
    ("timeout", "waited"), [(None, -1), (0.25, 0.25), (-3.0, 0.0), (1e300, threading.TIMEOUT_MAX)]
)
def test_the_wait_is_as_long_as_it_was_asked_for(
    timeout: float | None, waited: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lock:
        times: ClassVar[list[float]] = []

        def acquire(self, timeout: float) -> bool:
            self.times.append(timeout)
            return False

    mailbox = Mailbox()
    monkeypatch.setattr(mailbox, "_wake", Lock())
    Lock.times.clear()
    mailbox.pause(timeout)
    assert Lock.times == [waited]


def test_a_wake_up_ends_the_wait() -> None:
    mailbox = Mailbox()
    mailbox.wake()
    mailbox.pause(None)
    assert mailbox.take() is None


def test_what_comes_back_wakes_the_reader_that_waits_for_mail() -> None:
    mailbox, taken = Mailbox(), threading.Event()

    def read() -> None:
        while mailbox.take() is None:
            mailbox.pause(20.0)
        taken.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    while not mailbox._waiting:
        threading.Event().wait(0.001)
    assert mailbox.restore((envelope(Memo(1)),)) == ()
    assert taken.wait(10.0)
    reader.join()


envelopes = st.builds(
    lambda message, reply: (message, "a/1/1" if reply else ""),
    st.builds(Memo, st.integers(0, 9))
    | st.builds(Shout, st.integers(0, 9))
    | st.builds(Glimpse, st.sampled_from("ab"), st.integers(0, 9)),
    st.booleans(),
)
scripts = st.lists(envelopes | st.sampled_from(["take", "urgent", "close", "restore"]), max_size=60)


@given(scripts, st.integers(0, 4), st.integers(0, 2), st.sampled_from(Full))
def test_whatever_is_done_every_envelope_is_taken_once_given_back_once_or_waiting(
    script: list[tuple[Message, str] | str], capacity: int, reserve: int, full: Full
) -> None:
    mailbox = Mailbox(capacity, reserve, full)
    sent: list[Envelope] = []
    out: list[Envelope] = []
    for number, step in enumerate(script):
        if step == "close":
            out.extend(mailbox.close())
        elif step == "restore" and out:
            out.extend(mailbox.restore([out.pop()]))
        elif isinstance(step, str):
            out.extend(one for one in [mailbox.take(step == "urgent")] if one)
        else:
            sent.append(envelope(step[0], number, answers=step[1]))
            fell = mailbox.put(sent[-1])
            out.extend([fell.envelope] if fell else [])
    everywhere = [one.id for one in (*out, *mailbox.waiting())]
    assert sorted(everywhere) == sorted(one.id for one in sent)
