"""The tracker: whatever the number of detectors, all is told once, and never after something newer."""

import pytest

from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Health, HealthChanged
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
from actors.vision.tracker.tracker import BLIND, ROSTER_EVERY, Tracker
from actors.vision.tracker.tracks import LASTS
from actors.vocabulary.values import Person
from actors.world.messages import Present, WhoIsHere
from config.schema import ComputerVision
from tests.actors.vision.tracker.scenes import MIO, REN, body, looked, plate
from tests.doubles.virtual_world import VirtualWorld

EVERY = 0.2


class Stage:
    """The tracker, and the world that answers who is here."""

    def __init__(self) -> None:
        self.virtual = VirtualWorld()
        self.world, self.asker = self.virtual.probe("world"), self.virtual.probe("asker")
        self.virtual.start(Tracker(ComputerVision()), "vision.tracker")

    @property
    def at(self) -> float:
        return self.virtual.clock.wall()

    @property
    def health(self) -> Health:
        self.virtual.run()
        return self.virtual.supervisor.of(HealthChanged)[-1].health  # type: ignore[no-any-return]

    def give(self, *messages: Message) -> None:
        for message in messages:
            self.virtual.give("vision.tracker", message)

    def look(self, *pictures: tuple[float, ...]) -> None:
        """Pictures with people at these places, one after the other."""
        for places in pictures:
            self.virtual.advance(EVERY)
            self.give(looked(self.at, *map(body, places)))

    def here(self, *people: Person) -> None:
        """The world answers the tracker's latest question."""
        asked = [one for one in self.world.envelopes if isinstance(one.message, WhoIsHere)][-1]
        answer = Present(people, "")
        self.virtual.tell("vision.tracker", answer, sender="world", answers=asked.id)
        self.virtual.run()

    def scene(self) -> Scene:
        self.asker.clear()
        self.virtual.give("vision.tracker", GetScene(), sender="asker")
        (answer,) = self.asker.of(Scene)
        assert isinstance(answer, Scene)
        return answer


def test_what_moves_is_told_once_by_however_many_detectors() -> None:
    stage = Stage()
    ear = stage.virtual.probe("ear")
    stage.give(WatchScene("ear"))
    for n in range(12):
        stage.virtual.advance(EVERY)
        moves = 0.1 if 2 <= n < 5 else 0.0
        for _ in range(3):
            stage.give(Looked(n, stage.at, 720, 1280, 0.5, moves))
    assert [type(one) for one in stage.world.messages] == [MotionBegan, MotionEnded]
    assert ear.messages == stage.world.messages
    assert (stage.scene().looked, stage.scene().late) == (12, 24)


def told(stage: Stage) -> list[list[int]]:
    """The numbers of what the world was told to be seen, each time."""
    return [[sight.track for sight in one.sights] for one in stage.world.of(Sighted)]


def test_who_is_seen_is_told_with_every_picture_and_once_more_when_gone() -> None:
    stage = Stage()
    stage.look(*[(0.5,)] * 5)
    stage.virtual.advance(LASTS + 2.0)
    assert told(stage) == [[1], [1], [1], []]
    (one,) = stage.world.of(Sighted)[0].sights
    assert (one.box.middle, one.bearing) == ((0.5, 0.5), 0.0)
    assert one.source == "height"
    assert 2.0 < one.distance < 4.0
    assert one.since == pytest.approx(stage.world.of(Sighted)[0].at - 2 * EVERY)


def test_a_picture_that_is_late_changes_nothing() -> None:
    stage = Stage()
    stage.look(*[(0.5,)] * 4)
    stage.give(looked(stage.at - EVERY, *map(body, (0.1, 0.9))))
    assert told(stage) == [[1], [1]]
    assert stage.scene().late == 1


def test_without_people_the_world_is_told_nothing() -> None:
    stage = Stage()
    stage.look(*[()] * 20)
    assert stage.world.messages == []


def test_names_are_read_from_plates_of_those_who_are_here() -> None:
    stage = Stage()
    stage.look(*[(0.3, 0.7)] * 4)
    stage.here(MIO, REN)
    stage.give(PlatesRead(stage.at, (plate(0.7, "Mio"), plate(0.3, "MENU"))))
    stage.look((0.3, 0.7))
    named = {round(sight.box.middle[0], 3): sight.person.name for sight in stage.scene().sights}
    assert named == {0.3: "unknown", 0.7: "Mio"}


def test_who_is_here_is_asked_while_somebody_is_seen_and_not_with_every_picture() -> None:
    stage = Stage()
    stage.look(*[(0.5,)] * 51)
    asked = len(stage.world.of(WhoIsHere))
    assert 2 <= asked <= 10.2 / ROSTER_EVERY + 1


def test_distances_of_the_depth_actor_are_taken_over() -> None:
    stage = Stage()
    stage.look(*[(0.5,)] * 4)
    stage.give(DistancesSeen(stage.at, 4, (6.0,) * 12, "model", 0.1))
    (one,) = stage.scene().sights
    assert (one.distance, one.source, one.error) == (6.0, "model", 0.1)


def test_pictures_that_cease_leave_nobody_in_sight() -> None:
    stage = Stage()
    stage.look(*[(0.5,)] * 4)
    assert len(stage.scene().sights) == 1
    stage.virtual.advance(LASTS + 2.0)
    assert stage.scene().sights == ()


def test_a_tracker_that_hears_of_no_picture_any_more_says_that_it_is_blind() -> None:
    stage = Stage()
    stage.look(*[(0.5,)] * 4)
    assert stage.health is Health.OK
    stage.virtual.advance(BLIND + 2.0)
    assert stage.health is Health.DEGRADED
    stage.look((0.5,))
    assert stage.health is Health.OK
