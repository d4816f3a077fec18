"""What the eyes see, drawn onto the picture: boxes, names, distances. Pure but for the codec."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from supervisor.control.sight_label import label

Picture = npt.NDArray[np.uint8]

# Colours as OpenCV has them (blue, green, red), apart also for who sees few colours.
NAMED, UNNAMED, THING, INK = (112, 200, 60), (60, 160, 255), (220, 150, 60), (255, 255, 255)
FONT = cv2.FONT_HERSHEY_DUPLEX
HEIGHT_OF_TEXT = 36  # text of a line is this part of the picture's height


def drawn(jpeg: bytes, sights: Sequence[Mapping[str, Any]], headline: str) -> Picture:
    """The picture with a box for each sight, and `headline` below. Raises ValueError if it is no picture."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) if jpeg else None
    if picture is None:
        raise ValueError("it is no JPEG")
    canvas = np.ascontiguousarray(picture, np.uint8)
    for one in reversed(sights):  # the nearest comes first, and is drawn last
        _draw(canvas, one)
    _write(canvas, headline, (0, canvas.shape[0]), (0, 0, 0))
    return canvas


def _draw(canvas: Picture, sight: Mapping[str, Any]) -> None:
    height, width = canvas.shape[:2]
    box = sight["box"]
    left, top = round(box["left"] * width), round(box["top"] * height)
    right, bottom = left + round(box["width"] * width), top + round(box["height"] * height)
    colour = NAMED if sight["person"] else UNNAMED if sight["kind"] == "person" else THING
    # Who was not found in the newest picture is drawn thin: they may have gone.
    thick = max(2, height // 360) if sight["found"] else 1
    cv2.rectangle(canvas, (left, top), (right, bottom), colour, thick)
    _write(canvas, label(sight), (left, top), colour)


def _write(canvas: Picture, text: str, at: tuple[int, int], colour: tuple[int, int, int]) -> None:
    """On a bar whose lower left corner is at `at`, moved into the picture."""
    line = max(12, canvas.shape[0] // HEIGHT_OF_TEXT)
    scale = cv2.getFontScaleFromHeight(FONT, max(6, line * 2 // 3), 1)
    (wide, _), _ = cv2.getTextSize(plain(text), FONT, scale, 1)
    left = max(0, min(at[0], canvas.shape[1] - wide - 8))
    bottom = max(line, min(at[1], canvas.shape[0]))
    cv2.rectangle(canvas, (left, bottom - line), (left + wide + 8, bottom), colour, cv2.FILLED)
    cv2.putText(canvas, plain(text), (left + 4, bottom - line // 3), FONT, scale, INK, 1, cv2.LINE_AA)


def plain(text: str) -> str:
    """What OpenCV's font has of the text: accents go, and a sign of another script becomes a question mark."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return "".join(sign if " " <= sign <= "~" else "?" for sign in bare)
