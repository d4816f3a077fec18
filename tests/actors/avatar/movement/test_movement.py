"""The body turns, walks, comes and follows in the small world, and stops when it must."""

import math
import random

import pytest

from actors.avatar.messages import GoTo, MovementEnded, StopMoving, TurnTo, WalkAhead, WalkWay
from actors.avatar.movement.movement import EVERY, Movement
from actors.avatar.movement.pedals import LEASE
from actors.osc.messages import ParametersChanged
from actors.world.messages import FindWay, Way, WorldLeft
from config.schema import Behaviour
from tests.actors.avatar.movement.stage import FRAME, Stage
from tests.doubles.vrchat.small_world import RADIUS, SmallWorld, Walker, Wall, room, walls_along

ARRIVED = MovementEnded(1, "arrived")
BAD = [(0.0, 0.0), (0.0, 0.2), (0.1, 0.2)]


def off(stage: Stage, yaw: float) -> float:
    """Degrees between where the body looks and `yaw`."""
    return abs((stage.game.yaw - yaw + 180.0) % 360.0 - 180.0)


@pytest.mark.parametrize(
    ("tracked", "loses", "late"), [(True, 0.1, 0.2), (True, 0.0, 0.0), (False, 0.0, 0.2), (False, 0.0, 0.0)]
)
@pytest.mark.parametrize("turning", [90.0, 150.0, 240.0])
def test_it_turns_to_a_bearing(turning: float, tracked: bool, loses: float, late: float) -> None:
    worst = 0.0
    for seed, bearing in enumerate((5.0, -40.0, 90.0, -135.0, 180.0)):
        game = SmallWorld(yaw=70.0, turning=turning)
        stage = Stage(game, loses=loses, late=late, seed=seed, tracked=tracked)
        stage.order(TurnTo(1, bearing))
        assert stage.until_ended(15.0) == ARRIVED, bearing
        worst = max(worst, off(stage, 70.0 + bearing))
    how = f"{loses:.0%} lost, {late:g} s late"
    print(f"turned at {turning:g} degrees/s, {how}: off by {worst:.1f} degrees at most")
    assert worst < 5.0


@pytest.mark.parametrize("metres", [0.5, 3.0, 10.0, -2.0])
@pytest.mark.parametrize("late", [0.0, 0.2])
def test_it_walks_so_far(metres: float, late: float) -> None:
    stage = Stage(SmallWorld(yaw=90.0), late=late)
    stage.order(WalkAhead(1, metres))
    assert stage.until_ended() == ARRIVED
    assert stage.gap(metres, 0.0) < 0.5


@pytest.mark.parametrize(("loses", "late"), BAD)
def test_it_comes_to_somebody_who_stands(loses: float, late: float) -> None:
    for seed in range(4):
        game = SmallWorld(yaw=100.0)
        game.add(Walker("Anna", (-1.0, 6.0)))
        game.yaw += game.bearing((-1.0, 6.0)) + 70.0
        stage = Stage(game, loses=loses, late=late, seed=seed)
        stage.order(GoTo(1, "usr_Anna", "come"))
        assert stage.until_ended() == ARRIVED
        assert 0.7 < stage.gap(-1.0, 6.0) < 1.7
        assert abs(game.bearing((-1.0, 6.0))) < 10.0


def test_it_turns_to_somebody_and_stays_where_it_is() -> None:
    game = SmallWorld()
    game.add(Walker("Anna", (4.0, 1.0)))
    stage = Stage(game)
    stage.order(GoTo(1, "usr_Anna", "look"))
    assert stage.until_ended() == ARRIVED
    assert abs(game.bearing((4.0, 1.0))) < 5.0
    assert game.at == (0.0, 0.0)


ROUND = ((4.0, 0.0), (4.0, 5.0), (-3.0, 5.0), (-3.0, 1.0))


