"""The tracker: what the detectors, the reader and the depth actor saw becomes who and what is there, told once.

However many detectors look, and in whatever order they are done: a picture counts once, and never after a newer one."""

from collections.abc import Mapping
from typing import Any

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.protocol.lifecycle import Health
from actors.vision.messages import (
    DistancesSeen,
    GetScene,
    Looked,
    MotionBegan,
    MotionEnded,
    PlatesRead,
    Scene,
    Sighted,
    WatchScene,
)
from actors.vision.tracker.internal import LookAtTracks
from actors.vision.tracker.motion import Seen
from actors.vision.tracker.motion import advance as motion_after
from actors.vision.tracker.naming import alone, read
from actors.vision.tracker.sights import View, measured, ranged, sights
from actors.vision.tracker.tracks import Tracks, advance, faded
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person
from actors.world.messages import WORLD, Present, WhoIsHere
from config.schema import ComputerVision

LOOK_EVERY = 1.0  # seconds after which what is not seen any more is noticed, when no pictures come
ROSTER_EVERY, ROSTER_WITHIN = (
    3.0,
    1.0,
)  # seconds for which who is here is taken as known, while somebody is seen
# Seconds without a picture looked at after which it is blind; or three pictures' time, where that is longer.
BLIND = 10.0
LATELY = 0.1  # weight of the newest picture in the average age


@durable("vision.Tracker")
class Tracker(Actor):
    """The world hears what moves and who and what is seen; watchers hear of motion and brightness, too."""

    deterministic = True

    def __init__(self, vision: ComputerVision) -> None:
        self._vision = vision
        self._watchers: dict[str, None] = {}
        self._last: Looked | None = None
        self._motion = Seen()
        self._tracks = Tracks()
        self._told = False
        self._present: tuple[Person, ...] = ()
        self._asked_at = -ROSTER_EVERY
        self._looked = self._late = 0
        self._age = 0.0
        self._looked_at = 0.0
        self._sees = False

    def on_start(self) -> None:
        self.health(Health.OK, "nothing has been looked at yet")
        self.after(LOOK_EVERY, LookAtTracks())

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self._vision = sections["computer_vision"]
        return True

    @handles
    def on_looked(self, message: Looked) -> None:
        if self._last is not None and message.generation <= self._last.generation:
            self._late += 1
            return
        self._looked += 1
        age = max(0.0, self.wall() - message.at)
        self._age = age if self._last is None else self._age + LATELY * (age - self._age)
        self._last, self._looked_at = message, self.now()
        if not self._sees:
            self._sees = True
            self.health(Health.OK, "joins what the detectors see")
        self._notice_motion(message)
        if message.searched:
            self._tracks = advance(self._tracks, message.found, message.at, self.now())
            self._tracks = measured(self._tracks, self._view)
            self._tell_sights(message.at)

    @handles
    def on_plates(self, message: PlatesRead) -> None:
        """Whose names are read. A plate may be of a picture that the detectors have not looked at."""
        if not message.plates:
            return
        self._ask_who_is_here()
        self._tracks = read(self._tracks, message.plates, self._present, message.at, self.now())

    @handles
    def on_distances(self, message: DistancesSeen) -> None:
        self._tracks = ranged(self._tracks, message, self._view, self.now())

    @handles
    def on_watch(self, message: WatchScene) -> None:
        address = message.address or self.sender()
        if message.on:
            self._watchers[address] = None
        else:
            self._watchers.pop(address, None)

    @handles
    def on_get(self, _: GetScene) -> None:
        last = self._last
        at, brightness, amount = (last.at, last.brightness, last.amount) if last else (0.0, 0.0, 0.0)
        seen = sights(self._tracks, self._view)
        counts = self._looked, self._late, self._age
        self.reply(Scene(at, brightness, self._motion.moving, amount, *counts, seen))

    @handles
    def on_look_at_tracks(self, _: LookAtTracks) -> None:
        """Pictures may have ceased to come."""
        self.after(LOOK_EVERY, LookAtTracks())
        left = faded(self._tracks, self.now())
        if left is not self._tracks:
            self._tracks = left
            self._tell_sights(self.wall())
        patience = max(BLIND, 3.0 / self._vision.processing_fps)
        if self._sees and self.now() - self._looked_at >= patience:
            self._sees = False
            why = f"no picture was looked at for {patience:.0f} s: it knows of nobody"
            self.health(Health.DEGRADED, why, "see vision.camera and vision.detector in `supervisor status`")

    @property
    def _view(self) -> View:
        last = self._last
        return View(last.width / last.height if last and last.height else 16.0 / 9.0, self._vision.fov)

    def _notice_motion(self, message: Looked) -> None:
        self._motion, events = motion_after(self._motion, message)
        for event in events:
            if isinstance(event, MotionBegan | MotionEnded):
                self.tell(WORLD, event)
            for watcher in self._watchers:
                self.tell(watcher, event)

    def _tell_sights(self, at: float) -> None:
        """The world hears what is seen for as long as something is, and once that nothing is any more."""
        self._tracks = alone(self._tracks, self._present)
        seen = sights(self._tracks, self._view)
        if seen:
            self._ask_who_is_here()
        if seen or self._told:
            self.tell(WORLD, Sighted(at, seen))
        self._told = bool(seen)

    def _ask_who_is_here(self) -> None:
        if self.now() - self._asked_at >= ROSTER_EVERY:
            self._asked_at = self.now()
            self.ask(WORLD, WhoIsHere(), "on_present", within=ROSTER_WITHIN)

    def on_present(self, answer: Reply | AskFailed) -> None:
        """Who may be meant by a name plate."""
        told = answer.message if isinstance(answer, Reply) else None
        if isinstance(told, Present):
            self._present = told.people
