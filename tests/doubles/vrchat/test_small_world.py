"""The small world moves its body as VRChat does: speeds, turning, walls, and what it tells of them."""

import math

import pytest

from tests.doubles.vrchat.small_world import (
    EYES,
    RADIUS,
    RUNNING,
    TURNING,
    WALKING,
    SmallWorld,
    Walker,
    room,
)


@pytest.mark.parametrize(("run", "speed"), [(0, WALKING), (1, RUNNING)])
def test_it_walks_where_it_looks_and_runs_faster(run: int, speed: float) -> None:
    world = SmallWorld(yaw=90.0)
    world.apply("Run", run)
    world.apply("Vertical", 1.0)
    told = world.advance(1.0)
    assert told["VelocityZ"] == pytest.approx(speed)
    assert told["VelocityMagnitude"] == pytest.approx(speed)
    before = world.at
    world.advance(1.0)
    assert math.dist(before, world.at) == pytest.approx(speed, abs=0.01)
    assert (world.at[0] > speed, world.at[1]) == (True, pytest.approx(0.0, abs=0.01))


def test_it_turns_and_tells_how_fast_in_the_unit_that_it_has() -> None:
    world = SmallWorld()
    world.apply("LookHorizontal", -0.5)
    assert world.advance(0.6)["AngularY"] == pytest.approx(-math.radians(TURNING / 2), abs=0.001)
    assert world.yaw == pytest.approx(360.0 - 0.3 * TURNING, abs=0.01)
    assert SmallWorld(angular_unit=1.0, inputs={"LookRight": 1.0}).advance(0.1)["AngularY"] == TURNING


def test_only_what_has_changed_is_told() -> None:
    world = SmallWorld()
    assert world.advance(0.5)["Grounded"] is True
    assert world.advance(0.5) == {}
    world.apply("Vertical", 1.0)
    assert set(world.advance(0.5)) == {"VelocityZ", "VelocityMagnitude"}
    world.apply("Vertical", 0.0)
    assert world.advance(0.5) == {"VelocityZ": 0.0, "VelocityMagnitude": 0.0}


def test_a_wall_stops_it_and_its_velocity() -> None:
    world = SmallWorld(walls=room(6.0, 6.0))
    world.apply("Vertical", 1.0)
    world.advance(5.0)
    assert world.at == (pytest.approx(0.0), pytest.approx(3.0 - RADIUS, abs=0.01))
    assert world.parameters["VelocityMagnitude"] == pytest.approx(0.0, abs=0.01)


def test_along_a_wall_it_slides() -> None:
    world = SmallWorld(walls=room(6.0, 6.0), yaw=45.0, at=(0.0, 2.0))
    world.apply("Vertical", 1.0)
    world.advance(1.5)
    assert world.at[0] > 1.5
    assert world.at[1] < 3.0 - RADIUS + 0.01


def test_it_sees_who_is_not_behind_a_wall() -> None:
    world = SmallWorld(walls=room(6.0, 6.0), yaw=90.0)
    world.add(Walker("Anna", (2.0, 2.0)), Walker("Bob", (9.0, 0.0)))
    assert world.sight("Anna") == (pytest.approx(-45.0), pytest.approx(math.sqrt(8.0)))
    assert world.sight("Bob") is None


def test_people_go_their_way_and_stop_at_its_end() -> None:
    world = SmallWorld()
    world.add(Walker("Anna", (0.0, 0.0), ((3.0, 0.0), (3.0, 3.0)), speed=2.0))
    world.advance(2.0)
    assert world.people["Anna"].at == (pytest.approx(3.0), pytest.approx(1.0))
    world.advance(5.0)
    assert world.people["Anna"].at == (3.0, 3.0)


def test_it_jumps_once_for_a_press_and_does_not_walk_while_it_sits() -> None:
    world = SmallWorld()
    world.apply("Jump", 1)
    assert world.advance(0.1)["Grounded"] is False
    assert world.pose[1] > EYES
    assert world.advance(2.0)["Grounded"] is True
    assert world.pose[1] == EYES
    world.seated = True
    world.apply("Vertical", 1.0)
    world.advance(1.0)
    assert world.at == (0.0, 0.0)


def test_inputs_that_move_nothing_are_passed_over() -> None:
    world = SmallWorld()
    world.apply("Voice", 1)
    world.apply("GrabRight", 1)
    assert world.inputs == {}
