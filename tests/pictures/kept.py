"""The kept pictures and the kept film, and how they are made: python -m tests.pictures.kept

Whoever changes the renderer makes them anew (`make pictures`); until then tests judge what lies here.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.pictures.judge import Box, Somebody
from tests.pictures.renderer.chromium import NoChromium
from tests.pictures.studio import (
    FILM_HEIGHT,
    FILM_WIDTH,
    WALK_HEIGHT,
    WALK_WIDTH,
    Drawn,
    Labels,
    Studio,
    Walk,
    write_film,
)

FOLDER = Path(__file__).parent / "kept"
PICTURES, FRESH = 60, 20
"""How many are kept, and how many are made when they are judged."""
FIRST_SEED, FILM_SEED, FILM_SECONDS = 1001, 2, 20.0
SMALLEST, HIDDEN, WHOLE, READABLE = 0.12, 0.5, 0.9, 16
"""Height of a box, as share of the picture's, and share of somebody that is seen, from which they are asked for; share
of a plate that is seen, and its height in pixels, from which its name is."""


WALK_SEEDS, FRESH_WALKS = range(3001, 3007), 6
"""Two of each way are kept, and as many made when they are judged."""


class Shown(NamedTuple):
    """A picture that can be judged."""

    drawn: Drawn

    @property
    def people(self) -> tuple[Somebody, ...]:
        return tuple(somebody(label) for label in self.drawn.labels["people"])

    @property
    def names(self) -> tuple[str, ...]:
        """Those on plates that can be read."""
        plates = [(one["name"], one.get("plate")) for one in self.drawn.labels["people"]]
        return tuple(
            name
            for name, plate in plates
            if plate is not None and plate["whole"] >= WHOLE and plate["points"] >= READABLE
        )


def somebody(label: Labels) -> Somebody:
    box = Box(*label["box"])
    counts = box.height >= SMALLEST and label.get("seen", 1.0) >= HIDDEN
    return Somebody(label["name"], box, label["metres"], counts)


def kept_pictures() -> Iterator[Shown]:
    """Raises FileNotFoundError, which names the file."""
    for labels in json.loads((FOLDER / "pictures.json").read_text("utf-8")):
        yield Shown(Drawn((FOLDER / f"{labels['seed']}.jpg").read_bytes(), labels))


def kept_film() -> tuple[Path, list[Labels]]:
    """The film and the labels of its pictures."""
    return FOLDER / "film.avi", json.loads((FOLDER / "film.json").read_text("utf-8"))


def fresh_pictures(first_seed: int, count: int = FRESH) -> Iterator[Shown]:
    """Pictures that nobody has seen before. Raises NoChromium."""
    with Studio() as studio:
        for seed in range(first_seed, first_seed + count):
            yield Shown(studio.picture(seed))


def kept_walks() -> Iterator[Walk]:
    """Raises FileNotFoundError, which names the file."""
    for walk in json.loads((FOLDER / "walks.json").read_text("utf-8")):
        pictures = tuple(
            Drawn((FOLDER / f"{walk['seed']}-{number}.jpg").read_bytes(), labels)
            for number, labels in enumerate(walk["pictures"])
        )
        yield Walk(walk["seed"], walk["way"], tuple(walk["speeds"]), pictures)


def fresh_walks(first_seed: int, count: int = FRESH_WALKS) -> Iterator[Walk]:
    """Walks that nobody has seen before. Raises NoChromium."""
    with Studio(WALK_WIDTH, WALK_HEIGHT) as studio:
        for seed in range(first_seed, first_seed + count):
            yield studio.walk(seed)


def make() -> None:
    """Draw everything that is kept. Raises NoChromium; what was kept stays until all is drawn."""
    new = FOLDER.with_name("kept.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    make_pictures(new)
    make_walks(new)
    with Studio(FILM_WIDTH, FILM_HEIGHT, smooth=False) as studio:
        write_labels(new / "film.json", write_film(new / "film.avi", studio.film(FILM_SEED, FILM_SECONDS)))
    shutil.rmtree(FOLDER, ignore_errors=True)
    new.rename(FOLDER)
    size = sum(path.stat().st_size for path in FOLDER.iterdir())
    print(f"{FOLDER}: {PICTURES} pictures, {len(WALK_SEEDS)} walks and a film, {size / 1e6:.1f} MB")


def make_pictures(folder: Path) -> None:
    labels = []
    with Studio() as studio:
        for seed in range(FIRST_SEED, FIRST_SEED + PICTURES):
            drawn = studio.picture(seed)
            (folder / f"{seed}.jpg").write_bytes(drawn.jpeg)
            labels.append(drawn.labels)
            print(f"{seed}: {len(drawn.labels['people'])} people, {len(drawn.jpeg):,} bytes", flush=True)
    write_labels(folder / "pictures.json", labels)


def make_walks(folder: Path) -> None:
    labels = []
    for walk in fresh_walks(WALK_SEEDS[0], len(WALK_SEEDS)):
        for number, drawn in enumerate(walk.pictures):
            (folder / f"{walk.seed}-{number}.jpg").write_bytes(drawn.jpeg)
        pictures = [drawn.labels for drawn in walk.pictures]
        labels.append({"seed": walk.seed, "way": walk.way, "speeds": walk.speeds, "pictures": pictures})
    write_labels(folder / "walks.json", labels)


def write_labels(path: Path, labels: list[Any]) -> None:
    """One picture a line, so that a change can be read."""
    lines = ",\n".join(json.dumps(one) for one in labels)
    path.write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    try:
        make()
    except NoChromium as missing:
        sys.exit(str(missing))
