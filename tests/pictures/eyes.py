"""Gerald's real eyes without an actor's tree around them: the embedded network, the reader, the tracker.

Times are the film's and the virtual clock's, so that the same film gives the same on a busy machine.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2

from actors.vision.detector.placement import shrunk
from actors.vision.detector.search import open_search
from actors.vision.geometry import bearing, distance_by_height
from actors.vision.messages import PERSON, Box, Detection, Looked, Plate, PlatesRead, Sight, Sighted
from actors.vision.reader.reader import open_recognizer, read_plates
from actors.vision.tracker.plates import who
from actors.vision.tracker.tracker import Tracker
from actors.vocabulary.values import Person
from actors.world.messages import Present, WhoIsHere
from config.schema import ComputerVision
from tests.doubles.virtual_world import VirtualWorld
from tests.pictures import judge
from tests.pictures.kept import Shown
from tests.pictures.studio import Picture

STRANGERS = ("Felix", "Marlow", "Quin Ash", "Tessa_vr", "Wren99", "Ozzy the Bear")
"""Others who are in the same world, and in no picture."""
EDGE = 0.01
"""Share of the picture within which a box touches its edge, and tells no height."""

NAMED_FROM = 0.1
"""Overlap (IoU) from which a name is taken for that of whoever is there: a body told from its plate alone is rough."""


class Eyes:
    """What looks and what reads, loaded once. Raises NetworkBroken, RecognizerBroken."""

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        search = open_search(ComputerVision(), Path())
        assert search is not None
        self._search = search
        self._recognizer = open_recognizer()

    def look(self, picture: Picture) -> tuple[Detection, ...]:
        """Who and what is found in one picture."""
        placement = self._search.placement(*picture.shape[:2])
        return self._search.found(shrunk(picture, placement), placement)

    def read(self, picture: Picture) -> tuple[Plate, ...]:
        """What stands on the plates of one picture."""
        return read_plates(picture, self._recognizer)


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one or many pictures were seen. distances, bearings: said and true, of who was found: degrees, and
    metres where the box touches no edge. names, read, misread: on plates that can be read, of these, and wrong ones."""

    people: judge.Verdict = field(default_factory=judge.Verdict)
    distances: tuple[tuple[float, float], ...] = ()
    bearings: tuple[tuple[float, float], ...] = ()
    names: int = 0
    read: int = 0
    misread: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.people + other.people,
            self.distances + other.distances,
            self.bearings + other.bearings,
            self.names + other.names,
            self.read + other.read,
            self.misread + other.misread,
        )

    @property
    def distance_error(self) -> float:
        """Median, as a share of the distance. Raises ValueError without any."""
        return judge.median_error(self.distances)

    @property
    def bearing_off(self) -> float:
        """Median of degrees. Raises ValueError without any."""
        return statistics.median(abs(said - true) for said, true in self.bearings)

    def __str__(self) -> str:
        people, parts = self.people, []
        if people.pictures:
            parts.append(
                f"{people.pictures} pictures: {people.found} of {people.asked} people found ({people.recall:.2f})"
            )
            parts.append(f"{people.wrong} false alarms ({people.wrong_each:.2f} a picture)")
        if self.names:
            parts.append(f"{self.read} of {self.names} names read, {self.misread} others misread")
        if self.bearings:
            parts.append(f"bearings wrong by {self.bearing_off:.1f} degrees (median)")
        if self.distances:
            parts.append(
                f"distances by height by {self.distance_error:.0%} (median of {len(self.distances)})"
            )
        return ", ".join(parts)


def seen_figures(shown: Shown, found: Iterable[Detection], fov: float) -> Figures:
    """How well the people of one picture were found."""
    guesses = [judge.Guess(as_judged(one.box), one.score) for one in found if one.kind == PERSON]
    people, labels = shown.people, shown.drawn.labels["people"]
    height, width = shown.drawn.picture.shape[:2]
    pairs = judge.matched(people, guesses)
    boxes = [(Box(*guesses[i].box), people[n].metres, labels[n]["bearing"]) for i, n in pairs.items()]
    aspect = width / height
    distances = tuple(
        (distance_by_height(box, aspect, fov), metres) for box, metres, _ in boxes if whole(box)
    )
    bearings = tuple((bearing(box.middle[0], aspect, fov), true) for box, _, true in boxes)
    return Figures(judge.judged(people, guesses), distances, bearings)


def read_figures(shown: Shown, plates: Iterable[Plate], others: Sequence[str] = STRANGERS) -> Figures:
    """How well the names of one picture were read, when others are in the world, too."""
    everybody = roster([one["name"] for one in shown.drawn.labels["people"]] + list(others))
    heard = [who(plate.text, everybody) for plate in plates]
    visible = [one["name"] for one in shown.drawn.labels["people"] if "plate" in one]
    read, _ = judge.names_read(shown.names, [one.name if one else None for one in heard])
    _, misread = judge.names_read(visible, [one.name if one else None for one in heard])
    return Figures(names=len(shown.names), read=read, misread=misread)


