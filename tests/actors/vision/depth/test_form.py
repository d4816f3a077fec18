"""What networks of depth take and give, told from their files."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from actors.vision.depth.form import (
    CANONICAL,
    MEAN,
    OPEN,
    Form,
    UnknownForm,
    depth_map,
    form_of,
    metres_of,
    shrunk,
    tensor,
)


class Arg:
    def __init__(self, name: str, shape: Sequence[Any], kind: str = "tensor(float)") -> None:
        self.name, self.shape, self.type = name, shape, kind


MIDAS = Arg("input", [1, 3, 256, 256])
ANYTHING = Arg("pixel_values", ["batch", 3, "height", "width"])


def test_midas_takes_its_size_and_tells_inverse_distances() -> None:
    form = form_of([MIDAS], ["output"], {}, "midas_small.onnx")
    assert form == Form("input", "tensor(float)", ((256, 256),))


def test_depth_anything_of_open_size_is_tried_in_the_proportions_of_a_screen() -> None:
    form = form_of([ANYTHING], ["predicted_depth"], {}, "depth_anything_v2_vits.onnx")
    assert form.sizes == OPEN
    assert not form.metric
    assert all(
        height % step == 0 and width % step == 0 for (height, width), step in zip(OPEN, (14, 32), strict=True)
    )
    assert form_of([ANYTHING], ["predicted_depth"], {}, "depth_anything_v2_metric_indoor.onnx").metric


def test_metric3d_tells_metres_of_a_canonical_camera() -> None:
    picture = Arg("image", [1, 3, 616, 1064])
    form = form_of([picture], ["pred_depth", "pred_normal"], {}, "vit_small.onnx")
    assert (form.metric, form.canonical, form.raw) == (True, True, True)
    assert form_of([Arg("pixel_values", [1, 3, 616, 1064])], ["d"], {}, "metric3d.onnx").raw is False


def test_the_file_s_own_notes_go_before_its_name() -> None:
    assert form_of([MIDAS], ["o"], {"depth": "metric"}, "x.onnx").metric
    assert not form_of([MIDAS], ["o"], {"depth": "relative"}, "metric.onnx").metric
    assert form_of([MIDAS], ["o"], {"pixels": "raw"}, "x.onnx").raw


def test_colours_that_come_last_are_noticed() -> None:
    form = form_of([Arg("i", [1, 192, 256, 3], "tensor(uint8)")], ["o"], {}, "x.onnx")
    assert (form.sizes, form.rows_first, form.raw) == (((192, 256),), True, True)


@pytest.mark.parametrize(
    "inputs",
    [
        [],
        [MIDAS, MIDAS],
        [Arg("x", [1, 3, 256])],
        [Arg("x", [1, 3, 256, 256], "tensor(int64)")],
        [Arg("x", [1, 3, 8, 256])],
        [Arg("x", [1, 3, 256, 4096])],
    ],
)
def test_what_takes_no_picture_is_refused(inputs: list[Arg]) -> None:
    with pytest.raises(UnknownForm):
        form_of(inputs, ["o"], {}, "x.onnx")


RED = np.zeros((90, 160, 3), np.uint8)
RED[:, :, 2] = 255


def test_a_picture_is_given_as_red_green_and_blue_evened_out() -> None:
    form = Form("x", "tensor(float)", ((64, 64),))
    given = tensor(shrunk(RED, form, (64, 64)), form, (64, 64))
    assert (given.shape, given.dtype) == ((1, 3, 64, 64), np.float32)
    assert given[0, :, 5, 5] == pytest.approx([(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225], rel=1e-5)


def test_one_that_evens_out_itself_is_given_0_to_255() -> None:
    form = Form("x", "tensor(uint8)", ((64, 64),), rows_first=True, raw=True)
    given = tensor(shrunk(RED, form, (64, 64)), form, (64, 64))
    assert (given.shape, given.dtype) == ((1, 64, 64, 3), np.uint8)
    assert given[0, 5, 5].tolist() == [255, 0, 0]


def test_where_metres_depend_on_it_pictures_keep_their_proportions() -> None:
    form = Form("x", "tensor(float16)", ((128, 128),), raw=True, metric=True, canonical=True)
    small = shrunk(RED, form, (128, 128))
    assert small.shape == (72, 128, 3)
    given = tensor(small, form, (128, 128))
    assert given.dtype == np.float16
    assert given[0, 0, 71, 0] == 255.0
    assert given[0, 0, 72:].max() == pytest.approx(255 * np.mean(MEAN), rel=1e-2)


def test_the_metres_of_a_canonical_camera_are_made_those_of_the_game_s() -> None:
    values = np.full((4, 4), 5.0, np.float32)
    form = Form("x", "tensor(float)", ((64, 64),), metric=True, canonical=True)
    focal = 300.0 / math.tan(math.radians(30.0))
    assert metres_of(values, form, 60.0, 600)[0, 0] == pytest.approx(5.0 * focal / CANONICAL)
    plain = Form("x", "tensor(float)", ((64, 64),), metric=True)
    assert metres_of(values, plain, 60.0, 600)[0, 0] == 5.0


@pytest.mark.parametrize("shape", [(1, 16, 24), (1, 1, 16, 24), (16, 24), (1, 1, 1, 16, 24)])
def test_the_map_is_found_among_what_is_given(shape: tuple[int, ...]) -> None:
    found = depth_map({"normal": np.ones((1, 3, 16, 24)), "depth": np.full(shape, 2.0)})
    assert (found.shape, found.dtype, found.max()) == ((16, 24), np.float32, 2.0)


@pytest.mark.parametrize(
    "outputs", [{}, {"o": np.ones((1, 1000))}, {"o": np.ones((1, 3, 16, 24))}, {"o": np.ones(())}]
)
def test_what_gives_no_map_is_refused(outputs: dict[str, Any]) -> None:
    with pytest.raises(UnknownForm, match="no map"):
        depth_map(outputs)
