"""Dead reckoning: where the body is by how fast it moves, in a game that does not share the head's pose."""

import math
import random

import pytest

from actors.avatar.messages import BodyMoved, WatchBody
from actors.avatar.reckoning import (
    DRIFT,
    HOLDS,
    LOST,
    SEATED_APART,
    Reckoning,
    Whereabouts,
    begun,
    elapsed,
    in_unit,
)
from actors.behaviour.messages import VisitBegan
from actors.kernel.protocol.storage import LoadState
from actors.osc.messages import ParametersChanged, TrackingChanged
from actors.vocabulary.values import Vector3
from actors.world.messages import BodyAt, FindWay, Way
from actors.world.world import World
from tests.actors.avatar.test_avatar import Stage
from tests.doubles.keeper import Shelf
from tests.doubles.vrchat.link import FRAME, Link
from tests.doubles.vrchat.small_world import SmallWorld, room

DEGREES = 1.0


@pytest.fixture
def stage() -> Stage:
    return Stage()


# -- the arithmetic


def test_it_goes_where_it_looks() -> None:
    where = begun(Reckoning(), 5.0)
    where = elapsed(where, Vector3(z=2.0), 0.0, 1.5, 6.5)
    assert where.position == Vector3(z=3.0)
    where = elapsed(where, Vector3(), math.radians(90.0), 1.0, 7.5)
    where = elapsed(where, Vector3(x=1.0, z=2.0), 0.0, 1.0, 8.5)
    assert (where.position.x, where.position.z) == (pytest.approx(2.0), pytest.approx(2.0))
    assert where.reckoning.yaw == pytest.approx(90.0)
    assert where.reckoning.drift == pytest.approx(DRIFT * (3.0 + math.sqrt(5.0)))


def test_a_circle_ends_where_it_began() -> None:
    where = begun(Reckoning(), 0.0)
    for _ in range(36):
        where = elapsed(where, Vector3(z=1.0), math.radians(36.0), 10.0 / 36.0, 0.0)
    assert math.hypot(where.position.x, where.position.z) < 0.01


def test_a_value_that_nobody_turns_by_in_radians_counts_degrees() -> None:
    assert in_unit(Reckoning(), 3.0).unit == pytest.approx(57.3, abs=0.1)
    assert in_unit(Reckoning(), -150.0).unit == DEGREES
    assert in_unit(in_unit(Reckoning(), 150.0), 3.0).unit == DEGREES


def test_after_too_long_a_way_positions_count_from_another_origin() -> None:
    where = Whereabouts(Vector3(z=7.0), Reckoning(known=True, reckoned=True, frame=1.0, drift=LOST))
    where = elapsed(where, Vector3(z=2.0), 0.0, 1.0, 900.0)
    assert where == Whereabouts(Vector3(), Reckoning(known=True, reckoned=True, frame=900.0))


# -- the avatar in a game


class Walk:
    """An avatar in the small world, moved by hand as a player does."""

    def __init__(self, game: SmallWorld, **link: object) -> None:
        self.stage = Stage()
        self.game = game
        self.link = Link(self.stage.world, game, **link)  # type: ignore[arg-type]
        self.begin = game.at
        self.begin_yaw = game.yaw

    def hold(self, seconds: float, **inputs: float) -> None:
        for name, value in inputs.items():
            self.game.apply(name, value)
        self.link.advance(seconds)
        for name in inputs:
            self.game.apply(name, 0.0)
        self.link.advance(0.4)

    def wander(self, seconds: float, seed: int) -> None:
        """Ways and turns of a second or so, as people walk."""
        dice, until = random.Random(seed), self.stage.world.clock.elapsed + seconds
        while self.stage.world.clock.elapsed < until:
            self.hold(dice.uniform(0.5, 2.5), Vertical=dice.choice((1.0, 1.0, 0.6)))
            self.hold(dice.uniform(0.2, 0.9), LookHorizontal=dice.choice((-1.0, 1.0, 0.4)))

    @property
    def error(self) -> float:
        """Metres between where the avatar takes the body to be, and where it is."""
        east, north = (now - then for now, then in zip(self.game.at, self.begin, strict=True))
        yaw = math.radians(self.begin_yaw)
        right = east * math.cos(yaw) - north * math.sin(yaw)
        ahead = east * math.sin(yaw) + north * math.cos(yaw)
        found = self.stage.avatar.state.position
        return math.dist((right, ahead), (found.x, found.z))


