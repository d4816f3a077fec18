"""A record is valid only as it was packed, and is found wherever it lies."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.protocol.storage import Version
from actors.persistence.store.record import MARK, Damaged, Kind, Record, pack, scan, scan_file, unpack

RECORD = Record(
    Kind.CHANGE, "users", 3, Version(7, 41), 1_700_000_000.25, b"what changed" * 20, Version(7, 40)
)
SMALL = Record(Kind.TOMBSTONE, "", 1, Version(), 5.0, b"hash")

versions = st.builds(Version, st.integers(0, 2**40), st.integers(0, 2**40))
records = st.builds(
    Record,
    kind=st.sampled_from([str(kind) for kind in Kind]),
    domain=st.text(max_size=40),
    schema=st.integers(0, 1000),
    version=versions,
    saved_at=st.floats(0, 2**40),
    payload=st.binary(max_size=2000),
    base=versions,
    part=st.integers(0, 100),
    parts=st.integers(0, 100),
    encrypted=st.booleans(),
)


@given(records)
def test_a_record_is_read_as_it_was_packed(record: Record) -> None:
    assert unpack(pack(record), record.domain) == record


@given(st.data())
def test_any_flipped_bit_is_noticed(data: st.DataObject) -> None:
    packed = bytearray(pack(RECORD))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Damaged):
        unpack(bytes(packed), "users")


@given(st.integers(0, len(pack(RECORD)) - 1))
def test_a_torn_record_is_noticed(length: int) -> None:
    with pytest.raises(Damaged):
        unpack(pack(RECORD)[:length], "users")


@given(st.binary(max_size=400))
def test_other_bytes_are_no_record(data: bytes) -> None:
    with pytest.raises(Damaged, match=r"not a record|is wrong"):
        unpack(data)


def test_another_domains_record_is_refused() -> None:
    with pytest.raises(Damaged, match="belongs to 'users'"):
        unpack(pack(RECORD), "world")


def test_a_record_with_something_behind_it_is_refused() -> None:
    with pytest.raises(Damaged, match="has the wrong length"):
        unpack(pack(RECORD) + b"\0", "users")


@given(st.lists(st.tuples(st.binary(max_size=60), records), max_size=6), st.binary(max_size=60))
def test_records_are_found_among_other_bytes(placed: list[tuple[bytes, Record]], end: bytes) -> None:
    data = b"".join(noise + pack(record) for noise, record in placed) + end
    assert list(scan(data)) == [record for _, record in placed]


@given(st.lists(st.tuples(st.binary(max_size=60), records), max_size=6), st.integers(len(MARK), 300))
def test_in_a_file_the_same_records_are_found_however_little_is_read_at_a_time(
    placed: list[tuple[bytes, Record]], chunk: int
) -> None:
    lure = MARK + (2**31).to_bytes(4, "little")
    data = b"".join(noise + pack(record) + lure for noise, record in placed)
    assert list(scan_file(BytesIO(data), chunk)) == list(scan(data)) == [record for _, record in placed]


def test_what_only_looks_like_the_beginning_of_a_record_hides_none_behind_it() -> None:
    for lure in (MARK, MARK + b"\xff" * 4, MARK + (10).to_bytes(4, "little") + b"x" * 32):
        assert list(scan(lure + pack(RECORD) + lure)) == [RECORD]


def test_a_torn_record_does_not_hide_the_one_that_begins_in_it() -> None:
    assert list(scan(pack(RECORD)[:-30] + pack(SMALL))) == [SMALL]


def test_a_record_inside_a_record_is_found_too() -> None:
    outer = Record(Kind.PART, "users", 1, Version(1, 1), 5.0, pack(SMALL))
    assert list(scan(pack(outer))) == [outer, SMALL]


@pytest.mark.parametrize("version", [Version(2**63, 0), Version(0, 2**64 - 1), Version(-1, 0)])
def test_a_version_that_cannot_be_counted_on_from_is_no_record(version: Version) -> None:
    """A file that holds the largest number there is would leave no epoch for the next start."""
    made = pack(Record(Kind.EPOCH, "users", 1, version, 5.0))
    with pytest.raises(Damaged, match="version"):
        unpack(made)
    assert list(scan(made)) == []
