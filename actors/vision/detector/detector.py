"""The first detector: motion and brightness, cheap enough to run on every machine."""

from collections.abc import Mapping
from typing import Any

import cv2

from actors.kernel.actor import Actor, handles
from actors.kernel.media.frame_ring import RingReader
from actors.kernel.media.frames import Frame, RingAddress
from actors.kernel.protocol.lifecycle import Health
from actors.vision.detector.motion import Grey, Measure, Seen, advance, grey_of, measure
from actors.vision.messages import FrameReady, GetScene, MotionBegan, MotionEnded, Scene, WatchScene
from actors.world.messages import WORLD
from config.schema import ComputerVision

TOO_OLD = 1.0  # seconds after which a picture is not worth looking at

EARLY = 0.9  # share of the interval after which a picture is looked at, or equal rates would lose every second one


class Detector(Actor):
    """Looks at the newest picture, computer_vision.processing_fps times a second at most.

    The world hears what moves, watchers hear everything."""

    def __init__(self, vision: ComputerVision, ring: RingAddress) -> None:
        self._between = EARLY / vision.processing_fps
        self._address = ring
        self._watchers: dict[str, None] = {}
        self._before: Grey | None = None
        self._seen = Seen()
        self._last = Measure(0.0, 0.0)
        self._due = 0.0
        self._looked = self._skipped = self._stale = 0

    def on_start(self) -> None:
        # One small picture is looked at a time, and the cores are wanted elsewhere.
        cv2.setNumThreads(1)
        self._ring = RingReader(self._address)
        self.health(Health.OK, "looks for motion and changes of brightness")

    def on_stop(self) -> None:
        self._ring.close()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self._between = EARLY / sections["computer_vision"].processing_fps
        return True

    @handles
    def on_frame(self, message: FrameReady) -> None:
        if self.now() < self._due:
            self._skipped += 1
            return
        m = message
        frame = Frame(m.generation, m.height, m.width, m.channels, m.captured_at)
        if self.wall() - m.captured_at > TOO_OLD or not self._look(frame):
            self._stale += 1
            return
        self._looked += 1
        self._due = self.now() + self._between

    @handles
    def on_watch(self, message: WatchScene) -> None:
        address = message.address or self.sender()
        if message.on:
            self._watchers[address] = None
        else:
            self._watchers.pop(address, None)

    @handles
    def on_get(self, message: GetScene) -> None:
        last = self._last
        counts = (self._looked, self._skipped, self._stale)
        self.reply(Scene(last.at, last.brightness, self._seen.moving, last.amount, *counts))

    def _look(self, frame: Frame) -> bool:
        """False when the picture was gone or torn."""
        with self._ring.look(frame) as seen:
            # Made small in its place: a copy of the whole would cost more than all the rest.
            grey = grey_of(seen.picture) if seen is not None else None
            if seen is None or grey is None or not seen.whole:
                return False
        now = measure(grey, self._before, frame.captured_at)
        self._before, self._last = grey, now
        self._seen, events = advance(self._seen, now)
        for event in events:
            if isinstance(event, MotionBegan | MotionEnded):
                self.tell(WORLD, event)
            for watcher in self._watchers:
                self.tell(watcher, event)
        return True
