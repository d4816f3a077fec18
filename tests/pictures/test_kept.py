"""What Gerald's eyes make of the kept pictures. Each figure is printed; each floor stands just below what was measured.

Figures that get better are welcome: then the floor is raised. The pictures were made by the same renderer as the fresh
ones of `make test-eyes`, to which nothing is tuned.
"""

import pytest

from config.schema import ComputerVision
from tests.pictures.eyes import Eyes, Figures, read_figures, seen_figures
from tests.pictures.kept import PICTURES, Shown, kept_pictures

RECALL, WRONG_EACH, NAMES, DISTANCE, BEARING = 0.82, 0.2, 0.88, 0.11, 1.0
READ_EVERY = 2
"""Reading takes longer than looking: in `make test` every second picture is read."""


@pytest.fixture(scope="module")
def pictures() -> tuple[Shown, ...]:
    return tuple(kept_pictures())


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes()


def test_every_kept_picture_has_labels_that_fit_it(pictures: tuple[Shown, ...]) -> None:
    assert len(pictures) == PICTURES
    for shown in pictures:
        assert shown.drawn.picture.shape == (720, 1280, 3)
        for label in shown.drawn.labels["people"]:
            left, top, width, height = label["box"]
            assert 0.0 <= left < left + width <= 1.0001
            assert 0.0 <= top < top + height <= 1.0001
            assert 1.0 < label["metres"] < 12.0
            assert 0.0 < label["share"] <= width * height


def test_people_are_found_where_they_are(pictures: tuple[Shown, ...], eyes: Eyes) -> None:
    fov = ComputerVision().fov
    figures = sum((seen_figures(shown, eyes.look(shown.drawn.picture), fov) for shown in pictures), Figures())
    print(figures)
    assert figures.people.asked > PICTURES
    assert figures.people.recall >= RECALL
    assert figures.people.wrong_each <= WRONG_EACH
    assert figures.distance_error <= DISTANCE
    assert figures.bearing_off <= BEARING


def test_names_are_read_and_no_others(pictures: tuple[Shown, ...], eyes: Eyes) -> None:
    some = pictures[::READ_EVERY]
    figures = sum((read_figures(shown, eyes.read(shown.drawn.picture)) for shown in some), Figures())
    print(figures)
    assert figures.names > len(some) / 2
    assert figures.read >= NAMES * figures.names
    assert figures.misread == 0