def follow(seed: int, *, loses: float, late: float, tracked: bool) -> float:
    """Metres from somebody who walked around a room for twenty seconds, at the end of their way; inf if it is lost."""
    game = SmallWorld(walls=room(14.0, 14.0))
    game.add(Walker("Anna", (0.0, 2.0), ROUND, speed=1.0 + 0.02 * seed))
    stage = Stage(game, loses=loses, late=late, seed=seed, tracked=tracked)
    stage.order(GoTo(1, "usr_Anna", "follow"))
    stage.advance(25.0)
    if stage.asker.of(MovementEnded):
        return math.inf
    stage.order(StopMoving())
    assert stage.asker.of(MovementEnded)[0].outcome == "stopped"
    stage.advance(2.0)
    assert not game.inputs
    return stage.gap(*ROUND[-1])


@pytest.mark.parametrize(
    ("tracked", "loses", "late", "seeds"), [(True, 0.1, 0.2, 5), (False, 0.1, 0.2, 5), (False, 0.0, 0.0, 2)]
)
def test_it_follows_somebody_until_it_is_stopped(
    tracked: bool, loses: float, late: float, seeds: int
) -> None:
    gaps = [follow(seed, loses=loses, late=late, tracked=tracked) for seed in range(seeds)]
    near = sum(gap < 1.2 + 1.0 for gap in gaps)
    how = f"{loses:.0%} lost, {late:g} s late, {'with' if tracked else 'without'} a pose"
    print(f"followed, {how}: {near} of {seeds} seeds are near, at most {max(gaps):.2f} m")
    assert near == seeds


# -- ways

WAY = ((0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 8.0), (8.0, 8.0))
LANE = (
    *walls_along(((-1.2, -2.0), (-1.2, 5.2), (2.8, 5.2), (2.8, 9.2), (9.2, 9.2))),
    *walls_along(((1.2, -2.0), (1.2, 2.8), (5.2, 2.8), (5.2, 6.8), (9.2, 6.8))),
)


def led(stage: Stage) -> None:
    """Somebody leads the body through the lane, by hand as a player does, and puts it back to the beginning."""
    game = stage.game
    for point in WAY[1:]:
        while stage.gap(*point) > 0.3:
            game.apply("LookHorizontal", max(-1.0, min(1.0, game.bearing(point) / 30.0)))
            game.apply("Vertical", float(abs(game.bearing(point)) < 20.0))
            stage.advance(FRAME)
    for axis in ("LookHorizontal", "Vertical"):
        game.apply(axis, 0.0)
    stage.advance(1.0)


def walk_back(seed: int, *, loses: float, late: float, tracked: bool) -> tuple[float, float]:
    """Metres from where it began, after it has walked back the way that it was led, inf if it gave up; and by how many
    metres it was wrong about where it is."""
    stage = Stage(SmallWorld(walls=LANE), late=late, seed=seed, tracked=tracked)
    led(stage)
    stage.link.loses = loses
    start = stage.places.state.navigation_graph.places
    stage.world.give("world", FindWay("", next(iter(start))), sender="behaviour")
    (way,) = stage.asker.of(Way)
    stage.order(WalkWay(1, way.points))
    ended = stage.until_ended()
    stage.advance(2.0)
    assert not stage.game.inputs
    wrong = math.dist((stage.found.x, stage.found.z), stage.game.at)
    return stage.gap(*WAY[0]) if ended == ARRIVED else math.inf, wrong


@pytest.mark.parametrize(
    ("tracked", "loses", "late", "seeds"),
    [(True, 0.1, 0.2, 20), (False, 0.0, 0.2, 2), (False, 0.1, 0.2, 20), (False, 0.1, 0.05, 4)],
)
def test_it_goes_a_way_that_was_found_to_its_end(
    tracked: bool, loses: float, late: float, seeds: int
) -> None:
    walks = [walk_back(seed, loses=loses, late=late, tracked=tracked) for seed in range(seeds)]
    there, most = sum(gap < 1.0 for gap, _ in walks), max(gap for gap, _ in walks)
    wrong = sorted(metres for _, metres in walks)
    how = f"{loses:.0%} lost, {late:g} s late, {'with' if tracked else 'without'} a pose"
    print(f"walked a found way, {how}: within 1 m in {there} of {seeds} seeds, at most {most:.2f} m")
    print(f"  wrong about where it is by {wrong[len(wrong) // 2]:.2f} m, at most {wrong[-1]:.2f} m")
    assert there >= 0.95 * seeds