@pytest.mark.parametrize("unit", [DEGREES, math.degrees(1.0)])
@pytest.mark.parametrize(("late", "most"), [(0.0, 0.1), (0.2, 1.0)])
def test_a_walk_of_a_minute(unit: float, late: float, most: float) -> None:
    errors = []
    for seed in range(4):
        walk = Walk(SmallWorld(yaw=30.0, angular_unit=unit), late=late)
        walk.link.advance(0.5)
        walk.wander(60.0, seed)
        walk.link.advance(1.0)
        errors.append(walk.error)
    shown = ", ".join(f"{error:.2f}" for error in errors)
    print(f"reckoned position after 60 s, {late:g} s late: off by {shown} m")
    assert max(errors) < most


def told(stage: Stage, **values: float) -> None:
    stage.world.give("avatar", ParametersChanged(values))


def test_the_world_hears_of_each_step_that_is_reckoned(stage: Stage) -> None:
    world = stage.world.probe("world")
    told(stage, VelocityZ=2.0)
    stage.world.advance(3.1)
    told(stage, VelocityZ=0.0)
    found = world.of(BodyAt)
    assert len(found) == 7, "where it begins, and each metre"
    began = found[0].frame
    assert began == stage.world.clock.wall() - 3.1
    assert all(one.frame == began and one.reckoned for one in found)
    stage.world.advance(5.0)
    assert stage.avatar.state.position.z == pytest.approx(6.2, abs=2.0 * FRAME / 2.0)


def test_the_world_hears_of_each_turn_on_the_spot(stage: Stage) -> None:
    world = stage.world.probe("world")
    told(stage, VelocityZ=0.0)
    stage.world.give("avatar", TrackingChanged((5.0, 1.6, 7.0), (0.0, 0.0, 0.0)))
    world.clear()
    for yaw in range(0, 46, 3):
        stage.world.give("avatar", TrackingChanged((5.0, 1.6, 7.0), (0.0, float(yaw), 0.0)))
    assert [one.yaw for one in world.of(BodyAt)] == [12.0, 24.0, 36.0]


def test_what_is_handled_late_counts_from_when_it_came(stage: Stage) -> None:
    told(stage, VelocityZ=0.0)
    stage.world.advance(1.0)
    began = stage.world.clock.wall()
    stage.world.advance(0.4)
    stage.world.give("avatar", ParametersChanged({"VelocityZ": 2.0}, at=began))
    assert stage.avatar.state.position.z == pytest.approx(2.0 * 0.4, abs=2.0 * FRAME)
    ended = stage.world.clock.wall() + 0.6
    stage.world.advance(0.9)
    stage.world.give("avatar", ParametersChanged({"VelocityZ": 0.0}, at=ended))
    stage.world.advance(1.0)
    assert stage.avatar.state.position.z == pytest.approx(2.0)


def test_between_two_frames_the_speed_changes_evenly(stage: Stage) -> None:
    told(stage, VelocityZ=0.0)
    for speed in (0.5, 1.0, 1.5, 2.0):
        stage.world.advance(FRAME)
        told(stage, VelocityZ=speed)
    assert stage.avatar.state.position.z == pytest.approx(4 * FRAME * 1.0)


def test_a_body_of_which_nothing_is_heard_any_more_does_not_go_on_for_ever(stage: Stage) -> None:
    told(stage, VelocityZ=2.0)
    stage.world.advance(300.0)
    assert stage.avatar.state.position.z == pytest.approx(2.0 * HOLDS)


def test_it_stands_where_the_length_says_so_and_the_axis_got_lost(stage: Stage) -> None:
    told(stage, VelocityZ=2.0, VelocityMagnitude=2.0)
    told(stage, VelocityMagnitude=0.0)
    stage.world.advance(5.0)
    assert stage.avatar.state.position == Vector3()


