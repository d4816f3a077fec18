"""What a network takes, and how it is given a picture."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vision.detector.forms.centernet import CENTERNET
from actors.vision.detector.forms.form import Form, UnknownForm
from actors.vision.detector.forms.yolo import YOLOV8
from actors.vision.detector.forms.yolox import YOLOX
from actors.vision.detector.inputs import input_of, names_in


class Arg(NamedTuple):
    """As onnxruntime describes an input."""

    name: str
    type: str
    shape: list[Any]


def picture_arg(shape: list[Any], kind: str = "tensor(float)") -> Arg:
    return Arg("images", kind, shape)


def blue() -> np.ndarray:
    picture = np.zeros((32, 64, 3), np.uint8)
    picture[:, :, 0] = 255
    return picture


@pytest.mark.parametrize(
    ("shape", "kind", "form", "value", "blue_at"),
    [
        ([1, 3, 32, 64], "tensor(float)", YOLOV8, 1.0, 2),
        ([1, 3, 32, 64], "tensor(float)", None, 1.0, 2),
        ([1, 3, 32, 64], "tensor(float16)", YOLOV8, 1.0, 2),
        ([1, 3, 32, 64], "tensor(float)", YOLOX, 255.0, 0),
        ([1, 3, 32, 64], "tensor(uint8)", YOLOV8, 255, 2),
        ([1, 32, 64, 3], "tensor(float)", CENTERNET, 255.0, 2),
        ([1, 32, 64, 3], "tensor(uint8)", CENTERNET, 255, 2),
        (["batch", "channels", "height", "width"], "tensor(double)", YOLOV8, 1.0, 2),
    ],
)
def test_the_picture_is_given_in_the_networks_own_order_type_and_values(
    shape: list[Any], kind: str, form: Form | None, value: float, blue_at: int
) -> None:
    wanted = input_of([picture_arg(shape, kind)], {})
    tensor = wanted.tensors(blue(), form)["images"]
    if shape[-1] == 3:
        tensor = tensor.transpose(0, 3, 1, 2)
    assert tensor.shape == (1, 3, 32, 64)
    assert tensor.dtype == wanted.kind
    assert [float(plane.max()) for plane in tensor[0]] == [value if n == blue_at else 0.0 for n in range(3)]


def test_a_network_for_grey_pictures_gets_them() -> None:
    tensor = input_of([picture_arg([1, 1, 32, 64])], {}).tensors(np.full((32, 64, 3), 51, np.uint8), None)[
        "images"
    ]
    assert tensor.shape == (1, 1, 32, 64)
    assert tensor.mean() == pytest.approx(0.2)


def test_an_open_size_is_the_noted_one() -> None:
    wanted = input_of([picture_arg([1, 3, "height", "width"])], {"imgsz": "[384, 672]", "stride": "64"})
    assert (wanted.height, wanted.width, wanted.stride) == (-384, -672, 64)
    for notes in ({}, {"imgsz": "[]"}, {"imgsz": "[9999999, 1]"}, {"imgsz": "x" * 1000, "stride": "-3"}):
        wanted = input_of([picture_arg([1, 3, -1, None])], notes)
        assert (wanted.height, wanted.width, wanted.stride) == (-640, -640, 32)


@pytest.mark.parametrize("kind", ["tensor(int64)", "tensor(int32)"])
def test_a_second_input_for_the_size_gets_width_and_height(kind: str) -> None:
    sizes = Arg("orig_target_sizes", kind, ["N", 2])
    tensors = input_of([picture_arg([1, 3, 32, 64]), sizes], {}).tensors(blue(), None)
    assert tensors["orig_target_sizes"].tolist() == [[64, 32]]
    assert f"tensor({tensors['orig_target_sizes'].dtype})" == kind


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [Arg("x", "tensor(float)", [1, 1000])],
        [Arg("x", "tensor(string)", [1, 3, 32, 32])],
        [picture_arg([4, 3, 32, 32])],
        [picture_arg([1, 7, 32, 32])],
        [picture_arg([1, 3, 8, 8])],
        [picture_arg([1, 3, 100_000, 100_000])],
        [picture_arg([1, 3, 32, 32]), picture_arg([1, 3, 32, 32])],
        [picture_arg([1, 3, 32, 32]), Arg("text", "tensor(float)", [1, 77])],
        [Arg("x", "seq(tensor(float))", [])],
    ],
)
def test_what_wants_something_else_is_refused(arguments: list[Arg]) -> None:
    with pytest.raises(UnknownForm):
        input_of(arguments, {})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{[1]: 'unhashable'}", None),
        ("{0: 'person', 1: 'lamp'}", {0: "person", 1: "lamp"}),
        ('{"0": "person"}', {0: "person"}),
        ("['person', 'lamp']", {0: "person", 1: "lamp"}),
        ("{0: 'two\\nlines', 1: '" + "x" * 99 + "', 2: ''}", {0: "two lines", 1: "x" * 40, 2: "thing"}),
        ("", None),
        ("__import__('os').getcwd()", None),
        ("{0: 1}", None),
        ("[" * 5000, None),
        ("7", None),
        ("x" * 100_000, None),
    ],
)
def test_names_are_read_as_exporters_write_them(text: str, names: dict[int, str] | None) -> None:
    assert names_in({"names": text}) == names


@given(st.text(max_size=200))
def test_no_note_can_do_harm(text: str) -> None:
    names = names_in({"names": text})
    assert names is None or all(len(name) <= 40 for name in names.values())
    assert input_of([picture_arg([1, 3, "h", "w"])], {"imgsz": text, "stride": text}).height < 0
