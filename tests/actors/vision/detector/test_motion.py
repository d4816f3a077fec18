"""What is measured in a picture."""

import numpy as np
import pytest

from actors.vision.detector.motion import Grey, Measure, grey_of, measure


def still(level: int = 100) -> Grey:
    return np.full((90, 160), level, np.uint8)


def with_square(x: int, y: int, level: int = 255) -> Grey:
    grey = still()
    grey[y : y + 20, x : x + 20] = level
    return grey


def test_the_copy_is_small_grey_and_in_proportion() -> None:
    grey = grey_of(np.full((720, 1280, 3), 200, np.uint8))
    assert grey.shape == (90, 160)
    assert grey.mean() == 200


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2000, 3), (720, 16, 3)])
def test_odd_shapes_are_measured_too(shape: tuple[int, int, int]) -> None:
    assert grey_of(np.zeros(shape, np.uint8)).size > 0


def test_what_does_not_change_does_not_move() -> None:
    assert measure(still(), still(), 1.0) == Measure(1.0, pytest.approx(100 / 255), 0.0)


def test_motion_has_an_amount_and_a_middle() -> None:
    found = measure(with_square(100, 40), still(), 1.0)
    assert found.amount == pytest.approx(400 / (90 * 160))
    assert (found.x, found.y) == (pytest.approx(110 / 160), pytest.approx(50 / 90))


def test_noise_is_not_motion() -> None:
    noise = np.random.default_rng(1).integers(-12, 13, (90, 160))
    assert measure((still() + noise).astype(np.uint8), still(), 1.0).amount == 0.0


def test_the_first_picture_and_one_of_another_size_have_no_motion() -> None:
    assert measure(still(), None, 1.0).amount == 0.0
    assert measure(still(), np.zeros((10, 10), np.uint8), 1.0).amount == 0.0
