"""Who and what is followed from picture to picture."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vision.messages import PERSON, Box, Detection
from actors.vision.tracker.tracks import (
    CONFIRMS,
    LASTS,
    MISSES,
    MOST,
    Tracks,
    advance,
    faded,
    named,
    overlap,
)
from tests.actors.vision.tracker.scenes import MIO, REN, body

EVERY = 0.2


def after(*pictures: tuple[Detection, ...], tracks: Tracks | None = None, at: float = 100.0) -> Tracks:
    tracks = tracks or Tracks()
    for n, found in enumerate(pictures):
        now = at + n * EVERY
        tracks = advance(tracks, found, now, now)
    return tracks


def test_a_detection_counts_once_it_was_found_again() -> None:
    seen = [after(*[(body(0.5),)] * n).confirmed for n in range(1, CONFIRMS + 1)]
    assert [len(each) for each in seen] == [0] * (CONFIRMS - 1) + [1]


def test_what_is_found_once_in_a_while_never_counts() -> None:
    flashes = [(body(0.5),) if n % (MISSES + 2) == 0 else () for n in range(40)]
    assert after(*flashes).confirmed == ()


def test_somebody_who_walks_across_stays_the_same() -> None:
    tracks = after(*[(body(0.1 + 0.03 * n),) for n in range(25)])
    (one,) = tracks.confirmed
    assert one.number == 1
    assert one.hits == 25


def test_two_who_cross_each_other_are_two_throughout() -> None:
    pictures = [(body(0.2 + 0.03 * n, 0.5), body(0.8 - 0.03 * n, 0.35)) for n in range(20)]
    tracks = after(*pictures)
    assert sorted(one.number for one in tracks.confirmed) == [1, 2]
    ended = {one.number: one.box.left for one in tracks.confirmed}
    assert ended[1] > ended[2], "each is where they went"


def test_who_is_missed_now_and_then_is_there_all_the_time() -> None:
    dice = random.Random(7)
    pictures = [(body(0.5),) if n < CONFIRMS or dice.random() < 0.4 else () for n in range(200)]
    tracks = after(*pictures)
    assert [one.number for one in tracks.confirmed] == [1]


def test_who_is_not_seen_any_more_is_gone_after_a_while() -> None:
    tracks = after(*[(body(0.5),)] * 5)
    last = tracks.all[0].last
    assert faded(tracks, last + LASTS - 0.01).confirmed == tracks.confirmed
    assert faded(tracks, last + LASTS).all == ()


def test_another_kind_at_the_same_place_is_something_else() -> None:
    tracks = after((body(0.5),), (body(0.5, kind="chair"),))
    assert [one.kind for one in tracks.all] == [PERSON, "chair"]


def test_the_name_stays_with_who_comes_back_into_sight_elsewhere() -> None:
    """The body turned: everybody is somewhere else in the picture."""
    tracks = named(after(*[(body(0.2),)] * 4), 1, MIO, 0.9)
    tracks = after(*[(body(0.8),)] * 2, tracks=tracks, at=101.0)
    assert len(tracks.all) == 2
    tracks = named(tracks, 2, MIO, 0.8)
    (one,) = tracks.all
    assert (one.number, one.person, one.since) == (1, MIO, 100.0)
    assert one.box.left > 0.5


def test_nobody_is_in_two_places() -> None:
    tracks = after(*[(body(0.2), body(0.8))] * 4)
    tracks = named(named(tracks, 1, MIO, 0.6), 2, MIO, 0.9)
    assert [one.person.name for one in tracks.all] == ["Mio", "unknown"]
    assert tracks.all[0].box.left > 0.5, "it was her who was followed there"
    assert named(tracks, 2, MIO, 0.5) == tracks, "read worse than the other one"
    assert [one.person for one in named(tracks, 2, REN, 0.5).all] == [MIO, REN]


BOXES = st.builds(Box, *[st.floats(0.0, 1.0)] * 4)
FOUND = st.lists(
    st.builds(Detection, st.sampled_from([PERSON, "chair"]), st.floats(0, 1), BOXES), max_size=50
)


@given(st.lists(FOUND, max_size=6))
def test_whatever_is_found_numbers_are_single_and_there_is_a_limit(pictures: list[list[Detection]]) -> None:
    tracks = after(*map(tuple, pictures))
    numbers = [one.number for one in tracks.all]
    assert len(set(numbers)) == len(numbers) <= MOST
    assert all(number <= tracks.given for number in numbers)


@pytest.mark.parametrize(
    ("other", "both"), [((0.0, 0.0), 1.0), ((0.1, 0.0), 1 / 3), ((0.2, 0.0), 0.0), ((0.1, 0.1), 1 / 7)]
)
def test_overlap(other: tuple[float, float], both: float) -> None:
    assert overlap(Box(0.0, 0.0, 0.2, 0.2), Box(*other, 0.2, 0.2)) == pytest.approx(both)
