"""What `supervisor look` says and draws."""

import io
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
from rich.console import Console

from actors.vision.messages import PERSON, Box, Scene, Sight
from actors.vocabulary.values import UNKNOWN, Person
from supervisor.cli.vision.drawing import NAMED, UNNAMED, drawn, label, plain
from supervisor.cli.vision.look import headline, table
from supervisor.control.requests.look import described

MIO = Person("usr_1", "Mio")
NOW = 1000.0
SIGHTS = (
    Sight(
        1, PERSON, MIO, Box(0.1, 0.2, 0.2, 0.6), -20.0, NOW - 60.0, 0.5, 3.2, 0.25, "height", "approaching"
    ),
    Sight(2, PERSON, UNKNOWN, Box(0.6, 0.2, 0.2, 0.6), 15.0, NOW - 5.0, 0.3),
    Sight(3, "chair", UNKNOWN, Box(0.4, 0.7, 0.1, 0.2), 0.0, NOW - 5.0, 0.9, 1.0, 0.1, "model"),
)


def scene(**changes: Any) -> dict[str, Any]:
    known = Scene(NOW, 0.5, False, 0.0, 10, 0, 0.08, SIGHTS)
    return dict(described(msgspec.structs.replace(known, **changes)))


def jpeg(height: int = 360, width: int = 640) -> bytes:
    return bytes(cv2.imencode(".jpg", np.full((height, width, 3), 128, np.uint8))[1])


def test_the_headline_counts_and_says_how_current_it_is() -> None:
    assert headline(scene(), NOW) == "2 people, 1 thing, brightness 50%, known 80 ms after the picture"
    assert headline(scene(sights=(), moving=True), NOW + 9.0).startswith(
        "0 people, 0 things, something moves"
    )
    assert headline(scene(), NOW + 9.0).endswith("the last picture is 9 s old")
    assert "nothing has been looked at yet" in headline(scene(at=0.0), NOW)


@pytest.mark.parametrize("width", [40, 80])
def test_the_table_says_who_where_and_how_far(width: int) -> None:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, emoji=False).print(table(scene()["sights"]))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    if width == 80:
        assert lines[1].split()[:4] == ["Mio", "20", "degrees", "left"]
        assert "3.2 m +-0.8" in lines[1]
        assert lines[2].split()[0] == "somebody"


def test_who_was_seen_only_a_moment_ago_is_said_to_be() -> None:
    gone = dict(scene()["sights"][1], found=False)
    assert label(gone) == "somebody (a moment ago)"


def test_each_is_drawn_with_a_box_and_a_label() -> None:
    picture = drawn(jpeg(), scene()["sights"], "two people")
    assert picture.shape == (360, 640, 3)
    for x, colour in ((0.1, NAMED), (0.6, UNNAMED)):
        edge = picture[200, round(x * 640)]
        assert np.abs(edge.astype(int) - colour).max() < 30
    assert label(scene()["sights"][0]) == "Mio 3.2 m +-0.8, coming closer"


@pytest.mark.parametrize("size", [(16, 16), (16, 7680), (2160, 16), (1, 1)])
def test_pictures_of_any_size_can_be_drawn_on(size: tuple[int, int]) -> None:
    assert drawn(jpeg(*size), scene()["sights"], "x" * 200).shape[:2] == size


@pytest.mark.parametrize("nonsense", [b"", b"\x00" * 100, jpeg()[:20]])
def test_what_is_no_picture_is_refused(nonsense: bytes) -> None:
    with pytest.raises(ValueError, match="no JPEG"):
        drawn(nonsense, (), "")


def test_signs_that_the_font_lacks_do_not_disappear() -> None:
    assert plain("Zoë 🐱 ミオ\x1b[2J") == "Zoe ? ???[2J"
