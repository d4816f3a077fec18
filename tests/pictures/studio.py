"""Draws pictures and films of seeded scenes by Chromium, each with what the renderer knows of it.

A picture's labels: {"seed", "indoors", "people": [{"name", "box", "share", "metres", "bearing", "height", "style",
"seen", "plate"?: {"box", "points", "whole"}}], "distances"}. box: left, top, width, height of what is seen, as shares
of the picture. share: of the picture's points. metres: along the ground. bearing: degrees to the right. height: metres,
standing upright. seen: the share that nothing hides, of what is in the picture. points: the plate's height in pixels.
whole: how much of the plate's box is the plate: less when something hides it. distances: metres straight ahead of the
camera, 16 columns by 9 rows, by row from above, 0 for the sky.
"""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

import cv2
import numpy as np
import numpy.typing as npt

from tests.pictures.renderer.chromium import Browser

SCRIPTS = "numbers looks body poses room shaders painter plates stage labels film walk pictures".split()
FOLDER = Path(__file__).parent / "renderer"
WIDTH, HEIGHT = 1280, 720
FILM_WIDTH, FILM_HEIGHT, FILM_FPS = 960, 540, 4.0
WALK_WIDTH, WALK_HEIGHT, WALK_PICTURES, WALK_EVERY = 640, 360, 5, 0.2

Picture = npt.NDArray[np.uint8]
"""uint8, shape (height, width, 3), blue first."""
Labels = dict[str, Any]


class Drawn(NamedTuple):
    jpeg: bytes
    labels: Labels

    @property
    def picture(self) -> Picture:
        return decoded(self.jpeg)


class Walk(NamedTuple):
    """way: ahead, aside or corner. speeds: metres a second to the right and forward, degrees a second to the right.
    pictures: one each WALK_EVERY seconds; labels {"second", "distances"}."""

    seed: int
    way: str
    speeds: tuple[float, float, float]
    pictures: tuple[Drawn, ...]


class Studio:
    """A browser with the renderer in it. Raises NoChromium when it is entered without one."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT, *, smooth: bool = True) -> None:
        """smooth: whether edges are smoothed; not for films, where it would take too long."""
        self._size = width, height, smooth
        self._browser = Browser([FOLDER / f"{name}.js" for name in SCRIPTS])

    def __enter__(self) -> Self:
        self._browser.__enter__()
        try:
            self.about: Labels = self._browser.call("start", *self._size)
        except BaseException:
            self._browser.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.__exit__()

    def picture(self, seed: int, quality: float = 0.5) -> Drawn:
        """The picture of a seed. quality: of the JPEG, in [0, 1]."""
        return self._drawn(self._browser.call("picture", seed, None, quality))

    def film(self, seed: int, seconds: float, fps: float = FILM_FPS) -> Iterator[Drawn]:
        """A film of a seed, picture after picture. Labels: {"second", "people": [{"name", "box", ...}]}."""
        self._browser.call("startFilm", seed, seconds)
        for number in range(round(seconds * fps)):
            yield self._drawn(self._browser.call("filmAt", number / fps, 0.9))

    def walk(self, seed: int, quality: float = 0.5) -> "Walk":
        """What is seen on a walk of a seed through a scene that stands still."""
        about = self._browser.call("startWalk", seed)
        return Walk(
            seed,
            about["way"],
            tuple(about["speeds"]),
            tuple(
                self._drawn(self._browser.call("walkAt", number * WALK_EVERY, quality))
                for number in range(WALK_PICTURES)
            ),
        )

    def _drawn(self, answer: Labels) -> Drawn:
        return Drawn(base64.b64decode(answer["jpeg"]), answer["labels"])


def decoded(jpeg: bytes) -> Picture:
    """The picture in a JPEG. Raises ValueError."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("this is no JPEG")
    return np.asarray(picture, np.uint8)


def write_film(path: Path, pictures: Iterator[Drawn], fps: float = FILM_FPS) -> list[Labels]:
    """Write MPEG-4 in AVI, which OpenCV reads and writes by itself everywhere; returns the pictures' labels."""
    writer, labels = None, []
    for drawn in pictures:
        picture = drawn.picture
        if writer is None:
            size = (picture.shape[1], picture.shape[0])
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, size)
        writer.write(picture)
        labels.append(drawn.labels)
    if writer is not None:
        writer.release()
    return labels
