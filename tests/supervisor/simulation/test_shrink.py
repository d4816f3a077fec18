"""A failing list is made as short as it can be."""

from collections.abc import Sequence

import pytest

from supervisor.simulation.shrink import kind_of, shrunk


@pytest.mark.parametrize("guilty", [{3}, {0, 9}, {2, 3, 7}, set(range(10)), set()])
def test_only_those_that_are_needed_are_left_in_order(guilty: set[int]) -> None:
    def fails(items: Sequence[int]) -> bool:
        return guilty <= set(items)

    assert shrunk(range(10), fails) == tuple(sorted(guilty))


def test_it_gives_up_after_so_many_tries() -> None:
    tries = 0

    def fails(items: Sequence[int]) -> bool:
        nonlocal tries
        tries += 1
        return {1, 40, 77} <= set(items)

    left = shrunk(range(100), fails, most=5)
    assert {1, 40, 77} <= set(left)
    assert tries <= 5 + 8  # the rest of a round


def test_what_was_found_is_known_by_its_kind() -> None:
    assert kind_of("12.500 s: stale turn: turn 3 can be heard") == "stale turn"
