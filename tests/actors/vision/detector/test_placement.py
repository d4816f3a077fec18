"""Where the camera's picture lies in the network's, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vision.detector.placement import GREY, Placement, placed, seen_at, shrunk
from actors.vision.messages import Box

SIDES = st.integers(1, 4320)
WANTED = st.integers(16, 1024)


def test_a_wide_picture_needs_no_bars_where_the_network_takes_any_size() -> None:
    assert placed(720, 1280, (-512, -512), 32, fills=False) == Placement(288, 512, 0, 0, 512, 288)


def test_a_fixed_size_leaves_bars_above_and_below_or_is_filled() -> None:
    assert placed(720, 1280, (640, 640), 32, fills=False) == Placement(640, 640, 0, 140, 640, 360)
    assert placed(720, 1280, (640, 640), 32, fills=True) == Placement(640, 640, 0, 0, 640, 640)


@given(SIDES, SIDES, WANTED, WANTED, st.booleans(), st.booleans(), st.sampled_from([8, 32, 64]))
def test_any_picture_fits_any_input(
    height: int, width: int, high: int, wide: int, fixed: bool, fills: bool, stride: int
) -> None:
    wanted = (high, wide) if fixed else (-high, -wide)
    at = placed(height, width, wanted, stride, fills=fills)
    assert 0 < at.rows <= at.height
    assert 0 < at.columns <= at.width
    assert 0 <= at.left <= at.width - at.columns
    assert 0 <= at.top <= at.height - at.rows
    if fixed:
        assert (at.height, at.width) == (high, wide)
    elif not fills:
        assert at.height % stride == at.width % stride == 0


@given(SIDES, SIDES, WANTED, WANTED, st.booleans())
def test_the_whole_of_the_camera_is_found_again(
    height: int, width: int, high: int, wide: int, fixed: bool
) -> None:
    at = placed(height, width, (high, wide) if fixed else (-high, -wide), 32, fills=False)
    edges = (float(at.left), float(at.top), float(at.left + at.columns), float(at.top + at.rows))
    assert seen_at(edges, at) == Box(0.0, 0.0, 1.0, 1.0)


def test_what_reaches_beyond_the_edge_is_cut_and_what_lies_in_the_bars_is_nothing() -> None:
    at = placed(720, 1280, (640, 640), 32, fills=False)
    assert seen_at((-10.0, 100.0, 320.0, 320.0), at) == Box(0.0, 0.0, 0.5, 0.5)
    assert seen_at((10.0, 10.0, 300.0, 139.0), at) is None


@pytest.mark.parametrize("channels", [0, 1, 3, 4])
def test_grey_pictures_and_those_with_alpha_become_bgr(channels: int) -> None:
    shape = (90, 160, channels) if channels else (90, 160)
    small = shrunk(np.full(shape, 200, np.uint8), placed(90, 160, (64, 64), 32, fills=False))
    assert small.shape == (64, 64, 3)
    assert (small[32] == 200).all()
    assert (small[0] == GREY).all()


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 7680, 3), (4320, 1, 3), (4320, 7680, 3)])
def test_odd_sizes_are_shrunk_too(shape: tuple[int, int, int]) -> None:
    at = placed(shape[0], shape[1], (-512, -512), 32, fills=False)
    assert shrunk(np.zeros(shape, np.uint8), at).shape == (at.height, at.width, 3)
