"""Records: what is sealed comes out at the other end once, in order, or is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.hosts.wire.records import (
    LEAST_RECORD,
    MAX_RECORD,
    Lane,
    Opener,
    Piece,
    RecordRefused,
    Sealer,
    head_of,
    join,
    split,
)
from supervisor.hosts.wire.refusals import Reason

KEY = bytes(range(32))
PIECES = st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=50), st.booleans()), max_size=20)


def opened(opener: Opener, record: bytes) -> bytes:
    _, _, lane, sequence = head_of(record)
    return opener.open(lane, sequence, bytes(record), memoryview(bytearray(MAX_RECORD)))


def refused(opener: Opener, record: bytes) -> Reason:
    with pytest.raises(RecordRefused) as refusal:
        opened(opener, record)
    return refusal.value.reason


@given(PIECES)
def test_what_is_joined_comes_apart_again(pieces: list[Piece]) -> None:
    assert split(join(pieces)) == pieces


@given(st.binary(max_size=200))
def test_whatever_is_split_it_is_refused_or_comes_apart(data: bytes) -> None:
    with suppress(RecordRefused):
        assert join(split(data)) == data


def test_each_lane_has_its_own_order() -> None:
    sealer, opener = Sealer(KEY, 1, 2), Opener(KEY)
    mail = [sealer.seal(Lane.MAIL, b"%d" % n) for n in range(3)]
    urgent = sealer.seal(Lane.CONTROL, b"stop")
    assert opened(opener, urgent) == b"stop"
    assert [opened(opener, record) for record in mail] == [b"0", b"1", b"2"]


def test_a_record_is_opened_once() -> None:
    sealer, opener = Sealer(KEY, 1, 2), Opener(KEY)
    record = sealer.seal(Lane.MAIL, b"pay")
    opened(opener, record)
    assert refused(opener, record) is Reason.REPLAYED


def test_a_record_after_one_that_is_missing_says_so() -> None:
    sealer, opener = Sealer(KEY, 1, 2), Opener(KEY)
    sealer.seal(Lane.MAIL, b"lost")
    assert refused(opener, sealer.seal(Lane.MAIL, b"next")) is Reason.GAP


def test_a_forged_record_does_not_count_as_one_that_came() -> None:
    sealer, opener = Sealer(KEY, 1, 2), Opener(KEY)
    forged = Sealer(b"x" * 32, 1, 2).seal(Lane.MAIL, b"mine")
    assert refused(opener, forged) is Reason.FORGED
    assert opened(opener, sealer.seal(Lane.MAIL, b"yours")) == b"yours"


def test_what_stands_in_the_head_is_sealed_too() -> None:
    for at in range(22):
        sealer, opener = Sealer(KEY, 1, 2), Opener(KEY)
        record = bytearray(sealer.seal(Lane.MAIL, b"pay"))
        record[at] ^= 1
        try:
            reason = refused(opener, bytes(record))
        except IndexError:
            reason = Reason.MALFORMED
        assert reason in (Reason.FORGED, Reason.MALFORMED), at


def test_a_record_of_another_channel_or_direction_is_none_here() -> None:
    record = Sealer(KEY, 1, 2).seal(Lane.MAIL, b"pay")
    moved = Sealer(KEY, 1, 3).seal(Lane.MAIL, b"pay")[:22] + record[22:]
    assert refused(Opener(KEY), moved) is Reason.FORGED


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"", Reason.MALFORMED),
        (bytes(LEAST_RECORD - 1), Reason.MALFORMED),
        (bytes(LEAST_RECORD), Reason.MALFORMED),
        (bytes(MAX_RECORD + 1), Reason.OVERSIZED),
    ],
)
def test_what_cannot_be_a_record_is_refused_unopened(record: bytes, reason: Reason) -> None:
    with pytest.raises(RecordRefused) as refusal:
        head_of(record)
    assert refusal.value.reason is reason
