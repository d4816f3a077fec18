"""Sound by its place in time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from actors.audio.echo.timeline import Timeline


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 9)), max_size=12))
def test_it_reads_as_an_endless_strip_of_which_the_newest_part_is_kept(pieces: list[tuple[int, int]]) -> None:
    timeline, whole, value = Timeline(20), np.zeros(400, dtype=np.int16), 1
    for gap, size in pieces:
        begin, sound = timeline.end + gap, np.arange(value, value + size, dtype=np.int16)
        timeline.put(begin, sound)
        whole[begin : begin + size] = sound
        value += size
    whole[: max(0, timeline.end - 20)] = 0
    assert list(timeline.read(0, 400)) == list(whole)
    assert list(timeline.read(-5, 10)) == [0] * 5 + list(whole[:5])


def test_what_is_longer_than_it_keeps_leaves_its_end() -> None:
    timeline = Timeline(4)
    timeline.put(0, np.arange(1, 11, dtype=np.int16))
    assert list(timeline.read(5, 6)) == [0, 7, 8, 9, 10, 0]


def test_a_piece_may_replace_a_part_that_is_still_kept() -> None:
    timeline = Timeline(8)
    timeline.put(0, np.arange(1, 7, dtype=np.int16))
    timeline.put(2, np.array([9, 9], dtype=np.int16))
    assert list(timeline.read(0, 6)) == [1, 2, 9, 9, 5, 6]
