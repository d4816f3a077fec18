"""What Gerald's eyes make of the kept pictures. Each figure is printed; each floor stands just below what was measured.

Figures that get better are welcome: then the floor is raised. The pictures were made by the same renderer as the fresh
ones of `make test-eyes`, to which nothing is tuned.
"""

import pytest

from actors.vision.messages import Detection, Plate
from config.schema import ComputerVision
from tests.pictures.eyes import Eyes, Figures, named_right, read_figures, seen_figures, settled
from tests.pictures.kept import PICTURES, Shown, kept_pictures

RECALL, WRONG_EACH, NAMES, DISTANCE, BEARING = 0.82, 0.2, 0.84, 0.11, 1.0
NAMED, MISNAMED = 35, 0
READ_EVERY = 3
"""Reading takes longer than looking: in `make test` every third picture is read."""


pytestmark = pytest.mark.timeout(300)

Seen = tuple[Shown, tuple[Detection, ...], tuple[Plate, ...] | None]
"""A picture, who was found in it, and what was read, in those that are read."""


@pytest.fixture(scope="module")
def seen() -> tuple[Seen, ...]:
    eyes = Eyes()

    def see(number: int, shown: Shown) -> Seen:
        picture = shown.drawn.picture
        return shown, eyes.look(picture), eyes.read(picture) if number % READ_EVERY == 0 else None

    return tuple(see(number, shown) for number, shown in enumerate(kept_pictures()))


def test_every_kept_picture_has_labels_that_fit_it(seen: tuple[Seen, ...]) -> None:
    assert len(seen) == PICTURES
    for shown, _, _ in seen:
        assert shown.drawn.picture.shape == (720, 1280, 3)
        for label in shown.drawn.labels["people"]:
            left, top, width, height = label["box"]
            assert 0.0 <= left < left + width <= 1.0001
            assert 0.0 <= top < top + height <= 1.0001
            assert 1.0 < label["metres"] < 12.0
            assert 0.0 < label["share"] <= width * height


def test_people_are_found_where_they_are(seen: tuple[Seen, ...]) -> None:
    fov = ComputerVision().fov
    figures = sum((seen_figures(shown, found, fov) for shown, found, _ in seen), Figures())
    print(figures)
    assert figures.people.asked > PICTURES
    assert figures.people.recall >= RECALL
    assert figures.people.wrong_each <= WRONG_EACH
    assert figures.distance_error <= DISTANCE
    assert figures.bearing_off <= BEARING


def test_names_are_read_and_no_others(seen: tuple[Seen, ...]) -> None:
    figures = sum((read_figures(shown, plates) for shown, _, plates in seen if plates is not None), Figures())
    print(figures)
    assert figures.names > PICTURES // READ_EVERY
    assert figures.read >= NAMES * figures.names
    assert figures.misread == 0


def test_names_are_given_to_whom_they_belong(seen: tuple[Seen, ...]) -> None:
    counts = [
        named_right(shown, settled(shown, found, plates))
        for shown, found, plates in seen
        if plates is not None
    ]
    right, wrong = (sum(column) for column in zip(*counts, strict=True))
    print(f"{right} named right, {wrong} wrong")
    assert right >= NAMED
    assert wrong <= MISNAMED
