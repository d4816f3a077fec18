"""A connection: who is there, who is lost, and what somebody else's records do to it."""

import queue
import random
import threading
from collections.abc import Callable, Iterator

import pytest

from supervisor.hosts.wire import talk
from supervisor.hosts.wire.connection import Connection
from supervisor.hosts.wire.handshake import SessionKeys
from supervisor.hosts.wire.records import MAX_RECORD, Lane, Sealer
from supervisor.hosts.wire.refusals import RateLimit, Refusals
from supervisor.nodes.link import FrameType, LinkClosed
from tests.doubles.wired import PATIENCE, Clock, Ends, WirePair, echo, frames_until_closed

MAIL = FrameType.MAIL


@pytest.fixture
def pair() -> Iterator[WirePair]:
    made = WirePair()
    yield made
    made.close()


def until(true: Callable[[], bool]) -> None:
    gate = threading.Event()
    for _ in range(int(PATIENCE / 0.005)):
        if true():
            return
        gate.wait(0.005)
    raise AssertionError("it never came true")


def test_numbers_of_channels_only_increase(pair: WirePair) -> None:
    numbers = []
    for _ in range(5):
        near, far = pair.open()
        assert near.number == far.number
        numbers.append(near.number)
        near.close()
    assert numbers == sorted(set(numbers))


def test_channels_can_be_opened_by_several_threads_at_once(pair: WirePair) -> None:
    made: queue.SimpleQueue[int] = queue.SimpleQueue()
    for _ in range(20):
        threading.Thread(target=lambda: made.put(pair.home.open().number), daemon=True).start()
    assert len({made.get(timeout=PATIENCE) for _ in range(20)}) == 20


def test_a_record_of_a_channel_that_was_closed_is_refused_as_late(pair: WirePair) -> None:
    near, far = pair.open()
    near.send(MAIL, b"one")
    far.receive()
    near.close()
    assert list(frames_until_closed(far)) == []
    before = [record for direction, lane, record in pair.seen if direction == "down" and lane == Lane.MAIL]
    pair.inject("down", before[0])
    until(lambda: pair.host.refusals.counts().get("late") == 1)
    assert pair.host.up


def test_a_record_of_another_connection_is_refused(pair: WirePair) -> None:
    pair.inject("down", Sealer(b"k" * 32, 8, 1).seal(Lane.MAIL, b"of a session before"))
    until(lambda: pair.host.refusals.counts().get("unknown") == 1)


def test_what_comes_after_a_connection_was_lost_is_refused_as_late(pair: WirePair) -> None:
    near, far = pair.open()
    pair.home.end("it was silent for 3 s")
    far.send(MAIL, b"I was only away")
    until(lambda: pair.home.refusals.counts().get("late") == 1)
    with pytest.raises(LinkClosed, match="silent"):
        near.receive()


def test_ten_thousand_records_of_a_stranger_are_refused_and_counted_and_cost_nobody_a_frame(
    pair: WirePair,
) -> None:
    near, far = pair.open()
    quiet, far_quiet = pair.open()
    threading.Thread(target=echo, args=(far,), daemon=True).start()
    threading.Thread(target=echo, args=(far_quiet,), daemon=True).start()
    near.send(MAIL, b"begin")
    near.receive()
    dice = random.Random(19)
    known = [record for direction, _, record in pair.seen if direction == "down"]
    made = [_hostile(dice, dice.choice(known)) for _ in range(10_000)]
    for n, record in enumerate(made):
        pair.inject("down", record)
        if n % 100 == 0:
            near.send(MAIL, b"%d" % n)
            assert near.receive() == (MAIL, b"%d" % n)
    quiet.send(MAIL, b"still here")
    assert quiet.receive() == (MAIL, b"still here")
    counts = pair.host.refusals.counts()
    assert sum(counts.values()) == 10_000, counts
    assert set(counts) == {"oversized", "malformed", "unknown", "forged", "replayed"}
    assert pair.host.up
    assert pair.home.up


