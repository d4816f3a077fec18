"""A detector to look with: pictures go in, and what it tells the tracker comes out."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from actors.kernel.media.frame_ring import Picture, Ring, RingWriter
from actors.kernel.media.ring_names import new_name
from actors.kernel.protocol.lifecycle import HealthChanged
from actors.vision.detector.detector import Detector
from actors.vision.messages import TRACKER, FrameReady, Looked
from config.schema import ComputerVision
from tests.doubles.virtual_world import VirtualWorld


def room(white_at: int | None = None, shape: tuple[int, ...] = (180, 320, 3)) -> Picture:
    """A grey room, with a white square in it."""
    picture = np.full(shape, 60, np.uint8)
    if white_at is not None:
        cv2.rectangle(picture, (white_at, 60), (white_at + 50, 110), (255,) * 4, -1)
    return picture


class LookingDetector:
    """A real detector under a virtual clock, that is told of the pictures which are written into its real ring."""

    def __init__(self, home: Path, most_bytes: int = 320 * 180 * 4) -> None:
        (home / "Models").mkdir(exist_ok=True)
        self.home = home
        self.world = VirtualWorld()
        self.tracker = self.world.probe(TRACKER)
        self.ring = Ring(new_name(home), 4, most_bytes)
        self.writer = RingWriter(self.ring.address)

    def start(self, data: bytes | None = None, **settings: Any) -> Detector:
        """With the embedded network, or with one of the owner's."""
        if data is not None:
            (self.home / "Models" / "own.onnx").write_bytes(data)
            settings["detector_model"] = "own.onnx"
        actor = Detector(ComputerVision(**settings), self.ring.address, self.home)
        self.world.start(actor, "vision.detector")
        return actor

    def show(self, picture: Picture, age: float = 0.0) -> list[Looked]:
        """What is told of a picture that was captured so many seconds ago."""
        frame = self.writer.write(picture, self.world.clock.wall() - age)
        return self.tell(
            FrameReady(frame.generation, frame.height, frame.width, frame.channels, frame.captured_at)
        )

    def tell(self, message: FrameReady) -> list[Looked]:
        """What is told of a picture that is said to be in the ring. Fails if the detector dies of it."""
        self.tracker.clear()
        self.world.give("vision.detector", message)
        failure = self.world.failures.get("vision.detector")
        assert failure is None, failure.traceback
        return self.tracker.of(Looked)

    def health(self) -> HealthChanged:
        """The last report."""
        return self.world.supervisor.of(HealthChanged)[-1]

    def close(self) -> None:
        """Take the ring away."""
        self.writer.close()
        self.ring.close()
