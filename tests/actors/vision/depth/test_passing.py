"""Distances in rendered rooms whose depth is known."""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from actors.kernel.media.frame_ring import Picture
from actors.vision.depth.flow import small_grey
from actors.vision.depth.passing import COLUMNS, ROWS, Passing, Seen, Shot, advance, chosen_shot, moves
from actors.vision.depth.travel import Heard
from tests.actors.vision.depth.rooms import SIZE, Numbers, Pose, Room

FOV = 60.0
EVERY = 0.2  # seconds between two pictures
BEGUN = 100.0

# What the body does: metres a second to the right and forward, degrees a second, and for how many pictures.
Walk = Sequence[tuple[float, float, float, int]]
WALKS: dict[str, Walk] = {
    "ahead": [(0.0, 2.0, 0.0, 3)],
    "aside": [(1.5, 0.0, 0.0, 3)],
    "round a corner": [(0.0, 1.6, 0.0, 2), (0.0, 1.6, 40.0, 2)],
}
STOPS: dict[str, Walk] = {"standing": [(0.0, 0.0, 0.0, 3)], "turning": [(0.0, 0.0, 30.0, 3)]}


@cache
def walked(
    name: str, seed: int, pitch: float = 0.0
) -> tuple[list[tuple[Picture, Numbers]], tuple[Heard, ...]]:
    """The pictures of a walk with their depths, and what the game tells of it."""
    room, x, z, yaw, at = Room(seed), 0.0, 0.0, 0.0, BEGUN
    seen, heard = [room.seen(Pose(pitch=pitch))], []
    for right, forward, turning, pictures in (WALKS | STOPS)[name]:
        heard.append(Heard(at if heard else at - 1.0, (right, 0.0, forward), math.radians(turning)))
        for _ in range(pictures):
            for _ in range(100):
                yaw += turning * EVERY / 100
                x += (
                    (right * math.cos(math.radians(yaw)) + forward * math.sin(math.radians(yaw)))
                    * EVERY
                    / 100
                )
                z += (
                    (forward * math.cos(math.radians(yaw)) - right * math.sin(math.radians(yaw)))
                    * EVERY
                    / 100
                )
            at += EVERY
            stands = right == forward == turning == 0.0
            seen.append(seen[-1] if stands else room.seen(Pose(x, 0.0, z, yaw, pitch)))
    return seen, tuple(heard)


def distances(name: str, seed: int, pitch: float = 0.0) -> list[tuple[Seen, Numbers]]:
    """What was told in each picture of a walk, with the true depth of each cell."""
    pictures, heard = walked(name, seed, pitch)
    passing, found = Passing(), []
    for n, (picture, depth) in enumerate(pictures):
        passing, seen = advance(passing, Shot(BEGUN + n * EVERY, small_grey(picture)), heard, FOV)
        if seen is not None:
            found.append((seen, true_cells(depth)))
    return found


