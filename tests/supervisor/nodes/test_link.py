"""Many envelopes in one frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.nodes.link import pack, unpack


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=50)), max_size=20))
def test_what_is_packed_comes_out_again(mail: list[tuple[int, bytes]]) -> None:
    assert list(unpack(pack(mail))) == mail


@pytest.mark.parametrize("cut", [1, 5, 7, 9])
def test_a_damaged_frame_is_refused(cut: int) -> None:
    body = pack([(3, b"abcd")])
    with pytest.raises(ValueError, match="in the middle of"):
        list(unpack(body[:-cut]))
