"""A detector: looks at pictures, and tells the tracker what is in them."""

import cv2

from actors.kernel.actor import Actor, handles
from actors.kernel.media.frame_ring import RingReader
from actors.kernel.media.frames import Frame, RingAddress
from actors.kernel.protocol.lifecycle import Health
from actors.vision.detector.motion import Grey, grey_of, measure
from actors.vision.messages import TRACKER, FrameReady, Looked
from config.schema import ComputerVision

TOO_OLD = 1.0  # seconds after which a picture is not worth looking at


class Detector(Actor):
    """Looks at each picture that the camera gives it, unless that is too old or gone."""

    def __init__(self, vision: ComputerVision, ring: RingAddress) -> None:
        self._address = ring
        self._before: Grey | None = None

    def on_start(self) -> None:
        # One small picture is looked at a time, and the cores are wanted elsewhere.
        cv2.setNumThreads(1)
        self._ring = RingReader(self._address)
        self.health(Health.OK, "looks for motion and changes of brightness")

    def on_stop(self) -> None:
        self._ring.close()

    @handles
    def on_frame(self, message: FrameReady) -> None:
        m = message
        if self.wall() - m.captured_at <= TOO_OLD:
            self._look(Frame(m.generation, m.height, m.width, m.channels, m.captured_at))

    def _look(self, frame: Frame) -> None:
        with self._ring.look(frame) as seen:
            # Made small in its place: a copy of the whole would cost more than all the rest.
            grey = grey_of(seen.picture) if seen is not None else None
            if seen is None or grey is None or not seen.whole:
                return
        now = measure(grey, self._before, frame.captured_at)
        self._before = grey
        size = frame.generation, frame.captured_at, frame.height, frame.width
        self.tell(TRACKER, Looked(*size, now.brightness, now.amount, now.x, now.y))
