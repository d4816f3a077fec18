"""A film shown to Gerald's eyes, and who they say entered and left."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from tests.pictures.eyes import STRANGERS, Audience, Eyes, roster
from tests.pictures.judge import Visits, visits
from tests.pictures.studio import FILM_FPS, Labels, Picture

READ_EVERY = 4
"""Pictures of which one is read: computer_vision.reading_fps is 1, and films have FILM_FPS."""
AFTER = 6.0
"""Seconds after the film: longer than somebody counts who is not found any more."""


def pictures_of(path: Path) -> Iterator[Picture]:
    """The pictures of a film, one after the other. Raises ValueError if OpenCV cannot read it."""
    capture = cv2.VideoCapture(str(path))
    if not capture.isOpened():
        raise ValueError(f"{path} is no film that OpenCV can read")
    try:
        while True:
            found, picture = capture.read()
            if not found:
                return
            yield np.asarray(picture, np.uint8)
    finally:
        capture.release()


def film_figures(
    eyes: Eyes, pictures: Iterable[Picture], labels: Sequence[Labels], look_every: int = 1
) -> Visits:
    """Show it; one of `look_every` pictures is looked at, and one a second is read."""
    people = sorted({one["name"] for label in labels for one in label["people"]})
    audience = Audience(roster([*people, *STRANGERS]))
    for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        second = label["second"]
        if number % look_every == 0:
            audience.show(second, audience.looked(number, second, picture.shape, eyes.look(picture)))
        if number % READ_EVERY == 0:
            audience.show(second, audience.plates(second, eyes.read(picture)))
    audience.end(labels[-1]["second"] + AFTER)
    return visits(dict.fromkeys(people, 1), audience.entered, audience.left)


def told(judged: Visits, seconds: float) -> str:
    """The figures in a line."""
    others = ", ".join(
        f"{name}: came {a}, entered {b}, left {c}" for name, (a, b, c) in judged.others.items()
    )
    once = f"{len(judged.once)} of {judged.people} entered and left once"
    line = f"{seconds:.0f} s at {FILM_FPS:g} pictures a second: {once}"
    return f"{line} ({others})" if others else line
