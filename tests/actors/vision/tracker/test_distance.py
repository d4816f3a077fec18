"""How far somebody is: the best of what several senses tell."""

import math

import pytest

from actors.vision.geometry import PERSON_HEIGHT, bearing, distance_by_height
from actors.vision.messages import PERSON, Box, DistancesSeen
from actors.vision.tracker.distance import (
    BY_HEIGHT,
    OLD,
    UNKNOWN_DISTANCE,
    Distance,
    by_grid,
    by_height,
    newer,
    trend,
)

ASPECT, FOV = 16 / 9, 60.0


def pictured(east: float, north: float, height: float = PERSON_HEIGHT) -> Box:
    """The box of somebody who stands there, by a pinhole: the camera is at half their height."""
    scale = 2.0 * math.tan(math.radians(FOV) / 2.0)
    tall, x = height / north / scale, 0.5 + east / north / scale / ASPECT
    return Box(x - tall / 6, 0.5 - tall / 2, tall / 3, tall)


@pytest.mark.parametrize(("east", "north"), [(0.0, 2.0), (1.0, 3.0), (-4.0, 5.0), (3.0, 12.0)])
def test_a_person_of_usual_height_is_as_far_as_they_are(east: float, north: float) -> None:
    box = pictured(east, north)
    assert distance_by_height(box, ASPECT, FOV) == pytest.approx(math.hypot(east, north))
    assert bearing(box.left + box.width / 2, ASPECT, FOV) == pytest.approx(
        math.degrees(math.atan2(east, north))
    )


def test_who_is_cut_off_and_what_is_no_person_has_no_distance_by_height() -> None:
    for kind, box in (
        (PERSON, Box(0.4, 0.0, 0.2, 0.5)),
        (PERSON, Box(0.4, 0.5, 0.2, 0.5)),
        (PERSON, Box(0.4, 0.4, 0.2, 0.0)),
        ("chair", Box(0.4, 0.4, 0.2, 0.2)),
    ):
        assert by_height(UNKNOWN_DISTANCE, kind, box, ASPECT, FOV, 1.0) is UNKNOWN_DISTANCE


def test_the_better_source_counts_for_as_long_as_it_is_fresh() -> None:
    by_model = newer(UNKNOWN_DISTANCE, 4.0, 0.1, "model", 10.0)
    assert newer(by_model, 5.0, 0.25, "height", 10.0 + OLD / 2) == by_model
    assert newer(by_model, 5.0, 0.25, "height", 10.0 + OLD).source == "height"
    assert newer(newer(UNKNOWN_DISTANCE, 5.0, 0.25, "height", 10.0), 4.0, 0.1, "model", 10.1).metres == 4.0


@pytest.mark.parametrize("nonsense", [0.0, -1.0, math.inf, math.nan])
def test_nonsense_is_no_distance(nonsense: float) -> None:
    known = Distance(3.0, 0.1, "model", 1.0)
    assert newer(known, nonsense, 0.0, "model", 2.0) == known


def test_the_depth_inside_a_box_counts_and_not_that_of_the_wall_behind() -> None:
    near = {(x, y) for x in (4, 5) for y in (2, 3, 4, 5)}
    metres = tuple(3.0 if (x, y) in near else 8.0 for y in range(8) for x in range(10))
    seen = DistancesSeen(5.0, 10, metres, "motion", 0.2)
    found = by_grid(UNKNOWN_DISTANCE, Box(0.37, 0.2, 0.26, 0.6), seen, ASPECT, FOV, 5.0)
    assert (found.metres, found.source, found.error) == (pytest.approx(3.0), "motion", 0.2)


@pytest.mark.parametrize("columns", [0, -1, 3])
def test_a_grid_without_anything_in_the_box_tells_nothing(columns: int) -> None:
    seen = DistancesSeen(5.0, columns, (0.0,) * 9, "motion", 0.2)
    assert by_grid(UNKNOWN_DISTANCE, Box(0.4, 0.4, 0.2, 0.2), seen, ASPECT, FOV, 5.0) is UNKNOWN_DISTANCE


@pytest.mark.parametrize(("speed", "word"), [(-1.0, "approaching"), (1.0, "leaving"), (0.1, ""), (0.0, "")])
def test_who_comes_and_who_goes(speed: float, word: str) -> None:
    known = UNKNOWN_DISTANCE
    for n in range(30):
        known = newer(known, 6.0 + speed * n * 0.2, BY_HEIGHT, "height", 100.0 + n * 0.2)
    assert trend(known) == word
