"""Distances from how points move: exact points, and what must not be believed."""

import math

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from actors.vision.depth.flow import Followed, Points
from actors.vision.depth.parallax import Depths, depths, grid, rays_of, turned_away
from actors.vision.depth.travel import Travel

SIZE = (360, 640)
FOV = 60.0
Solid = npt.NDArray[np.float64]


def cloud(seed: int, points: int = 200) -> Solid:
    """Points in the camera's frame, 1.5 to 12 m ahead, all over the picture."""
    dice = np.random.default_rng(seed)
    ahead = dice.uniform(1.5, 12.0, points)
    half = math.tan(math.radians(FOV) / 2.0)
    across = dice.uniform(-0.8, 0.8, points) * half * SIZE[1] / SIZE[0] * ahead
    return np.stack((across, dice.uniform(-0.8, 0.8, points) * half * ahead, ahead), axis=1)


def seen_from(solid: Solid, travel: Travel, pitch: float) -> Solid:
    """The same points in the camera's frame after the body moved, written down independently of the code."""
    up = math.radians(pitch)
    level = np.array(((1, 0, 0), (0, math.cos(up), math.sin(up)), (0, -math.sin(up), math.cos(up))), float)
    turn = math.radians(travel.turned)
    yaw = np.array(((math.cos(turn), 0, math.sin(turn)), (0, 1, 0), (-math.sin(turn), 0, math.cos(turn))))
    world = solid @ level  # rows: the camera's axes in the body's frame
    moved = (world - (travel.right, travel.down, travel.forward)) @ yaw
    return moved @ level.T


def pixels(solid: Solid) -> Points:
    focal = SIZE[0] / 2.0 / math.tan(math.radians(FOV) / 2.0)
    return solid[:, :2] / solid[:, 2:] * focal + (np.array((SIZE[1], SIZE[0])) - 1.0) / 2.0


def followed(seed: int, travel: Travel, pitch: float = 0.0, noise: float = 0.1) -> tuple[Followed, Solid]:
    before = cloud(seed)
    after = seen_from(before, travel, pitch)
    dice = np.random.default_rng(seed)
    moved = pixels(after) + dice.normal(0.0, noise, (len(after), 2))
    return Followed(pixels(before), moved, SIZE), after


def errors_of(found: Depths | None, after: Solid) -> npt.NDArray[np.float64]:
    assert found is not None
    rays = after[:, :2] / after[:, 2:]
    nearest = [int(np.abs(rays - ray).sum(axis=1).argmin()) for ray in found.rays]
    return np.abs(found.metres - after[nearest, 2]) / after[nearest, 2]


@pytest.mark.parametrize("pitch", [0.0, -20.0, 13.0])
@pytest.mark.parametrize(
    "travel",
    [
        Travel(0.0, 0.0, 0.4, 0.0),
        Travel(0.4, 0.0, 0.0, 0.0),
        Travel(0.0, 0.0, -0.4, 5.0),
        Travel(0.2, -0.1, 0.3, -12.0),
    ],
)
def test_what_stands_still_is_as_far_away_as_it_is(travel: Travel, pitch: float) -> None:
    points, after = followed(1, travel, pitch)
    found = depths(points, travel, FOV)
    wrong = errors_of(found, after)
    print(f"{travel} pitch {pitch:g}: median {np.median(wrong):.3f} of {len(wrong)}")
    assert len(wrong) > 80
    assert np.median(wrong) < 0.03


def test_where_the_game_tells_the_turning_a_little_wrong_distances_stay_about_right() -> None:
    true = Travel(0.1, 0.0, 0.4, 6.0)
    points, after = followed(2, true)
    wrong = errors_of(depths(points, Travel(0.1, 0.0, 0.4, 6.6), FOV), after)
    assert np.median(wrong) < 0.12


def test_what_walks_by_itself_across_the_way_is_left_out() -> None:
    travel = Travel(0.0, 0.0, 0.4, 0.0)
    points, after = followed(3, travel)
    moved = points.after.copy()
    moved[:50, 1] += 12.0
    found = depths(Followed(points.before, moved, SIZE), travel, FOV)
    assert np.median(errors_of(found, after)) < 0.03
    assert found is not None
    lost = rays_of(moved[:50], SIZE, FOV)
    kept = sum(np.abs(found.rays - ray).sum(axis=1).min() < 1e-9 for ray in lost)
    assert kept < 15


