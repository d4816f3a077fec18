"""Distances by what moves past, on kept walks through rendered rooms and gardens."""

import pytest

from tests.pictures.judge import median_error
from tests.pictures.kept import kept_walks
from tests.pictures.walks import measured

WRONG, TOLD = 0.1, 0.7
"""Share by which the middle one of the distances may be wrong, and share of the pictures in which any must be told."""


@pytest.mark.parametrize("way", ["ahead", "aside", "corner"])
def test_what_moves_past_is_about_as_far_away_as_it_is(way: str) -> None:
    walks = [walk for walk in kept_walks() if walk.way == way]
    found = measured(walks)
    print(f"{way}: {found}")
    assert len(walks) == 2
    assert found.pictures >= TOLD * found.shown
    assert len(found.pairs) > 100
    assert median_error(found.pairs) <= WRONG
