"""What Gerald's eyes make of the kept film, with entrances and exits: each person entered once and left once."""

import pytest

from tests.pictures.eyes import Eyes
from tests.pictures.film import film_figures, pictures_of, told
from tests.pictures.kept import FILM_SECONDS, kept_film

LOOK_EVERY = 2
"""Two pictures a second are enough here; `make test-eyes` looks at all of its film."""

pytestmark = pytest.mark.timeout(300)


def test_each_person_entered_once_and_left_once() -> None:
    path, labels = kept_film()
    judged = film_figures(Eyes(), pictures_of(path), labels, LOOK_EVERY)
    print(told(judged, FILM_SECONDS))
    assert len(judged.once) >= 2
    assert judged.others == {}
