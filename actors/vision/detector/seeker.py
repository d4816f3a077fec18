"""The part of a detector that looks for people and things, and that may break while the rest goes on."""

from collections.abc import Callable

from actors.kernel.media.frame_ring import Picture
from actors.kernel.protocol.lifecycle import Health
from actors.vision.detector.placement import Placement
from actors.vision.detector.search import Search, remedy_for
from actors.vision.messages import Detection
from actors.vision.networks.model_file import NetworkBroken
from actors.vision.networks.session import NetworkFails
from config.schema import ComputerVision

MOTION = "looks for motion and changes of brightness"
MOST_FAILURES = 3  # after which it is not tried again
HEALED = 20  # good pictures in a row after which failures are forgotten
FIRST = 10  # pictures after which the time that one takes is told: the first ones are looked at while others start
TELL_EVERY = 100  # pictures after which the time that one takes is told again, if it is another
SMOOTH = 0.1  # weight of the newest picture's time


class Seeker:
    """health: how it reports. What it cannot do it does not do again and again: a broken network is left out."""

    def __init__(self, vision: ComputerVision, health: Callable[[Health, str, str], None]) -> None:
        self._vision = vision
        self._health = health
        self._search: Search | None = None
        self._failures = self._good = self._looked = 0
        self._took = self._told = 0.0  # seconds of a picture, and what was told of it

    def open(self, opened: Search | NetworkBroken | None) -> None:
        """Begin with what was loaded: None where nothing is to be looked for."""
        if isinstance(opened, NetworkBroken):
            self._health(Health.DEGRADED, f"{opened}; {MOTION} only", opened.remedy)
        elif opened is None:
            self._health(Health.OK, f"{MOTION} (computer_vision.object_detection is off)", "")
        else:
            self._search = opened
            self._well()

    def placement(self, height: int, width: int) -> Placement | None:
        """How a picture of this size has to be shrunk for `found`; None while nothing is looked for."""
        return self._search.placement(height, width) if self._search is not None else None

    def found(self, picture: Picture, placement: Placement) -> tuple[Detection, ...] | None:
        """Who and what is in it, the surest first; None if that cannot be told."""
        if self._search is None:
            return None
        try:
            found = self._search.found(picture, placement)
        except NetworkFails as fails:
            self._failed(self._search.name, str(fails))
            return None
        self._worked(self._search.took)
        return found

    def _worked(self, took: float) -> None:
        self._looked += 1
        self._took += SMOOTH * (took - self._took) if self._took else took
        self._good += 1
        if self._failures and self._good >= HEALED:
            self._failures = 0
            self._well()
        elif not self._failures and self._is_worth_telling():
            self._well()

    def _is_worth_telling(self) -> bool:
        if not self._told:
            return self._looked >= FIRST
        return self._looked % TELL_EVERY == 0 and not self._told / 1.5 < self._took < self._told * 1.5

    def _well(self) -> None:
        if self._search is not None:
            self._told = self._took if self._looked >= FIRST else 0.0
            pace = f", {self._took * 1000.0:.0f} ms a picture" if self._looked >= FIRST else ""
            looks, instead = f"looks with {self._search.name}{pace}; and for motion", self._search.in_place_of
            if instead is not None:
                self._health(Health.DEGRADED, f"{instead}; {looks}", instead.remedy)
            else:
                self._health(Health.OK, looks, "")

    def _failed(self, name: str, why: str) -> None:
        self._failures, self._good = self._failures + 1, 0
        given_up = self._failures >= MOST_FAILURES
        if given_up:
            self._search = None
        what = f"is not tried again, {MOTION} only" if given_up else "is tried again"
        self._health(Health.DEGRADED, f"{name} fails: {why}; it {what}", remedy_for(self._vision))
