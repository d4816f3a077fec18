"""Where name plates may be."""

import numpy as np
import pytest

from actors.vision.messages import Box
from actors.vision.reader.finder import MOST, find_plates
from tests.actors.vision.reader.plated import menu, room, scene

SEEDS = range(100, 108)


def lies_on(box: Box, plate: Box) -> bool:
    """Whether a found box has its middle on the plate, and the plate's text in it."""
    x, y = box.left + box.width / 2, box.top + box.height / 2
    inside = plate.left <= x <= plate.left + plate.width and plate.top <= y <= plate.top + plate.height
    return inside and box.width > 0.5 * plate.width and box.height < 1.3 * plate.height


def test_plates_of_all_sizes_are_found_before_what_is_none() -> None:
    found = wanted = first = 0
    for seed in SEEDS:
        picture, labels = scene(seed)
        boxes = find_plates(picture)
        hits = [any(lies_on(box, label.box) for label in labels) for box in boxes]
        wanted += len(labels)
        found += sum(any(lies_on(box, label.box) for box in boxes) for label in labels)
        first += sum(hits[: len(labels)])
    print(f"plates found: {found} of {wanted}; {first} of them before anything else")
    assert found >= 0.95 * wanted
    assert first >= 0.9 * wanted


def test_a_page_of_text_yields_no_more_than_what_can_be_read_in_time() -> None:
    assert len(find_plates(menu())) == MOST


def test_a_room_without_text_yields_few_boxes() -> None:
    boxes = [len(find_plates(room(seed))) for seed in SEEDS]
    print(f"boxes where nothing stands: {boxes}")
    assert sum(boxes) <= 2 * len(boxes)


def test_boxes_are_inside_the_picture() -> None:
    picture, _ = scene(1)
    for box in find_plates(picture):
        assert 0.0 <= box.left < box.left + box.width <= 1.0
        assert 0.0 <= box.top < box.top + box.height <= 1.0


def test_in_a_picture_of_four_times_the_pixels_the_plates_are_where_they_were() -> None:
    picture, labels = scene(3)
    large = np.asarray(picture.repeat(2, axis=0).repeat(2, axis=1))
    boxes = find_plates(large)
    assert sum(any(lies_on(box, label.box) for box in boxes) for label in labels) >= len(labels) - 1


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2000, 3), (720, 16, 3), (2160, 3840, 3)])
@pytest.mark.parametrize("level", [0, 255])
def test_an_even_picture_of_any_shape_has_none(shape: tuple[int, int, int], level: int) -> None:
    assert find_plates(np.full(shape, level, np.uint8)) == ()