@pytest.mark.parametrize("late", [0.0, 0.2])
def test_a_walk_of_its_own_for_a_minute(late: float) -> None:
    errors = []
    for seed in range(2):
        game, dice = SmallWorld(), random.Random(seed)
        stage = Stage(game, late=late)
        while stage.world.clock.elapsed < 60.0:
            order = dice.choice(
                (TurnTo(1, dice.uniform(-170.0, 170.0)), WalkAhead(1, dice.uniform(1.0, 6.0)))
            )
            stage.order(order)
            assert stage.until_ended() == ARRIVED
        stage.advance(1.0)
        errors.append(math.dist((stage.found.x, stage.found.z), game.at))
    print(f"reckoned position after a walk of 60 s, {late:g} s late: off by {max(errors):.2f} m at most")
    assert max(errors) < 0.5


# -- what ends it


def still(stage: Stage) -> bool:
    return not stage.game.inputs and stage.game.velocity == (0.0, 0.0)


@pytest.mark.parametrize("tracked", [True, False])
def test_a_wall_stops_it(tracked: bool) -> None:
    stage = Stage(SmallWorld(walls=room(6.0, 6.0)), tracked=tracked)
    stage.order(WalkAhead(1, 10.0))
    ended = stage.until_ended(5.0)
    assert (ended.outcome, ended.why.split(":")[0]) == ("blocked", "it does not move")
    stage.advance(0.2)
    assert still(stage)
    assert stage.game.at[1] == pytest.approx(3.0 - RADIUS, abs=0.01)
    reckoned = stage.found.z
    assert reckoned == pytest.approx(3.0 - RADIUS, abs=0.1)


def test_along_a_wall_it_does_not_go_for_ever() -> None:
    stage = Stage(SmallWorld(walls=(Wall((-50.0, 2.0), (50.0, 2.0)),), yaw=30.0), longest=200.0)
    stage.order(WalkAhead(1, 40.0))
    assert stage.until_ended(60.0).outcome == "blocked"
    stage.advance(0.2)
    assert still(stage)


def test_a_game_that_tells_nothing_of_movement_is_not_walked_in_blindly() -> None:
    stage = Stage(SmallWorld())
    stage.link.loses = 1.0
    stage.order(WalkAhead(1, 3.0))
    ended = stage.until_ended(5.0)
    assert ended.why == "it does not move: something is in the way, or VRChat tells nothing of its movement"


@pytest.mark.parametrize("lease", [0.5, 2.0])
def test_it_stops_when_it_has_not_seen_for_a_while_where_to_go(lease: float) -> None:
    game = SmallWorld()
    game.add(Walker("Anna", (0.0, 30.0)))
    stage = Stage(game, lease=lease)
    stage.order(GoTo(1, "usr_Anna", "come"))
    stage.advance(2.0)
    assert game.inputs
    stage.blind = True
    stage.advance(lease + 2 * EVERY + FRAME)
    assert stage.asker.of(MovementEnded)[0].outcome == "lost"
    stage.advance(FRAME)
    assert not game.inputs


def test_it_does_not_begin_towards_somebody_whom_it_does_not_see() -> None:
    stage = Stage(SmallWorld())
    stage.order(GoTo(1, "usr_Anna", "follow"))
    assert stage.until_ended(5.0).outcome == "lost"
    assert not [value for _, value in stage.link.sent if value]


def test_a_stop_lets_go_at_once() -> None:
    stage = Stage(SmallWorld())
    stage.order(WalkAhead(1, 20.0))
    stage.advance(2.0)
    assert stage.game.inputs
    before = len(stage.link.sent)
    stage.order(StopMoving())
    assert dict(stage.link.sent[before:]) == {
        "Vertical": 0.0,
        "LookHorizontal": 0.0,
    }
    stage.advance(FRAME)
    assert not stage.game.inputs
    assert stage.asker.of(MovementEnded) == [MovementEnded(1, "stopped", "it was told to stop")]
    stage.advance(5.0)
    assert not stage.game.inputs


