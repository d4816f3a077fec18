"""What is in the way is passed, on one side or the other or by another way; and after two tries it is said."""

import math

import pytest

from actors.avatar.messages import GoTo, MovementEnded, WalkAhead, WalkWay
from actors.vocabulary.values import Vector3
from actors.world.messages import FindWay, Way
from tests.actors.avatar.movement.stage import FRAME, Stage
from tests.doubles.vrchat.small_world import Point, SmallWorld, Walker, Wall, walls_along

ARRIVED = MovementEnded(1, "arrived")
BAD = pytest.mark.parametrize(("loses", "late"), [(0.0, 0.05), (0.1, 0.2)])
COUNTER = Wall((-0.7, 4.0), (0.7, 4.0))


def way(*points: Point) -> WalkWay:
    return WalkWay(1, tuple(Vector3(x, 0.0, z) for x, z in points))


@BAD
@pytest.mark.parametrize("shift", [-0.4, 0.0, 0.4])
def test_it_walks_around_what_stands_in_its_way(shift: float, loses: float, late: float) -> None:
    wall = Wall((COUNTER.start[0] + shift, 4.0), (COUNTER.end[0] + shift, 4.0))
    stage = Stage(SmallWorld(walls=(wall,)), loses=loses, late=late)
    stage.order(way((0.0, 0.0), (0.0, 8.0)))
    assert stage.until_ended() == ARRIVED
    assert stage.gap(0.0, 8.0) < 1.0


@BAD
def test_it_walks_around_on_the_other_side_where_the_first_is_closed(loses: float, late: float) -> None:
    closed = Wall((-0.7, 4.0), (6.0, 4.0))
    stage = Stage(SmallWorld(walls=(closed,)), loses=loses, late=late)
    stage.order(way((0.0, 0.0), (0.0, 8.0)))
    assert stage.until_ended() == ARRIVED
    assert stage.gap(0.0, 8.0) < 1.0


def test_it_walks_around_something_to_come_to_somebody() -> None:
    game = SmallWorld(walls=(COUNTER,))
    game.add(Walker("Anna", (0.0, 8.0)))
    stage = Stage(game)
    stage.sees_through_walls = True
    stage.order(GoTo(1, "usr_Anna", "come"))
    assert stage.until_ended() == ARRIVED
    assert stage.gap(0.0, 8.0) < 1.7


def test_after_two_tries_it_stops_and_says_so() -> None:
    stage = Stage(SmallWorld(walls=(Wall((-20.0, 4.0), (20.0, 4.0)),)))
    stage.order(way((0.0, 0.0), (0.0, 8.0)))
    ended = stage.until_ended()
    assert ended.outcome == "blocked"
    assert ended.why.endswith("; 2 tries to get around it failed")
    stage.advance(0.5)
    assert not stage.game.inputs


def test_straight_on_is_straight_on() -> None:
    stage = Stage(SmallWorld(walls=(COUNTER,)))
    stage.order(WalkAhead(1, 8.0))
    assert stage.until_ended(8.0).outcome == "blocked"
    assert abs(stage.game.at[0]) < 0.3


# Two corridors from the south to the north end of a house, too narrow to step aside in.
HOUSE = (
    *walls_along(((-0.8, 0.0), (-0.8, 14.0), (6.8, 14.0), (6.8, 0.0), (-0.8, 0.0))),
    *walls_along(((0.8, 2.0), (0.8, 12.0), (5.2, 12.0), (5.2, 2.0), (0.8, 2.0))),
)
LED = ((0.0, 13.0), (6.0, 13.0), (6.0, 1.0), (0.0, 1.0))
DOOR = Wall((-0.8, 7.0), (0.8, 7.0))


def led(stage: Stage) -> None:
    """Somebody leads the body through both corridors, and back to where it began."""
    game = stage.game
    for point in LED:
        while stage.gap(*point) > 0.3:
            game.apply("LookHorizontal", max(-1.0, min(1.0, game.bearing(point) / 30.0)))
            game.apply("Vertical", float(abs(game.bearing(point)) < 20.0))
            stage.advance(FRAME)
    for axis in ("LookHorizontal", "Vertical"):
        game.apply(axis, 0.0)
    stage.advance(1.0)


@pytest.mark.parametrize("late", [0.0, 0.2])
def test_it_takes_another_way_that_it_knows_where_a_door_is_shut(late: float) -> None:
    stage = Stage(SmallWorld(walls=HOUSE, at=(0.0, 1.0)), late=late)
    led(stage)
    places = stage.places.state.navigation_graph.places
    goal = min(
        places, key=lambda name: math.hypot(places[name].x, places[name].z - 12.0)
    )  # from where it began
    stage.world.give("world", FindWay("", goal), sender="behaviour")
    (found,) = stage.asker.of(Way)
    assert found.cost < 16.0, "the shorter way leads through the door"
    stage.game.walls = (*HOUSE, DOOR)
    stage.order(WalkWay(1, found.points))
    assert stage.until_ended() == ARRIVED
    assert stage.gap(0.0, 13.0) < 2.0
