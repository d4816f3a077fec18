"""Pictures with name plates, drawn from a seed: dark rounded plates with white text, over a busy room."""

from collections.abc import Sequence
from typing import Any

import cv2
import msgspec
import numpy as np

from actors.kernel.media.frame_ring import Picture
from actors.vision.messages import Box

NAMES = ("Test Gamma", "Zoë_Müller", "さくら猫", "xX_Neko42_Xx", "Gerald", "Robin")


class Label(msgspec.Struct, frozen=True):
    """A plate in a picture. text_height: pixels of its type. box: the plate."""

    name: str
    text_height: int
    box: Box


def room(seed: int, height: int = 720, width: int = 1280) -> Picture:
    """Colours that run into one another, noise, and frames and boxes of all sizes."""
    dice = np.random.default_rng(seed)
    coarse = dice.integers(30, 230, (9, 16, 3)).astype(np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    noisy = np.clip(smooth + dice.normal(0.0, 8.0, smooth.shape), 0, 255)
    picture = np.asarray(noisy, np.uint8)
    for _ in range(30):
        corner = dice.integers(0, (width, height))
        end = corner + dice.integers(10, 200, 2)
        line = int(dice.choice((-1, 2, 5)))
        cv2.rectangle(picture, corner.tolist(), end.tolist(), dice.integers(0, 255, 3).tolist(), line)
    return picture


def with_plates(
    picture: Picture, seed: int, names: Sequence[str] = NAMES
) -> tuple[Picture, tuple[Label, ...]]:
    """The picture with a plate for each name, in text of 12 to 44 pixels, and as a game's stream compresses it."""
    dice = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    labels = []
    for row, name in enumerate(names):
        size = int(dice.integers(12, 44))
        plate = _size_of(name, size)
        left = int(dice.integers(0, width - plate[0]))
        labels.append(_draw(picture, name, size, left, row * height // len(names) + 10))
    _, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 85))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8), tuple(labels)


def scene(seed: int, names: Sequence[str] = NAMES) -> tuple[Picture, tuple[Label, ...]]:
    """A room with plates in it."""
    return with_plates(room(seed), seed, names)


def menu(lines: int = 60) -> Picture:
    """A page full of text, in columns."""
    picture = np.full((720, 1280, 3), 45, np.uint8)
    for n in range(lines):
        place = (20 + 320 * (n % 4), 40 + 44 * (n // 4))
        cv2.putText(picture, f"Option number {n}", place, (250, 250, 250), _face(), 20, 400)
    return picture


def _face() -> Any:
    return cv2.FontFace("sans")


def _size_of(name: str, size: int) -> tuple[int, int]:
    (_, _, text_width, _) = cv2.getTextSize((0, 0), name, (0, 0), _face(), size, 500)
    return text_width + 2 * size, round(size * 1.8)


def _draw(picture: Picture, name: str, size: int, left: int, top: int) -> Label:
    width, height = _size_of(name, size)
    mask = np.zeros((height, width, 1), np.float32)
    radius = height // 2
    cv2.rectangle(mask, (radius, 0), (width - radius, height), 1.0, -1)
    for middle in (radius, width - radius):
        cv2.circle(mask, (middle, radius), radius, 1.0, -1)
    place = picture[top : top + height, left : left + width]
    place[:] = place * (1.0 - 0.8 * mask) + 40.0 * 0.8 * mask
    cv2.putText(picture, name, (left + size, top + round(size * 1.25)), (255, 255, 255), _face(), size, 500)
    whole = picture.shape
    box = Box(left / whole[1], top / whole[0], width / whole[1], height / whole[0])
    return Label(name, size, box)
