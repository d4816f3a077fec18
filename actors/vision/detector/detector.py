"""A detector: looks at pictures, and tells the tracker what is in them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2

from actors.kernel.actor import Actor, handles
from actors.kernel.media.frame_ring import Picture, RingReader
from actors.kernel.media.frames import Frame, RingAddress
from actors.vision.detector.motion import Grey, grey_of, measure
from actors.vision.detector.placement import Placement, shown, shrunk
from actors.vision.detector.search import Search, open_search
from actors.vision.detector.seeker import Seeker
from actors.vision.messages import TRACKER, FrameReady, Looked
from actors.vision.networks.model_file import NetworkBroken
from config.schema import ComputerVision

TOO_OLD = 1.0  # seconds after which a picture is not worth looking at

Opening = Callable[[ComputerVision, Path], Search | None]


class Detector(Actor):
    """Looks at each picture that the camera gives it, unless that is too old or gone: for motion, and with a network
    for people and things. Start arguments: the section computer_vision, the ring, and the home."""

    def __init__(
        self, vision: ComputerVision, ring: RingAddress, home: Path, opening: Opening = open_search
    ) -> None:
        self._vision = vision
        self._address = ring
        self._home = home
        self._opening = opening
        self._opened: Search | NetworkBroken | None = None
        self._before: Grey | None = None
        self._seeker = Seeker(vision, self.health)

    def preload(self) -> None:
        # One picture is looked at a time, and the cores are wanted elsewhere.
        cv2.setNumThreads(1)
        try:
            self._opened = self._opening(self._vision, self._home)
        except NetworkBroken as broken:
            self._opened = broken

    def on_start(self) -> None:
        self._ring = RingReader(self._address)
        self._seeker.open(self._opened)

    def on_stop(self) -> None:
        self._ring.close()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """Another network needs a restart."""
        before, self._vision = self._vision, sections["computer_vision"]
        return _network(before) == _network(self._vision)

    @handles
    def on_frame(self, message: FrameReady) -> None:
        m = message
        if self.wall() - m.captured_at <= TOO_OLD:
            self._look(Frame(m.generation, m.height, m.width, m.channels, m.captured_at))

    def _look(self, frame: Frame) -> None:
        copied = self._copied(frame)
        if copied is None:
            return
        grey, placement, small = copied
        now = measure(grey, self._before, frame.captured_at)
        self._before = grey
        found = self._seeker.found(small, placement) if placement is not None else None
        size = frame.generation, frame.captured_at, frame.height, frame.width
        motion = now.brightness, now.amount, now.x, now.y
        self.tell(TRACKER, Looked(*size, *motion, found or (), searched=found is not None))

    def _copied(self, frame: Frame) -> tuple[Grey, Placement | None, Picture] | None:
        """What is looked at, made small in its place: nobody holds the ring while a network computes. None when the
        picture was gone or torn."""
        with self._ring.look(frame) as seen:
            if seen is None:
                return None
            placement = self._seeker.placement(frame.height, frame.width)
            if placement is None:
                grey = small = grey_of(seen.picture)
            else:
                small = shrunk(seen.picture, placement)
                grey = grey_of(shown(small, placement))  # of what is small already
            return (grey, placement, small) if seen.whole else None


def _network(vision: ComputerVision) -> tuple[object, ...]:
    return vision.object_detection, vision.detector_model, vision.detector_threads