def test_only_what_is_meant_is_stopped() -> None:
    stage = Stage(SmallWorld())
    stage.order(WalkAhead(2, 20.0))
    stage.order(StopMoving(1))
    stage.advance(1.0)
    assert stage.game.inputs


def test_another_order_takes_the_place_of_the_one_under_way() -> None:
    stage = Stage(SmallWorld())
    stage.order(WalkAhead(1, 20.0))
    stage.advance(1.0)
    stage.order(TurnTo(2, 90.0))
    assert stage.asker.of(MovementEnded) == [MovementEnded(1, "stopped", "there is something else to do")]
    stage.advance(5.0)
    assert stage.asker.of(MovementEnded)[1] == MovementEnded(2, "arrived")


def test_who_sits_or_is_away_is_not_moved() -> None:
    for parameter, why in (("InStation", "it sits"), ("AFK", "the game says that it is away")):
        stage = Stage(SmallWorld())
        stage.world.give("avatar", ParametersChanged({parameter: True}))
        stage.order(WalkAhead(1, 2.0))
        assert stage.until_ended(5.0) == MovementEnded(1, "refused", why)
        assert not [value for _, value in stage.link.sent if value]


def test_nothing_lasts_longer_than_the_owner_wants() -> None:
    stage = Stage(SmallWorld(), longest=3.0)
    stage.order(WalkAhead(1, 50.0))
    assert stage.until_ended(5.0).outcome == "too long"


def test_a_movement_that_is_switched_off_refuses() -> None:
    stage = Stage(SmallWorld(), enabled=False)
    stage.order(TurnTo(1, 90.0))
    assert stage.asker.of(MovementEnded) == [
        MovementEnded(1, "refused", "behaviour.movement.enabled is false")
    ]


def test_in_another_world_its_goal_means_nothing() -> None:
    stage = Stage(SmallWorld())
    stage.order(WalkAhead(1, 20.0))
    stage.advance(1.0)
    stage.world.give("world", WorldLeft(stage.world.clock.wall()))
    assert stage.asker.of(MovementEnded) == [MovementEnded(1, "lost", "the body is somewhere else")]
    stage.advance(FRAME)
    assert not stage.game.inputs


@pytest.mark.parametrize("dies", ["avatar", "avatar.movement", "world"])
def test_nothing_stays_pressed_when_an_actor_is_gone(dies: str) -> None:
    game = SmallWorld()
    game.add(Walker("Anna", (0.0, 30.0)))
    stage = Stage(game)
    stage.order(GoTo(1, "usr_Anna", "come"))
    stage.advance(2.0)
    assert game.inputs
    del stage.world.lives[dies]
    stage.advance(LEASE + 2.5)
    assert not game.inputs


def test_a_successor_lets_go() -> None:
    stage = Stage(SmallWorld())
    stage.world.start(Movement(Behaviour()), "avatar.movement", 2)
    stage.advance(FRAME)
    assert {name for name, value in stage.link.sent if not value} >= {"Vertical", "LookHorizontal"}


def test_a_change_of_its_settings_ends_what_goes_on() -> None:
    stage = Stage(SmallWorld())
    stage.order(WalkAhead(1, 20.0))
    stage.advance(1.0)
    assert stage.movement.commit({"behaviour": Behaviour()})
    stage.world.run()
    assert stage.asker.of(MovementEnded)[0].outcome == "stopped"


def test_a_lost_datagram_of_the_end_is_sent_again() -> None:
    stage = Stage(SmallWorld())
    stage.order(WalkAhead(1, 2.0))
    assert stage.until_ended() == ARRIVED
    stage.game.apply("Vertical", 0.5)  # as if its end had got lost
    stage.advance(1.0)
    assert not stage.game.inputs