def test_the_heads_pose_wins_over_what_is_reckoned(stage: Stage) -> None:
    world = stage.world.probe("world")
    told(stage, VelocityZ=2.0)
    stage.world.advance(1.0)
    stage.world.give("avatar", TrackingChanged((5.0, 1.6, 7.0), (0.0, 90.0, 0.0)))
    for _ in range(10):
        stage.world.advance(0.2)
        stage.world.give("avatar", TrackingChanged((5.0, 1.6, 7.0), (0.0, 90.0, 0.0)))
    state = stage.avatar.state
    assert state.position == Vector3(5.0, 1.6, 7.0)
    assert state.reckoning == Reckoning(known=True, yaw=90.0)
    at = stage.world.clock.wall() - 2.0
    assert world.of(BodyAt)[-1] == BodyAt(Vector3(5.0, 1.6, 7.0), at, yaw=90.0)
    stage.world.advance(3.0)
    assert stage.avatar.state.position.x > 8.0, "the pose is missing now"
    assert (stage.avatar.state.reckoning.reckoned, stage.avatar.state.reckoning.frame) == (True, 0.0)


def test_in_another_world_positions_count_from_where_it_comes_in(stage: Stage) -> None:
    told(stage, VelocityZ=2.0)
    stage.world.advance(2.0)
    told(stage, VelocityZ=0.0)
    stage.world.give("avatar", VisitBegan(77.0))
    assert stage.avatar.state.position == Vector3()
    assert stage.avatar.state.reckoning == Reckoning(known=True, reckoned=True, frame=77.0)


def test_a_seat_may_be_a_little_away_from_where_it_stood(stage: Stage) -> None:
    told(stage, VelocityZ=0.0)
    told(stage, InStation=True)
    assert stage.avatar.state.reckoning.drift == SEATED_APART


def test_a_successor_does_not_know_how_the_body_moved_meanwhile() -> None:
    shelf, before = Shelf(), Stage()
    told(before, VelocityZ=2.0)
    before.world.advance(3.0)
    for message in before.persistence.messages:
        shelf.take(message)
    assert shelf.newest is not None
    again = Stage(shelf)
    assert again.avatar.state.movement_state.velocity == Vector3(z=2.0), "it is the state that was stored"
    assert again.avatar.state.position == Vector3()


def test_who_watches_the_body_is_told_at_once_and_for_so_long(stage: Stage) -> None:
    watcher = stage.world.probe("watcher")
    stage.world.give("avatar", WatchBody(1.0), sender="watcher")
    assert [one.known for one in watcher.of(BodyMoved)] == [False]
    told(stage, VelocityZ=2.0)
    told(stage, AngularY=1.0)
    moved = watcher.of(BodyMoved)[-1]
    assert (moved.known, moved.velocity, moved.turning) == (True, Vector3(z=2.0), 57.3)
    stage.world.advance(0.5)
    assert watcher.of(BodyMoved)[-1].position.z == pytest.approx(0.98, abs=0.03)
    stage.world.advance(0.6)
    watcher.clear()
    told(stage, VelocityZ=1.0)
    assert watcher.messages == []


def test_the_world_learns_the_way_that_was_walked_without_a_pose() -> None:
    walk = Walk(SmallWorld(walls=room(20.0, 20.0), yaw=45.0))
    world = walk.stage.world
    world.start(World(), "world")
    world.run()
    asked = next(e for e in walk.stage.persistence.envelopes if e.message == LoadState("world"))
    world.tell("world", Shelf().loaded("world"), sender="persistence", answers=asked.id)
    walk.link.advance(0.2)
    for _ in range(2):
        walk.hold(3.0, Vertical=1.0)
        walk.hold(0.6, LookHorizontal=1.0)
    answers = world.probe("asker")
    world.give("world", FindWay("0,0,0", ""), sender="asker")
    (way,) = answers.messages
    assert isinstance(way, Way)
    assert way.cost > 8.0
    assert len(way.points) == len(way.places) > 4
