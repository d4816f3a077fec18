"""A record is valid only as it was sealed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.protocol import Version
from actors.persistence.record import Damaged, pack, record, unpack

SEALED = record("users", 3, Version(7, 41), 1_700_000_000.25, b"the state itself" * 20)


@given(st.integers(0, 2**40), st.integers(0, 2**40), st.binary(max_size=2000), st.text(max_size=40))
def test_a_record_is_read_as_it_was_sealed(epoch: int, n: int, payload: bytes, domain: str) -> None:
    sealed = record(domain, 1, Version(epoch, n), 5.0, payload)
    assert unpack(pack(sealed), domain) == sealed


@given(st.data())
def test_any_flipped_bit_is_noticed(data: st.DataObject) -> None:
    packed = bytearray(pack(SEALED))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Damaged):
        # A flipped bit in a field's name makes it another field: then one is missing.
        unpack(bytes(packed), "users")


@given(st.integers(0, len(pack(SEALED)) - 1))
def test_a_torn_record_is_noticed(length: int) -> None:
    with pytest.raises(Damaged):
        unpack(pack(SEALED)[:length], "users")


def test_another_domains_record_is_refused() -> None:
    with pytest.raises(Damaged, match="belongs to 'users'"):
        unpack(pack(SEALED), "world")
