"""The pictures of docs/eyes.md, drawn as `supervisor look --to` draws them: python -m tests.pictures.page"""

from pathlib import Path
from typing import Any

import cv2
import msgspec

from actors.vision.messages import Sight
from supervisor.cli.vision.drawing import drawn
from tests.pictures.eyes import Eyes, settled
from tests.pictures.kept import kept_pictures

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
CHOSEN = {1005: "eyes-room.jpg", 1012: "eyes-garden.jpg"}
QUALITY = 70
"""Of the JPEG, in percent."""


def told(sight: Sight) -> dict[str, Any]:
    """As supervisor look gets it."""
    return {**msgspec.to_builtins(sight), "person": sight.person.name if sight.person.is_known else ""}


def draw() -> None:
    """Write the pictures."""
    eyes = Eyes()
    for shown in kept_pictures():
        if (name := CHOSEN.get(shown.drawn.labels["seed"])) is not None:
            picture = shown.drawn.picture
            sights = settled(shown, eyes.look(picture), eyes.read(picture))
            marked = drawn(shown.drawn.jpeg, [told(one) for one in sights], f"{len(sights)} people seen")
            cv2.imwrite(str(IMAGES / name), marked, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            print(
                name, *(f"{one.person.name or 'somebody'} {one.distance:.1f} m" for one in sights), sep=", "
            )


if __name__ == "__main__":
    draw()