LOOKS, EVERY = 4, 0.25
"""How often a picture is shown to the tracker until who is in it counts, and seconds between."""


def settled(shown: Shown, found: tuple[Detection, ...], plates: tuple[Plate, ...]) -> tuple[Sight, ...]:
    """Who the tracker says is there, when a picture stands still and others are in the same world, too."""
    names = [one["name"] for one in shown.drawn.labels["people"]]
    audience, shape = Audience(roster([*names, *STRANGERS])), shown.drawn.picture.shape
    for number in range(LOOKS):
        audience.show(number * EVERY, audience.looked(number, number * EVERY, shape, found))
    # Read twice: at the first time the tracker does not know yet who is here.
    for _ in range(2):
        audience.show(LOOKS * EVERY, audience.plates(LOOKS * EVERY, plates))
    audience.show(LOOKS * EVERY, audience.looked(LOOKS, LOOKS * EVERY, shape, found))
    return audience.seen


def named_right(shown: Shown, sights: Iterable[Sight]) -> tuple[int, int]:
    """How many bear the name of whoever is where they are seen, and how many that of somebody else."""
    people, right, wrong = shown.people, 0, 0
    for sight in sights:
        if sight.person.is_known:
            fits = [one.name for one in people if judge.overlap(one.box, as_judged(sight.box)) > NAMED_FROM]
            right, wrong = right + (sight.person.name in fits), wrong + (sight.person.name not in fits)
    return right, wrong


def as_judged(box: Box) -> judge.Box:
    return judge.Box(box.left, box.top, box.width, box.height)


def whole(box: Box) -> bool:
    """Whether it touches neither the upper nor the lower edge of the picture."""
    return box.top > EDGE and box.top + box.height < 1.0 - EDGE


def roster(names: Iterable[str]) -> tuple[Person, ...]:
    return tuple(Person(f"usr_{number}", name) for number, name in enumerate(names))


class Audience:
    """The tracker and what it tells the world: who entered and left, track by track."""

    def __init__(self, present: Sequence[Person]) -> None:
        self._present = present
        self._virtual = VirtualWorld()
        self._world = self._virtual.probe("world")
        self._virtual.start(Tracker(ComputerVision()), "vision.tracker")
        self._began = self._virtual.clock.wall()
        self._known: dict[int, Sight] = {}
        self.entered: list[str] = []
        self.left: list[str] = []
        self._came: dict[int, int] = {}

    @property
    def seen(self) -> tuple[Sight, ...]:
        """Who is seen now, as the world was told."""
        return tuple(self._known.values())

    def show(self, second: float, *messages: Any) -> None:
        """The film is at `second`; this was seen in its picture: Looked, PlatesRead."""
        self._virtual.advance(max(0.0, self._began + second - self._virtual.clock.wall()))
        for message in messages:
            self._virtual.give("vision.tracker", message)
            self._hear()

    def end(self, second: float) -> None:
        """Nothing more comes until then."""
        self._virtual.advance(self._began + second - self._virtual.clock.wall())
        self._hear()

    def looked(
        self, number: int, second: float, shape: tuple[int, ...], found: tuple[Detection, ...]
    ) -> Looked:
        """The message of a detector."""
        return Looked(number + 1, self._began + second, shape[0], shape[1], 0.5, found=found, searched=True)

    def plates(self, second: float, plates: tuple[Plate, ...]) -> PlatesRead:
        """The message of the reader."""
        return PlatesRead(self._began + second, plates)

    def _hear(self) -> None:
        envelopes = list(self._world.envelopes)
        self._world.clear()
        for envelope in envelopes:
            if isinstance(envelope.message, WhoIsHere):
                answer = Present(tuple(self._present), "")
                self._virtual.tell("vision.tracker", answer, sender="world", answers=envelope.id)
                self._virtual.run()
            elif isinstance(envelope.message, Sighted):
                self._sighted(envelope.message)
        if self._world.envelopes:
            self._hear()

    def _sighted(self, told: Sighted) -> None:
        """Whoever is seen under a new number has entered, and under one that is not told any more has left."""
        now = {sight.track: sight for sight in told.sights if sight.kind == PERSON}
        for track, sight in now.items():
            if track not in self._came:
                self._came[track] = len(self.entered)
                self.entered.append("somebody")
            if sight.person.is_known:
                self.entered[self._came[track]] = sight.person.name
        for track, sight in self._known.items():
            if track not in now:
                self.left.append(sight.person.name if sight.person.is_known else "somebody")
        self._known = now