def _hostile(dice: random.Random, record: bytes) -> bytes:
    """What whoever has heard a record and has no key can make of it."""
    kind = dice.randrange(7)
    if kind == 0:
        return bytes(MAX_RECORD + dice.randrange(1, 1000))
    if kind == 1:
        return record[: dice.randrange(len(record))]
    if kind == 2:  # one bit
        spoiled = bytearray(record)
        spoiled[dice.randrange(22, len(spoiled))] ^= 1 << dice.randrange(8)
        return bytes(spoiled[:14]) + dice.randrange(1 << 40, 1 << 41).to_bytes(8, "big") + bytes(spoiled[22:])
    if kind == 3:
        return _with_sequence(record, 0) if record[13] == Lane.MAIL else dice.randbytes(60)
    if kind == 4:  # of later, or of another channel
        return _with_sequence(record, dice.randrange(1000, 1 << 60))
    if kind == 5:
        return record[:9] + dice.randrange(1000, 1 << 32).to_bytes(4, "big") + record[13:]
    return dice.randbytes(dice.randrange(200))


def _with_sequence(record: bytes, sequence: int) -> bytes:
    return record[:14] + sequence.to_bytes(8, "big") + record[22:]


def test_a_channel_without_an_answer_is_not_opened() -> None:
    told = Ends()
    alone = Connection("box", SessionKeys(1, b"k" * 32), True, lambda lane, record: None, told, Refusals())
    with pytest.raises(ConnectionError, match="not up"):
        alone.open()


def test_silence_ends_a_connection_and_all_of_its_channels() -> None:
    clock = Clock()
    pair = WirePair(clock)
    near, _ = pair.open()
    pair.way = lambda direction, lane, record: []
    for _ in range(31):
        clock.now += 0.1
        pair.home.tick()
    assert pair.home_told.over.get(timeout=PATIENCE) == "it was silent for 3 s"
    with pytest.raises(LinkClosed, match="silent for 3 s"):
        near.receive()
    pair.close()


def test_signs_of_life_keep_an_idle_connection() -> None:
    clock = Clock()
    pair = WirePair(clock)
    for _ in range(100):
        clock.now += 0.5
        pair.home.tick()
        pair.host.tick()
        until(lambda: pair.home._heard == pair.host._heard == clock.now)
    assert pair.home.up
    assert pair.host.up
    pair.close()


def test_a_machine_that_slept_does_not_take_its_own_sleep_for_the_others_silence() -> None:
    clock = Clock()
    pair = WirePair(clock)
    clock.now += 3600
    pair.home.tick()
    assert pair.home.up
    pair.close()


def test_round_trip_and_clock_are_measured() -> None:
    pair = WirePair()
    until(lambda: pair.host.clock.round_trip is not None)
    assert pair.host.clock.offset is not None
    assert abs(pair.host.clock.offset) <= pair.host.clock.round_trip / 2  # type: ignore[operator]
    assert pair.home.received > 0
    assert pair.home.sent > 0
    pair.close()


def test_leaving_in_order_tells_the_other_end_why(pair: WirePair) -> None:
    near, far = pair.open()
    near.send(MAIL, b"the last")
    near.close()
    pair.home.leave("the home has stopped")
    assert pair.host_told.over.get(timeout=PATIENCE) == "the home has stopped"
    assert list(frames_until_closed(far)) in ([b"the last"], [])


def test_a_host_opens_no_channels(pair: WirePair) -> None:
    pair.host._say(talk.Open(5))
    assert pair.home_told.over.get(timeout=PATIENCE) == "what it said was refused: malformed"


def test_a_rate_limit_lets_bursts_through_and_no_more_than_its_rate_in_the_long_run() -> None:
    limit = RateLimit(rate=10, burst=20)
    assert sum(limit.allows(100.0) for _ in range(50)) == 20
    assert sum(limit.allows(100.0 + n / 100) for n in range(1, 1001)) == 100
