"""The depth actor: how far away what is seen is, as often as the camera gives it a picture; it tells the tracker.

Without a network it measures what moves past while the body walks, against the velocity that the game tells by OSC."""

import time
from collections.abc import Mapping
from typing import Any

import cv2

from actors.kernel.actor import Actor, handles
from actors.kernel.media.frame_ring import RingReader
from actors.kernel.media.frames import Frame, RingAddress
from actors.kernel.protocol.lifecycle import Health
from actors.osc.messages import ParametersChanged
from actors.vision.depth.flow import Grey, small_grey
from actors.vision.depth.passing import COLUMNS, Passing, Shot, advance, moves
from actors.vision.depth.travel import Heard, told
from actors.vision.messages import TRACKER, DistancesSeen, FrameReady
from actors.vision.took import Took
from actors.vision.took import told as as_told
from config.schema import ComputerVision

TOO_OLD = 1.0  # seconds after which a picture is not worth looking at
MISFITS = 15  # pictures in a row that do not move as the game says, from which on something is wrong


class Depth(Actor):
    """Start arguments: the section computer_vision, and the ring."""

    def __init__(self, vision: ComputerVision, ring: RingAddress) -> None:
        self._vision = vision
        self._address = ring
        self._heard: tuple[Heard, ...] = ()
        self._passing = Passing()
        self._took = Took()
        self._said: tuple[Health, str] | None = None

    def on_start(self) -> None:
        # The cores are wanted elsewhere.
        cv2.setNumThreads(1)
        self._ring = RingReader(self._address)
        self._report()

    def on_stop(self) -> None:
        self._ring.close()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self._vision = sections["computer_vision"]
        return True

    @handles
    def on_parameters(self, message: ParametersChanged) -> None:
        first = not self._heard
        self._heard = told(self._heard, message.values, self.wall())
        if first and self._heard:
            self._report()

    @handles
    def on_frame(self, message: FrameReady) -> None:
        m = message
        # Nothing is computed, nor copied, while the body stands.
        if self.wall() - m.captured_at > TOO_OLD or not moves(self._heard, m.captured_at):
            return
        grey = self._grey(Frame(m.generation, m.height, m.width, m.channels, m.captured_at))
        if grey is None:
            return
        begun = time.perf_counter()
        shot = Shot(m.captured_at, grey)
        self._passing, seen = advance(self._passing, shot, self._heard, self._vision.fov)
        if seen is not None:
            self.tell(TRACKER, DistancesSeen(m.captured_at, COLUMNS, seen.metres, "motion", seen.error))
            self._took = self._took.after(time.perf_counter() - begun)
        self._report()

    def _grey(self, frame: Frame) -> Grey | None:
        """A small copy of the picture; None when it was gone or torn."""
        with self._ring.look(frame) as seen:
            grey = small_grey(seen.picture) if seen is not None else None
            return grey if seen is not None and seen.whole else None

    def _report(self) -> None:
        """Say how it goes, unless that is what was said last."""
        if self._took.is_news:
            self._took = as_told(self._took)
        if not self._heard:
            now = Health.OK, "no distances by motion: the game tells no velocity"
            remedy = "switch OSC on in VRChat"
        elif self._passing.misfits >= MISFITS:
            now = Health.DEGRADED, "no distances by motion: what is seen does not move as the game says"
            remedy = "set computer_vision.source to the game, and computer_vision.fov to its field of view"
        else:
            pace = f", {self._took.told * 1000.0:.0f} ms a picture" if self._took.told else ""
            now, remedy = (Health.OK, f"tells how far away what moves past is{pace}"), ""
        if now != self._said:
            self._said = now
            self.health(*now, remedy)
