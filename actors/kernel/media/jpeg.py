"""Pictures as JPEG: for people to look at, and for models that do."""

import cv2
import numpy as np

from actors.kernel.media.frame_ring import Picture, RingReader
from actors.kernel.media.frames import Frame

QUALITY = 85
TRIES = 3  # pictures that may be written over while they are copied


def fitted(height: int, width: int, widest: int) -> tuple[int, int]:
    """Height and width of a picture that is made `widest` pixels wide at most."""
    return (height, width) if width <= widest else (max(1, round(height * widest / width)), widest)


def as_jpeg(picture: Picture, widest: int, quality: int = QUALITY) -> bytes:
    """The BGR picture, made smaller where it is wider than `widest` pixels."""
    height, width = picture.shape[:2]
    if width > widest:
        size = fitted(height, width, widest)
        small = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA)
        return as_jpeg(np.asarray(small, np.uint8), widest, quality)
    return bytes(cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))[1])


def from_jpeg(data: bytes) -> Picture | None:
    """The BGR picture in a JPEG; None when there is none in it."""
    if not data:
        return None
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return None if found is None else np.asarray(found, np.uint8)


def newest(ring: RingReader, widest: int) -> tuple[Frame, bytes] | None:
    """The newest picture of the ring as JPEG; None while there is none."""
    for _ in range(TRIES):
        frame = ring.latest()
        picture = ring.read(frame) if frame is not None else None
        if frame is not None and picture is not None:
            return frame, as_jpeg(picture, widest)
    return None
