"""What stands in a line: the steps by themselves, and the real model."""

from pathlib import Path

import numpy as np
import pytest

from actors.vision.messages import PlatesRead
from actors.vision.reader import recognizer as module
from actors.vision.reader.reader import open_recognizer, read_plates
from actors.vision.reader.recognizer import Recognizer, RecognizerBroken, as_input, decode, model_path
from config.models import list_path, load_models, locate
from tests.actors.vision.reader.plated import NAMES, menu, room, scene

SIGNS = ("", "a", "n", " ")


def steps(*signs: int, sure: float = 0.9) -> module.Numbers:
    found = np.full((len(signs), len(SIGNS)), (1.0 - sure) / 3, np.float32)
    found[np.arange(len(signs)), signs] = sure
    return found


def test_a_sign_that_goes_on_stands_once_and_twice_when_nothing_lies_between() -> None:
    text, score = decode(steps(1, 1, 0, 2, 2, 0, 2, 1), SIGNS)
    assert text == "anna"
    assert score == pytest.approx(0.9)


def test_where_nothing_stands_nothing_is_read() -> None:
    assert decode(steps(0, 0, 0), SIGNS) == ("", 0.0)


def test_spaces_around_a_text_are_left_out() -> None:
    assert decode(steps(3, 1, 3), SIGNS)[0] == "a"


@pytest.mark.parametrize(
    ("shape", "width"), [((48, 48, 3), 64), ((24, 100, 3), 224), ((1, 1, 3), 64), ((10, 2000, 3), 640)]
)
def test_a_line_is_made_48_pixels_high_and_no_wider_than_640(shape: tuple[int, int, int], width: int) -> None:
    made = as_input(np.full(shape, 255, np.uint8))
    assert made.shape == (1, 3, 48, width)
    assert made.max() == pytest.approx(1.0)


def test_the_model_that_is_loaded_is_the_one_whose_sum_is_checked() -> None:
    (listed,) = (model for model in load_models(list_path()) if model.slot == "plates")
    assert locate(listed) == model_path()


def test_without_the_package_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGE", "no_such_package")
    with pytest.raises(RecognizerBroken, match="no_such_package") as broken:
        model_path()
    assert "make setup" in broken.value.remedy


@pytest.mark.parametrize("content", [b"", b"no model", bytes(range(256)) * 40])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(RecognizerBroken, match=r"model\.onnx cannot be loaded") as broken:
        Recognizer(path)
    assert "make setup" in broken.value.remedy


@pytest.mark.models
def test_another_kind_of_model_is_refused() -> None:
    (other,) = (locate(model) for model in load_models(list_path()) if model.slot == "vad")
    with pytest.raises(RecognizerBroken):
        Recognizer(other)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return open_recognizer()


@pytest.mark.models
def test_names_are_read_off_plates_and_hardly_anything_else(recognizer: Recognizer) -> None:
    right = wanted = others = 0
    for seed in range(200, 206):
        picture, labels = scene(seed)
        texts = {plate.text for plate in read_plates(picture, recognizer)}
        wanted += len(labels)
        right += sum(label.name in texts for label in labels)
        others += len(texts - set(NAMES))
    print(f"names read: {right} of {wanted}; other texts: {others}")
    assert right >= 0.94 * wanted
    assert others <= 3


@pytest.mark.models
def test_a_room_without_plates_says_nothing_and_a_menu_what_stands_in_it(recognizer: Recognizer) -> None:
    assert [read_plates(room(seed), recognizer) for seed in range(3)] == [()] * 3
    lines = read_plates(menu(), recognizer)
    assert len(lines) == 12
    assert all(plate.text.startswith("Option") for plate in lines)


@pytest.mark.models
def test_what_is_read_can_be_sent(recognizer: Recognizer) -> None:
    picture, _ = scene(1)
    plates = read_plates(picture, recognizer)
    assert PlatesRead(1.0, plates).plates == plates
    assert [plate.score for plate in plates] == sorted((plate.score for plate in plates), reverse=True)
