"""The reader: reads the name plates of pictures, as often as the camera gives it one, and tells the tracker.

A picture is copied out of the ring first, for reading it takes a tenth of a second."""

import time
from collections.abc import Callable

import cv2

from actors.kernel.actor import Actor, handles
from actors.kernel.media.frame_ring import Picture, RingReader
from actors.kernel.media.frames import Frame, RingAddress
from actors.kernel.protocol.lifecycle import Health
from actors.vision.colours import coloured
from actors.vision.messages import TRACKER, Box, FrameReady, Plate, PlatesRead
from actors.vision.reader.finder import find_plates
from actors.vision.reader.recognizer import NAME, Recognizer, RecognizerBroken, model_path
from actors.vision.took import Took, told

TOO_OLD = 1.0  # seconds after which a picture is not worth reading

SURE = 0.5  # score from which on a text is told
SHORTEST = 2  # signs: a single one is an edge of something


def open_recognizer() -> Recognizer:
    """The embedded one. Raises RecognizerBroken."""
    return Recognizer(model_path())


class Reader(Actor):
    """Start argument: the ring. opening: loads what reads a line."""

    def __init__(self, ring: RingAddress, opening: Callable[[], Recognizer] = open_recognizer) -> None:
        self._address = ring
        self._opening = opening
        self._loaded: Recognizer | RecognizerBroken = RecognizerBroken("not loaded yet")
        self._took = Took()
        self._failed = False

    def preload(self) -> None:
        try:
            self._loaded = self._opening()
        except RecognizerBroken as broken:
            self._loaded = broken

    def on_start(self) -> None:
        # The cores are wanted elsewhere.
        cv2.setNumThreads(1)
        self._ring = RingReader(self._address)
        if isinstance(self._loaded, RecognizerBroken):
            reason = f"no name plates are read: {self._loaded}"
            self.health(Health.DOWN, reason, f"{self._loaded.remedy}, then restart vision.reader")
        else:
            self.health(Health.OK, f"reads name plates with {NAME}")

    def on_stop(self) -> None:
        self._ring.close()

    @handles
    def on_frame(self, message: FrameReady) -> None:
        m = message
        if isinstance(self._loaded, RecognizerBroken) or self.wall() - m.captured_at > TOO_OLD:
            return
        picture = self._ring.read(Frame(m.generation, m.height, m.width, m.channels, m.captured_at))
        if picture is None:
            return  # written over meanwhile: the next one is better anyway
        begun = time.perf_counter()
        try:
            plates = read_plates(coloured(picture), self._loaded)
        except RecognizerBroken as broken:
            self._failed = True
            self.health(Health.DEGRADED, f"no name plates are read: {broken}", broken.remedy)
            return
        self.tell(TRACKER, PlatesRead(m.captured_at, plates))
        self._report(time.perf_counter() - begun)

    def _report(self, seconds: float) -> None:
        self._took = self._took.after(seconds)
        if self._took.is_news or self._failed:
            self._took, self._failed = told(self._took), False
            self.health(Health.OK, f"reads name plates with {NAME}, {self._took}")


def read_plates(picture: Picture, recognizer: Recognizer) -> tuple[Plate, ...]:
    """What stands on the plates of a BGR picture, the surest first. Raises RecognizerBroken."""
    found = []
    for box in find_plates(picture):
        text, score = recognizer.read(cut(picture, box))
        if len(text) >= SHORTEST and score >= SURE:
            found.append(Plate(text, score, box))
    return tuple(sorted(found, key=lambda plate: -plate.score))


def cut(picture: Picture, box: Box) -> Picture:
    """The part of the picture in the box, at least one pixel."""
    height, width = picture.shape[:2]
    left, top = min(width - 1, round(box.left * width)), min(height - 1, round(box.top * height))
    right = max(left + 1, round((box.left + box.width) * width))
    bottom = max(top + 1, round((box.top + box.height) * height))
    return picture[top:bottom, left:right]
