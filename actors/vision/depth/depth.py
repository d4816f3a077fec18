"""The depth actor: how far away what is seen is, as often as the camera gives it a picture; it tells the tracker.

Without a network it measures what moves past while the body walks, against the velocity that the game tells by OSC. An
owner's network adds the rest of the picture: by itself if it tells metres, else with that for a scale."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from actors.kernel.actor import Actor, handles
from actors.kernel.media.frame_ring import Picture, RingReader
from actors.kernel.media.frames import Frame, RingAddress
from actors.osc.messages import ParametersChanged
from actors.vision.depth.flow import Grey, small_grey
from actors.vision.depth.health import Condition, Said, said
from actors.vision.depth.network import DepthNetwork, open_network
from actors.vision.depth.passing import COLUMNS, ROWS, Passing, Seen, Shot, advance, moves
from actors.vision.depth.scale import cells, plausible, scaled
from actors.vision.depth.travel import Heard, told
from actors.vision.messages import TRACKER, DistancesSeen, FrameReady
from actors.vision.networks.model_file import NetworkBroken
from actors.vision.networks.session import NetworkFails
from actors.vision.took import Took
from actors.vision.took import told as as_told
from config.schema import ComputerVision

TOO_OLD = 1.0  # seconds after which a picture is not worth looking at
METRIC = 0.2  # about how wrong a network is that tells metres, as a share: none says so itself
MOST_FAILURES = 3  # of a network in a row, after which it is not tried again

Opening = Callable[[ComputerVision, Path], DepthNetwork | None]


class Depth(Actor):
    """Start arguments: the section computer_vision, the ring, and the home."""

    def __init__(
        self, vision: ComputerVision, ring: RingAddress, home: Path, opening: Opening = open_network
    ) -> None:
        self._vision = vision
        self._address = ring
        self._home = home
        self._opening = opening
        self._network: DepthNetwork | None = None
        self._broken: NetworkBroken | None = None
        self._failures = 0
        self._heard: tuple[Heard, ...] = ()
        self._passing = Passing()
        self._by_motion = self._by_network = Took()
        self._said: Said | None = None

    def preload(self) -> None:
        # The cores are wanted elsewhere.
        cv2.setNumThreads(1)
        try:
            self._network = self._opening(self._vision, self._home)
        except NetworkBroken as broken:
            self._broken = broken

    def on_start(self) -> None:
        self._ring = RingReader(self._address)
        self._report()

    def on_stop(self) -> None:
        self._ring.close()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """Another network needs a restart."""
        before, self._vision = self._vision, sections["computer_vision"]
        return bool(before.depth_model == self._vision.depth_model)

    @handles
    def on_parameters(self, message: ParametersChanged) -> None:
        first = not self._heard
        self._heard = told(self._heard, message.values, self.wall())
        if first and self._heard:
            self._report()

    @handles
    def on_frame(self, message: FrameReady) -> None:
        m = message
        # Nothing is computed, nor copied, while the body stands, but for a network that tells metres by itself.
        walks = moves(self._heard, m.captured_at)
        network = self._network if walks or (self._network and self._network.form.metric) else None
        if self.wall() - m.captured_at > TOO_OLD or not (walks or network):
            return
        copied = self._copied(
            Frame(m.generation, m.height, m.width, m.channels, m.captured_at), walks, network
        )
        if copied is None:
            return
        grey, small = copied
        seen = self._passed(m.captured_at, grey) if grey is not None else None
        if network is not None and small is not None:
            self._look(network, m.captured_at, small, seen)
        if seen is not None:
            self._tell(m.captured_at, seen, "motion")
        self._report()

    def _copied(
        self, frame: Frame, walks: bool, network: DepthNetwork | None
    ) -> tuple[Grey | None, Picture | None] | None:
        """Small copies of the picture, grey and for the network; None when it was gone or torn."""
        with self._ring.look(frame) as seen:
            if seen is None:
                return None
            grey = small_grey(seen.picture) if walks else None
            small = network.shrunk(seen.picture) if network is not None else None
            return (grey, small) if seen.whole else None

    def _passed(self, at: float, grey: Grey) -> Seen | None:
        begun = time.perf_counter()
        self._passing, seen = advance(self._passing, Shot(at, grey), self._heard, self._vision.fov)
        if seen is not None:
            self._by_motion = _timed(self._by_motion, time.perf_counter() - begun)
        return seen

    def _look(self, network: DepthNetwork, at: float, small: Picture, seen: Seen | None) -> None:
        """Tell what the network says. One without a scale is not asked where nothing tells it."""
        if not network.form.metric and seen is None:
            return
        try:
            values = cells(network.depth(small, self._vision.fov), COLUMNS, ROWS)
        except NetworkFails as fails:
            self._fail(network, fails)
            return
        self._failures = 0
        self._broken = None
        self._by_network = _timed(self._by_network, network.took)
        if network.form.metric:
            self._tell(at, Seen(plausible(values), METRIC), "model")
        elif seen is not None and (found := scaled(values, seen.metres)) is not None:
            self._tell(at, Seen(found.metres, float(np.hypot(seen.error, found.error))), "model")

    def _tell(self, at: float, seen: Seen, source: Any) -> None:
        if any(seen.metres):
            self.tell(TRACKER, DistancesSeen(at, COLUMNS, seen.metres, source, seen.error))

    def _fail(self, network: DepthNetwork, fails: NetworkFails) -> None:
        self._failures += 1
        ended = self._failures >= MOST_FAILURES
        again = "it is not tried again" if ended else "the next picture is tried"
        self._broken = NetworkBroken(
            f"{network.name} failed: {fails}; {again}",
            "choose another computer_vision.depth_model, or restart vision.depth",
        )
        if ended:
            self._network = None

    def _report(self) -> None:
        """Say how it goes, unless that is what was said last."""
        network, broken = self._network, self._broken
        now = said(
            Condition(
                bool(self._heard),
                self._passing.misfits,
                self._by_motion.told,
                network.name if network is not None else "",
                network is not None and network.form.metric,
                self._by_network.told,
                str(broken) if broken is not None else "",
                broken.remedy if broken is not None else "",
            )
        )
        if now != self._said:
            self._said = now
            self.health(*now)


def _timed(took: Took, seconds: float) -> Took:
    after = took.after(seconds)
    return as_told(after) if after.is_news else after