def test_what_moves_otherwise_than_the_body_says_nothing() -> None:
    dice = np.random.default_rng(4)
    points, _ = followed(4, Travel(0.0, 0.0, 0.4, 0.0))
    astray = Followed(points.before, points.before + dice.uniform(-20.0, 20.0, points.before.shape), SIZE)
    assert depths(astray, Travel(0.0, 0.0, 0.4, 0.0), FOV) is None


def test_a_picture_that_stands_still_though_the_body_is_said_to_walk_tells_no_distances() -> None:
    before = pixels(cloud(5))
    found = depths(Followed(before, before, SIZE), Travel(0.3, 0.0, 0.3, 0.0), FOV)
    assert found is None or not len(found.metres)


def test_turning_alone_tells_no_distances() -> None:
    travel = Travel(1e-6, 0.0, 0.0, 8.0)
    points, _ = followed(6, travel, noise=0.0)
    found = depths(points, Travel(0.0, 0.0, 0.0, 8.0), FOV)
    assert found is None
    pretended = depths(points, Travel(0.0, 0.0, 0.3, 8.0), FOV)
    assert pretended is None or len(pretended.metres) < 10


@pytest.mark.parametrize("few", [0, 1, 11])
def test_too_few_corners_say_nothing(few: int) -> None:
    points, _ = followed(7, Travel(0.0, 0.0, 0.4, 0.0))
    assert (
        depths(Followed(points.before[:few], points.after[:few], SIZE), Travel(0.0, 0.0, 0.4, 0.0), FOV)
        is None
    )


def test_where_points_are_expected_after_a_turn_is_where_they_are() -> None:
    solid = cloud(8)
    travel = Travel(0.0, 0.0, 0.0, 9.0)
    wanted = pixels(seen_from(solid, travel, -10.0))
    assert turned_away(pixels(solid), SIZE, travel, FOV, -10.0) == pytest.approx(wanted, abs=1e-6)


def test_the_middle_of_the_picture_is_straight_ahead() -> None:
    middle = np.array([((SIZE[1] - 1) / 2.0, (SIZE[0] - 1) / 2.0), (SIZE[1] - 0.5, SIZE[0] - 0.5)])
    rays = rays_of(middle, SIZE, FOV)
    assert rays[0] == pytest.approx((0.0, 0.0))
    assert math.degrees(math.atan(rays[1, 1])) == pytest.approx(FOV / 2.0)


def cells(metres: list[float], ray: tuple[float, float] = (0.0, 0.0)) -> tuple[float, ...]:
    count = len(metres)
    found = Depths(np.array([ray] * count).reshape(-1, 2), np.array(metres), np.zeros(count), 0.0)
    return grid(found, SIZE[1] / SIZE[0], FOV, 5, 3)


def test_a_cell_tells_the_middle_one_of_what_agrees_and_nothing_else_is_known() -> None:
    found = cells([2.0, 2.1, 2.2, 9.0])
    assert found[7] == pytest.approx(2.15)
    assert sum(found) == found[7]
    assert cells([2.0]) == cells([]) == cells([2.0, 9.0]) == (0.0,) * 15


@pytest.mark.parametrize(
    ("ray", "cell"), [((-1.0, -0.57), 0), ((1.0, -0.57), 4), ((-1.0, 0.57), 10), ((5.0, 5.0), 14)]
)
def test_cells_are_counted_by_row_from_above_and_each_from_the_left(
    ray: tuple[float, float], cell: int
) -> None:
    assert cells([3.0, 3.0], ray)[cell] == 3.0


def test_opencv_turns_as_the_test_does() -> None:
    matrix, _ = cv2.Rodrigues(np.array((0.0, 0.3, 0.0)))
    assert matrix @ (0.0, 0.0, 1.0) == pytest.approx((math.sin(0.3), 0.0, math.cos(0.3)))
