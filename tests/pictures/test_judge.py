"""The judge: what counts as found, as a false alarm, as read, and how wrong a distance is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pictures.judge import (
    Box,
    Guess,
    Somebody,
    Verdict,
    judged,
    matched,
    median_error,
    names_read,
    overlap,
    visits,
)

ANNA = Somebody("Anna", Box(0.1, 0.2, 0.2, 0.6), 3.0, True)
BEN = Somebody("Ben", Box(0.6, 0.3, 0.1, 0.4), 5.0, True)
FAR = Somebody("Far", Box(0.9, 0.5, 0.02, 0.05), 20.0, False)

shares = st.floats(0.0, 1.0)
boxes = st.builds(Box, shares, shares, shares, shares)


@given(boxes, boxes)
def test_an_overlap_is_a_share_and_the_same_from_both_sides(a: Box, b: Box) -> None:
    assert 0.0 <= overlap(a, b) <= 1.0 + 1e-9
    assert overlap(a, b) == pytest.approx(overlap(b, a))


def test_boxes_that_share_half_of_their_width_overlap_by_a_third() -> None:
    assert overlap(Box(0, 0, 0.4, 1), Box(0.2, 0, 0.4, 1)) == pytest.approx(1 / 3)
    assert overlap(Box(0, 0, 0, 0), Box(0, 0, 0, 0)) == 0.0


def test_somebody_found_twice_is_found_once_and_the_second_is_no_stranger() -> None:
    twice = [Guess(ANNA.box, 0.9), Guess(Box(0.11, 0.2, 0.2, 0.6), 0.5)]
    assert judged([ANNA, BEN], twice) == Verdict(asked=2, found=1, wrong=0, pictures=1)


def test_the_surest_guess_chooses_first() -> None:
    guesses = [Guess(Box(0.12, 0.2, 0.2, 0.6), 0.4), Guess(ANNA.box, 0.8)]
    assert matched([ANNA], guesses) == {1: 0}


def test_what_is_found_where_nobody_is_is_a_false_alarm() -> None:
    assert judged([ANNA], [Guess(Box(0.7, 0.7, 0.2, 0.2), 0.9)]) == Verdict(1, 0, 1, 1)
    assert judged([], [Guess(BEN.box, 0.3)]) == Verdict(0, 0, 1, 1)


def test_a_box_twice_as_high_as_somebody_does_not_find_them() -> None:
    tall = Guess(Box(0.6, 0.0, 0.1, 0.9), 0.9)
    assert judged([BEN], [tall]) == Verdict(1, 0, 1, 1)


def test_who_is_too_small_to_be_asked_for_may_be_found_or_not() -> None:
    assert judged([FAR], []) == judged([FAR], [Guess(FAR.box, 0.5)]) == Verdict(0, 0, 0, 1)


@given(st.lists(boxes, max_size=5), st.lists(st.builds(Guess, boxes, shares), max_size=6))
def test_nobody_is_found_more_often_than_there_are_people_or_guesses(
    people: list[Box], guesses: list[Guess]
) -> None:
    verdict = judged([Somebody("x", box, 1.0, True) for box in people], guesses)
    assert verdict.found <= min(len(people), len(guesses))
    assert verdict.found + verdict.wrong <= len(guesses)


def test_verdicts_add_up() -> None:
    both = Verdict(4, 3, 1, 1) + Verdict(0, 0, 1, 1)
    assert (both.recall, both.wrong_each) == (0.75, 1.0)
    assert Verdict().recall == 1.0


def test_a_name_that_is_not_there_is_read_wrongly() -> None:
    assert names_read(["Anna", "Ben"], ["Anna", None, "Zoe", "Anna"]) == (1, 1)


def test_the_error_of_distances_is_the_middle_one_as_a_share() -> None:
    assert median_error([(2.0, 4.0), (4.4, 4.0), (4.0, 4.0)]) == pytest.approx(0.1)
    with pytest.raises(ValueError, match="no median"):
        median_error([])


def test_a_visit_told_twice_and_one_never_told_are_not_told_once() -> None:
    told = visits({"Anna": 1, "Ben": 1, "Cleo": 1}, ["Anna", "Ben", "Ben", "Ghost"], ["Anna", "Ben", "Ben"])
    assert told.once == ("Anna",)
    assert told.people == 3
    assert told.others == {"Ben": (1, 2, 2), "Cleo": (1, 0, 0), "Ghost": (0, 1, 0)}
