"""Every family's outputs, written for two known boxes, are read as these two."""

from collections.abc import Callable

import numpy as np
import pytest

from actors.vision.detector.forms.choice import form_of
from actors.vision.detector.forms.form import Outputs, Size, UnknownForm
from actors.vision.detector.suppression import without_doubles

SIZE = Size(256, 320)
# left, top, right, bottom, score, class
PERSON = (32.0, 48.0, 96.0, 208.0, 0.9, 0)
LAMP = (200.0, 16.0, 280.0, 80.0, 0.6, 1)
KINDS = 3
CELLS = 32 * 40 + 16 * 20 + 8 * 10

Case = Callable[[], Outputs]


def middles(*, share: bool = False) -> list[tuple[list[float], float, int]]:
    divided = np.asarray([320.0, 256.0] * 2 if share else [1.0] * 4)
    return [
        ((np.asarray([(a + c) / 2, (b + d) / 2, c - a, d - b]) / divided).tolist(), score, kind)
        for a, b, c, d, score, kind in (PERSON, LAMP)
    ]


def centernet(rows_first: bool = False) -> Outputs:
    heat, sizes = np.full((1, KINDS, 64, 80), 0.01, np.float32), np.zeros((1, 4, 64, 80), np.float32)
    for (x, y, w, h), score, kind in middles():
        row, column = int(y // 4), int(x // 4)
        heat[0, kind, row, column] = score
        heat[0, kind, row, column + 1] = score - 0.1
        x, y = column * 4.0, row * 4.0
        sizes[0, :, row, column] = (w / 2, h / 2, w / 2, h / 2)
        assert (x, y) == pytest.approx((middles()[kind][0][0], middles()[kind][0][1]), abs=4.0)
    maps = {"heat": heat, "wh": sizes}
    return {name: value.transpose(0, 2, 3, 1) for name, value in maps.items()} if rows_first else maps


def rows(count: int, *, objectness: bool, share: bool = False) -> np.ndarray:
    made = np.full((count, (5 if objectness else 4) + KINDS), 0.001, np.float32)
    made[:, :4] = 0.5 if share else (160.0, 128.0, 30.0, 30.0)
    for place, (box, score, kind) in zip(
        (7, 400 % count, 11), (*middles(share=share), middles(share=share)[0]), strict=True
    ):
        made[place, :4] = box
        if objectness:
            made[place, 4] = 0.95
        made[place, (5 if objectness else 4) + kind] = (
            score / (0.95 if objectness else 1.0) - (place == 11) * 0.1
        )
    return made


def yolox_raw() -> Outputs:
    made = rows(CELLS, objectness=True)
    made[:, :4] = 0.0
    made[400] = made[0]
    made[270, 4:] = rows(CELLS, objectness=True)[400, 4:]
    for place, ((x, y, w, h), _, _) in zip((7, 270, 11), (*middles(), middles()[0]), strict=True):
        row, column = divmod(place, 40)
        made[place, :4] = (x / 8 - column, y / 8 - row, np.log(w / 8), np.log(h / 8))
    return {"output": made[None]}


def yolox_decoded() -> Outputs:
    return {"output": rows(CELLS, objectness=True)[None]}


def final(share: bool = False) -> Outputs:
    made = np.zeros((300, 6), np.float32)
    made[0], made[1] = PERSON, LAMP
    if share:
        made[:, :4] /= (320.0, 256.0, 320.0, 256.0)
    return {"output0": made[None]}


def detr(classes: int) -> Outputs:
    logits = np.full((1, 300, classes), -8.0, np.float32)
    boxes = np.full((1, 300, 4), 0.5, np.float32)
    if classes == KINDS + 1:
        logits[0, :, -1] = 8.0
    for place, (box, score, kind) in zip((3, 5), middles(share=True), strict=True):
        boxes[0, place] = box
        odds = np.log(score / (1.0 - score))
        if classes == KINDS + 1:  # as a competition with 'nothing', which has the rest
            logits[0, place] = -20.0
            logits[0, place, kind], logits[0, place, -1] = odds, 0.0
        else:
            logits[0, place, kind] = odds
    return {"logits": logits, "pred_boxes": boxes}


def in_order() -> Outputs:
    both = (PERSON, LAMP, (0.0, 0.0, 1.0, 1.0, 0.01, 2))
    return {
        "labels": np.asarray([[one[5] for one in both]], np.int64),
        "boxes": np.asarray([[one[:4] for one in both]], np.float32),
        "scores": np.asarray([[one[4] for one in both]], np.float32),
    }


CASES: dict[str, tuple[str, Case]] = {
    "CenterNet, channels first": ("CenterNet", centernet),
    "CenterNet, channels last": ("CenterNet", lambda: centernet(rows_first=True)),
    "YOLOv5": ("YOLOv5", lambda: {"output0": rows(CELLS * 3, objectness=True)[None]}),
    "YOLOv5, with its three heads beside": (
        "YOLOv5",
        lambda: {
            "output0": rows(CELLS * 3, objectness=True)[None],
            **{f"head{n}": np.zeros((1, 3, 8, 10, 8), np.float32) for n in range(3)},
        },
    ),
    "YOLOv8": ("YOLOv8", lambda: {"output0": rows(CELLS, objectness=False).T[None]}),
    "YOLOv8 in half precision": (
        "YOLOv8",
        lambda: {"output0": rows(CELLS, objectness=False).T[None].astype(np.float16)},
    ),
    "YOLOv8, shares": ("YOLOv8", lambda: {"output0": rows(CELLS, objectness=False, share=True).T[None]}),
    "YOLOv10": ("YOLOv10", final),
    "YOLOv10, shares": ("YOLOv10", lambda: final(share=True)),
    "YOLOX, raw": ("YOLOX", yolox_raw),
    "YOLOX, decoded": ("YOLOX", yolox_decoded),
    "RT-DETR of ultralytics": (
        "YOLO, in rows",
        lambda: {"output0": rows(300, objectness=False, share=True)[None]},
    ),
    "RT-DETR": ("RT-DETR", lambda: detr(KINDS)),
    "DETR, with a class for nothing": ("RT-DETR", lambda: detr(KINDS + 1)),
    "D-FINE, sorted": ("D-FINE", in_order),
}


@pytest.mark.parametrize("case", CASES)
def test_the_family_is_known_and_finds_the_two(case: str) -> None:
    name, make = CASES[case]
    outputs = make()
    form = form_of(outputs, SIZE, KINDS)
    assert form.name == name
    found = without_doubles(form.decode(outputs, SIZE, 0.4), overlaps=form.overlaps)
    assert found.kinds.tolist() == [0, 1]
    assert found.scores.tolist() == pytest.approx([0.9, 0.6], abs=0.01)
    near = 4.0 if name == "CenterNet" else 0.2
    assert np.abs(found.boxes - np.asarray([PERSON[:4], LAMP[:4]])).max() <= near


@pytest.mark.parametrize("case", CASES)
def test_what_scores_less_than_asked_is_not_found(case: str) -> None:
    _, make = CASES[case]
    outputs = make()
    form = form_of(outputs, SIZE, KINDS)
    found = without_doubles(form.decode(outputs, SIZE, 0.7), overlaps=form.overlaps)
    assert found.kinds.tolist() == [0]
    assert len(form.decode(outputs, SIZE, 0.99).scores) == 0


def test_without_names_the_shapes_alone_tell() -> None:
    shapes = {
        (1, 84, 8400): "YOLOv8",
        (1, 9, 2100): "YOLOv8",
        (1, 25200, 85): "YOLOv5",
        (1, 1680, 85): "YOLOX",
        (1, 300, 84): "YOLO, in rows",
        (1, 300, 6): "YOLOv10",
        (1, 8400, 5): "YOLO, in rows",
    }
    for shape, name in shapes.items():
        assert form_of({"output": np.zeros(shape, np.float32)}, SIZE, None).name == name, shape


def test_of_one_class_the_number_of_rows_tells() -> None:
    small = Size(64, 64)
    assert form_of({"o": np.zeros((1, 252, 6), np.float32)}, small, 1).name == "YOLOv5"
    assert form_of({"o": np.zeros((1, 84, 6), np.float32)}, small, 1).name == "YOLOX"
    assert form_of({"o": np.zeros((1, 300, 6), np.float32)}, small, 1).name == "YOLOv10"


@pytest.mark.parametrize(
    "shapes",
    [
        {},
        {"a": (1, 1000)},
        {"a": (1, 3, 64, 64)},
        {"a": (1, 5, 64, 64), "b": (1, 4, 32, 32)},
        {"a": (2, 84, 100)},
        {"a": (1, 3, 100)},
        {"a": (1, 12, 100)},
        {"a": ()},
    ],
)
def test_other_outputs_are_of_no_detector(shapes: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(UnknownForm):
        form_of({name: np.zeros(shape, np.float32) for name, shape in shapes.items()}, SIZE, KINDS)


@pytest.mark.parametrize("value", [1.5, -0.5, np.inf])
def test_scores_that_cannot_be_are_refused(value: float) -> None:
    outputs = final()
    outputs["output0"][0, 3, 4] = value
    with pytest.raises(UnknownForm, match="scores"):
        form_of(outputs, SIZE, KINDS).decode(outputs, SIZE, 0.4)


def test_one_thing_counts_once_and_two_kinds_at_one_place_twice() -> None:
    outputs = {"output0": np.concatenate([rows(CELLS, objectness=False).T] * 2, axis=1)[None]}
    outputs["output0"][0, :, 20] = (64.0, 128.0, 64.0, 160.0, 0.0, 0.0, 0.5)
    found = without_doubles(form_of(outputs, SIZE, KINDS).decode(outputs, SIZE, 0.4))
    assert found.kinds.tolist() == [0, 1, 2]


def test_what_has_no_extent_or_no_place_is_nothing() -> None:
    outputs = final()
    outputs["output0"][0, 2] = (50.0, 50.0, 50.0, 90.0, 0.8, 0)
    outputs["output0"][0, 3] = (50.0, 90.0, 60.0, 50.0, 0.8, 0)
    outputs["output0"][0, 4] = (np.inf, 50.0, 60.0, 90.0, 0.8, 0)
    form = form_of(outputs, SIZE, KINDS)
    assert without_doubles(form.decode(outputs, SIZE, 0.4), overlaps=False).scores.tolist() == pytest.approx(
        [0.9, 0.6]
    )


def test_of_ten_thousand_only_the_surest_fifty_are_told() -> None:
    made = np.zeros((1, 7, 10_000), np.float32)
    made[0, 0], made[0, 1] = np.arange(10_000) % 320, np.arange(10_000) // 40
    made[0, 2:4], made[0, 4] = 3.0, np.linspace(0.5, 1.0, 10_000)
    found = without_doubles(form_of({"o": made}, SIZE, KINDS).decode({"o": made}, SIZE, 0.4))
    assert len(found.scores) == 50
    assert found.scores.tolist() == sorted(found.scores.tolist(), reverse=True)
