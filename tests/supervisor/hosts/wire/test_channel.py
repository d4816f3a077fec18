"""A channel keeps what a link promises, over a network that may do anything."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from supervisor.hosts.wire.channel import OVERHEAD, WINDOW
from supervisor.hosts.wire.records import MAX_FRAME, PIECE, Lane
from supervisor.nodes.link import FrameType, Link, LinkClosed
from tests.doubles.wired import PATIENCE, WirePair, echo, frames_until_closed

MAIL = FrameType.MAIL


@pytest.fixture
def pair() -> Iterator[WirePair]:
    made = WirePair()
    yield made
    made.close()


def in_a_thread(work: object) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


def send_until_closed(link: Link, body: bytes) -> None:
    with suppress(LinkClosed):
        while True:
            link.send(MAIL, body)


def test_frames_arrive_as_they_were_sent_and_in_order(pair: WirePair) -> None:
    near, far = pair.open()
    sent = [(FrameType.MAIL if n % 3 else FrameType.LOG, b"%d" % n * (n % 50)) for n in range(5000)]
    in_a_thread(lambda: [near.send(*frame) for frame in sent])
    assert [far.receive() for _ in sent] == sent


def test_both_directions_work_at_once(pair: WirePair) -> None:
    near, far = pair.open()
    in_a_thread(lambda: echo(far))
    for n in range(200):
        near.send(MAIL, b"%d" % n)
        assert near.receive() == (MAIL, b"%d" % n)


def test_a_frame_larger_than_the_window_arrives_whole(pair: WirePair) -> None:
    near, far = pair.open()
    in_a_thread(lambda: echo(far))
    for size in (PIECE, PIECE + 1, WINDOW, MAX_FRAME):
        body = bytes(range(256)) * (size // 256) + bytes(size % 256)
        near.send(MAIL, body)
        assert near.receive() == (MAIL, body)


def test_frames_of_two_senders_are_not_mixed_when_they_go_in_pieces(pair: WirePair) -> None:
    near, far = pair.open()
    for mark in (b"a", b"b", b"c"):
        in_a_thread(lambda mark=mark: [near.send(MAIL, mark * size) for size in (PIECE * 3, 10, PIECE * 2)])
    got = [far.receive()[1] for _ in range(9)]
    assert all(len(set(body)) == 1 for body in got)
    assert sorted(map(len, got)) == sorted([PIECE * 3, 10, PIECE * 2] * 3)


def test_a_frame_of_more_than_the_most_is_an_error(pair: WirePair) -> None:
    near, _ = pair.open()
    with pytest.raises(ValueError, match="the most is"):
        near.send(MAIL, bytes(MAX_FRAME + 1))


def test_a_sender_whose_receiver_sleeps_is_stopped_by_the_window(pair: WirePair) -> None:
    near, far = pair.open()
    body = bytes(10_000)
    sent = []

    def send() -> None:
        for n in range(500):
            near.send(MAIL, body)
            sent.append(n)

    sender = in_a_thread(send)
    most = WINDOW // (len(body) + OVERHEAD)
    while len(sent) < most:
        time.sleep(0.001)
    sender.join(0.2)  # short: it must not go on
    assert len(sent) == most
    assert not near.writable()
    for _ in range(500):
        far.receive()
    sender.join(PATIENCE)
    assert len(sent) == 500


def test_a_sender_that_waits_for_room_is_told_when_the_other_end_is_lost(pair: WirePair) -> None:
    near, _ = pair.open()
    failed: list[str] = []

    def send() -> None:
        try:
            while True:
                near.send(MAIL, bytes(PIECE))
        except LinkClosed as error:
            failed.append(str(error))

    sender = in_a_thread(send)
    pair.home.end("its machine is gone")
    sender.join(PATIENCE)
    assert failed == ["its machine is gone"]


def test_what_is_urgent_is_received_before_what_waits(pair: WirePair) -> None:
    near, far = pair.open()
    for n in range(100):
        near.send(MAIL, b"%d" % n)
    near.send(MAIL, b"stop", Lane.CONTROL)
    # until it is there, beside the hundred
    while not far._incoming._records[Lane.CONTROL]:
        time.sleep(0.001)
    assert far.receive() == (MAIL, b"stop")
    assert far.receive() == (MAIL, b"0")


def test_the_other_end_receives_all_that_was_sent_before_a_channel_was_closed(pair: WirePair) -> None:
    near, far = pair.open()
    for n in range(1000):
        near.send(MAIL, b"%d" % n)
    near.close()
    assert list(frames_until_closed(far)) == [b"%d" % n for n in range(1000)]
    with pytest.raises(LinkClosed, match="hung up"):
        far.send(MAIL, b"late")
    with pytest.raises(LinkClosed):
        near.receive()


def test_a_closed_channel_costs_no_other_one_anything(pair: WirePair) -> None:
    near, far = pair.open()
    other, far_other = pair.open()
    near.close()
    in_a_thread(lambda: echo(far_other))
    other.send(MAIL, b"here")
    assert other.receive() == (MAIL, b"here")
    assert list(frames_until_closed(far)) == []


def test_a_record_that_is_lost_ends_its_channel_at_both_ends_and_no_other(pair: WirePair) -> None:
    near, far = pair.open()
    other, far_other = pair.open()
    near.send(MAIL, b"first")
    assert far.receive() == (MAIL, b"first")
    pair.way = lambda direction, lane, record: [] if lane == Lane.MAIL else [record]
    near.send(MAIL, b"lost")
    pair.way = lambda direction, lane, record: [record]
    near.send(MAIL, b"never believed")
    with pytest.raises(LinkClosed, match="gap"):
        far.receive()
    with pytest.raises(LinkClosed, match="gap"):
        near.receive()
    assert pair.host.refusals.counts() == {"gap": 1}
    in_a_thread(lambda: echo(far_other))
    other.send(MAIL, b"here")
    assert other.receive() == (MAIL, b"here")


def test_what_a_channel_repeats_is_received_once(pair: WirePair) -> None:
    near, far = pair.open()
    pair.way = lambda direction, lane, record: [record] * (3 if lane == Lane.MAIL else 1)
    for n in range(10):
        near.send(MAIL, b"%d" % n)
    near.close()
    assert list(frames_until_closed(far)) == [b"%d" % n for n in range(10)]
    assert pair.host.refusals.counts()["replayed"] >= 1


def test_whoever_sends_more_than_the_window_loses_its_channel(pair: WirePair) -> None:
    near, far = pair.open()
    near._left = [1 << 30] * 3
    send_until_closed(near, bytes(PIECE))
    assert sum(map(len, frames_until_closed(far))) <= WINDOW
    assert pair.host.refusals.counts()["flood"] == 1


def test_frames_that_are_empty_count_too(pair: WirePair) -> None:
    near, far = pair.open()
    near._left = [1 << 30] * 3
    send_until_closed(near, b"")
    assert len(list(frames_until_closed(far))) <= WINDOW // OVERHEAD