def true_cells(depth: Numbers) -> Numbers:
    parts = depth.reshape(ROWS, SIZE[0] // ROWS, COLUMNS, SIZE[1] // COLUMNS)
    return np.asarray(np.median(parts.transpose(0, 2, 1, 3).reshape(ROWS * COLUMNS, -1), axis=1))


def wrong(seen: Seen, true: Numbers) -> Numbers:
    metres = np.array(seen.metres)
    return np.abs(metres - true)[metres > 0.0] / true[metres > 0.0]


@pytest.mark.parametrize("name", WALKS)
def test_what_moves_past_is_about_as_far_away_as_it_is(name: str) -> None:
    told = [pair for seed in (1, 2) for pair in distances(name, seed)]
    errors = np.concatenate([wrong(seen, true) for seen, true in told])
    cells = len(errors) / len(told)
    stated = np.mean([seen.error for seen, _ in told])
    print(
        f"{name}: {len(told)} pictures, {cells:.0f} of {COLUMNS * ROWS} cells; wrong by {np.median(errors):.3f} "
        f"(median), {np.quantile(errors, 0.9):.2f} (nine of ten); said to be {stated:.2f}"
    )
    assert len(told) >= 4
    assert cells >= 30
    assert np.median(errors) <= 0.05
    assert np.quantile(errors, 0.9) <= 0.25


def test_where_the_head_looks_down_is_found_out() -> None:
    told = distances("ahead", 3, pitch=-18.0)
    assert told
    assert np.median(np.concatenate([wrong(seen, true) for seen, true in told])) <= 0.05


@pytest.mark.parametrize("name", STOPS)
def test_who_stands_or_only_turns_is_told_no_distances(name: str) -> None:
    pictures, _ = walked(name, 1)
    assert len(pictures) == 4
    assert distances(name, 1) == []


def test_a_picture_that_stands_still_while_the_body_walks_is_a_misfit_or_says_nothing() -> None:
    pictures, _ = walked("standing", 1)
    _, heard = walked("ahead", 1)
    passing = Passing()
    for n, (picture, _) in enumerate(pictures):
        passing, seen = advance(passing, Shot(BEGUN + n * EVERY, small_grey(picture)), heard, FOV)
        assert seen is None


def test_pictures_of_something_else_are_misfits_until_they_fit_again() -> None:
    pictures, heard = walked("ahead", 1)
    passing = Passing()
    for n, (picture, _) in enumerate(reversed(pictures)):  # a film of somebody who walks backward
        passing, seen = advance(passing, Shot(BEGUN + n * EVERY, small_grey(picture)), heard, FOV)
        assert seen is None
    assert passing.misfits == len(pictures) - 1
    passing = Passing(misfits=passing.misfits)
    for n, (picture, _) in enumerate(pictures[:2]):
        passing, seen = advance(passing, Shot(BEGUN + n * EVERY, small_grey(picture)), heard, FOV)
    assert seen is not None
    assert passing.misfits == 0


def shots(*at: float) -> list[Shot]:
    return [Shot(one, np.zeros((9, 16), np.uint8)) for one in at]


def test_the_newest_picture_that_is_far_enough_behind_is_compared_with() -> None:
    walking = (Heard(0.0, (0.0, 0.0, 1.0)),)
    chosen = chosen_shot(shots(9.3, 9.5, 9.65, 9.8), 10.0, walking)
    assert chosen is not None
    assert chosen[0].at == 9.65
    assert chosen[1].forward == pytest.approx(0.35)


def test_who_walks_slowly_is_compared_with_the_picture_that_is_farthest_behind() -> None:
    chosen = chosen_shot(shots(9.2, 9.5, 9.8), 10.0, (Heard(0.0, (0.0, 0.0, 0.25)),))
    assert chosen is not None
    assert chosen[0].at == 9.2


@pytest.mark.parametrize(
    "heard",
    [
        (),
        (Heard(0.0),),
        (Heard(0.0, (0.0, 0.0, 0.05)),),
        (Heard(0.0, (0.0, 0.0, 1.0), 5.0),),  # turns too quickly
        (Heard(0.0), Heard(9.9, (0.0, 0.0, 2.0))),  # has only just begun to walk
    ],
)
def test_with_none_is_compared_where_that_says_nothing(heard: tuple[Heard, ...]) -> None:
    assert chosen_shot(shots(9.3, 9.5, 9.8), 10.0, heard) is None


def test_whether_the_body_moves_is_what_was_told_of_the_time_that_is_looked_back_to() -> None:
    assert not moves((), 10.0)
    assert not moves((Heard(0.0),), 10.0)
    assert moves((Heard(0.0, (0.0, 0.0, 1.0)),), 10.0)
    assert moves((Heard(0.0, (0.0, 0.0, 1.0)), Heard(9.5)), 10.0)
    assert not moves((Heard(0.0, (0.0, 0.0, 1.0)), Heard(2.0)), 10.0)


def test_pictures_of_another_size_are_not_compared() -> None:
    walking = (Heard(0.0, (0.0, 0.0, 1.0)),)
    passing, _ = advance(Passing(), Shot(9.0, np.zeros((90, 160), np.uint8)), walking, FOV)
    passing, seen = advance(passing, Shot(9.5, np.zeros((45, 80), np.uint8)), walking, FOV)
    assert seen is None
    assert [shot.grey.shape for shot in passing.shots] == [(45, 80)]


@pytest.mark.parametrize("shape", [(1, 1), (2, 640), (360, 640)])
def test_a_dark_picture_of_any_shape_says_nothing_and_is_no_misfit(shape: tuple[int, int]) -> None:
    walking, passing = (Heard(0.0, (0.0, 0.0, 1.0)),), Passing()
    for at in (9.0, 9.5, 10.0):
        passing, seen = advance(passing, Shot(at, np.zeros(shape, np.uint8)), walking, FOV)
        assert seen is None
    assert passing.misfits == 0
