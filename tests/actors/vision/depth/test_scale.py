"""Metres for maps without a scale."""

import numpy as np
import pytest

from actors.vision.depth.scale import FEWEST, cells, plausible, scaled

TRUE = np.linspace(1.0, 12.0, 144)


def known(every: int = 3, noise: float = 0.05, seed: int = 1) -> tuple[float, ...]:
    dice = np.random.default_rng(seed)
    told = TRUE * (1.0 + dice.normal(0.0, noise, TRUE.size))
    told[np.arange(TRUE.size) % every > 0] = 0.0
    return tuple(told.tolist())


def test_a_map_gets_its_scale_and_origin_from_the_cells_that_are_known() -> None:
    found = scaled(7.0 / TRUE - 0.3, known())
    assert found is not None
    wrong = np.abs(np.array(found.metres) - TRUE) / TRUE
    print(f"wrong by {np.median(wrong):.3f} (median)")
    assert np.median(wrong) < 0.03
    assert 0.0 < found.error < 0.1


def test_a_few_cells_that_are_wrong_by_far_do_not_change_it_much() -> None:
    told = list(known())
    told[::9] = [0.5] * len(told[::9])
    found = scaled(7.0 / TRUE - 0.3, told)
    assert found is not None
    assert np.median(np.abs(np.array(found.metres) - TRUE) / TRUE) < 0.15


def test_what_has_nothing_to_do_with_distances_gets_none() -> None:
    dice = np.random.default_rng(2)
    assert scaled(dice.uniform(0.0, 1.0, TRUE.size), known()) is None
    assert scaled(TRUE, known()) is None, "it grows with the distance"
    assert scaled(np.ones(TRUE.size), known()) is None


def test_of_too_few_cells_nothing_is_made() -> None:
    few = np.where(np.arange(TRUE.size) < FEWEST - 1, TRUE, 0.0)
    assert scaled(1.0 / TRUE, tuple(few.tolist())) is None


def test_values_that_are_no_numbers_are_left_out() -> None:
    inverse = 7.0 / TRUE
    inverse[5:10] = np.nan
    found = scaled(inverse, known())
    assert found is not None
    assert found.metres[5:10] == (0.0,) * 5


def test_what_is_no_distance_is_unknown() -> None:
    assert plausible(np.array([1.0, -1.0, np.inf, np.nan, 0.01, 500.0])) == (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("shape", [(9, 16), (518, 518), (10, 10), (192, 640)])
def test_cells_are_counted_by_row_from_above(shape: tuple[int, int]) -> None:
    down = np.linspace(0.0, 1.0, shape[0], dtype=np.float32)[:, None] * np.ones(shape, np.float32)
    found = cells(down, 16, 9).reshape(9, 16)
    assert (np.diff(found, axis=0) >= 0.0).all()
    assert np.ptp(found, axis=1).max() == 0.0
    assert found[0, 0] < 0.2
    assert found[8, 0] > 0.8
