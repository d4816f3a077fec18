"""What can be used is noted where it stands, as it is seen."""

from pathlib import Path

import msgspec
import pytest

from actors.vision.messages import PERSON, Box, Sight, Sighted
from actors.vocabulary.values import UNKNOWN, Vector3
from actors.world.messages import BodyAt, FindWay, Way, WorldLeft
from actors.world.navigation import NavigationGraph, place_by
from actors.world.state import WorldState, moved, seat_near
from actors.world.things import InteractiveElement, placed, used
from actors.world.usable import ERROR, NEAR, SURE, Pose, noticed
from tests.actors.world.test_world import Instance

AT = 1000.0
HERE = Vector3(0.5, 1.6, 0.5)
STANDS = WorldState(body=HERE)
LOOKS = Pose(HERE, 90.0, AT - 1.0)  # along +x
CHAIR = Sight(1, "chair", UNKNOWN, Box(0.4, 0.4, 0.2, 0.2), 0.0, AT, 0.8, 3.0, 0.2, "model")


def chair(**other: object) -> Sight:
    return msgspec.structs.replace(CHAIR, **other)


def elements(*sights: Sight, pose: Pose | None = LOOKS) -> list[InteractiveElement]:
    return list(noticed(STANDS, sights, pose, AT).interactive_elements.values())


@pytest.mark.parametrize(
    ("yaw", "bearing", "x", "z"),
    [(90.0, 0.0, 3.5, 0.5), (0.0, 0.0, 0.5, 3.5), (0.0, 90.0, 3.5, 0.5), (-90.0, 0.0, -2.5, 0.5)],
)
def test_it_stands_where_it_is_seen(yaw: float, bearing: float, x: float, z: float) -> None:
    (found,) = elements(chair(bearing=bearing), pose=Pose(HERE, yaw, AT))
    assert (found.kind, found.used_at, found.seen_at) == ("seat", 0.0, AT)
    assert (found.position.x, found.position.z) == (pytest.approx(x), pytest.approx(z))
    assert found.error == pytest.approx(3.0 * 0.2 + 0.5)


@pytest.mark.parametrize(
    "unsure",
    [
        chair(score=SURE - 0.1),
        chair(distance=0.0),
        chair(distance=NEAR + 1.0),
        chair(error=ERROR + 0.1),
        chair(found=False),
        chair(kind="cup"),
        chair(kind=PERSON),
    ],
)
def test_what_is_unsure_or_of_no_use_is_not_noted(unsure: Sight) -> None:
    assert elements(unsure) == []


def test_who_has_moved_since_the_picture_does_not_know_where_it_was() -> None:
    for pose in (None, Pose(HERE, 90.0, AT + 0.1)):
        assert noticed(STANDS, [CHAIR], pose, AT) is STANDS
    assert noticed(WorldState(), [CHAIR], LOOKS, AT) == WorldState()


def test_one_that_is_seen_again_is_one_and_stays_where_it_is_known_best() -> None:
    state = noticed(STANDS, [CHAIR], LOOKS, AT)
    again = chair(bearing=5.0, distance=3.3)
    assert noticed(state, [again], LOOKS, AT + 1.0) is state
    nearer = noticed(state, [chair(distance=2.9, error=0.05)], LOOKS, AT + 2.0)
    (one,) = nearer.interactive_elements.values()
    assert one.position.x == pytest.approx(3.4)
    both = noticed(state, [chair(bearing=60.0)], LOOKS, AT + 1.0)
    assert len(both.interactive_elements) == 2


def test_only_what_was_sat_in_is_a_seat_within_reach_and_it_stays_one() -> None:
    state = noticed(STANDS, [chair(distance=1.0)], LOOKS, AT)
    assert not seat_near(state)
    sits = moved(state, Vector3(1.4, 1.0, 0.5), True, AT + 5.0)
    (one,) = sits.interactive_elements.values()
    assert (one.used_at, seat_near(sits)) == (AT + 5.0, True)
    assert noticed(sits, [chair(distance=1.0)], LOOKS, AT + 9.0) is sits


def test_what_was_used_outlives_what_was_only_seen() -> None:
    known = used({}, "first", InteractiveElement("seat", Vector3(-99.0), used_at=1.0))
    for n in range(300):
        seen = InteractiveElement("seat", Vector3(5.0 * n), seen_at=AT + n, error=1.0)
        known = placed(known, f"seat {n}", seen)
    assert "first" in known
    assert ("seat 0" in known, "seat 299" in known) == (False, True)


def test_the_place_by_a_thing_is_the_nearest_that_was_walked() -> None:
    graph = NavigationGraph({"0,0,0": HERE, "0,0,1": Vector3(0.5, 1.6, 3.5)})
    assert place_by(graph, HERE) == "0,0,0"
    assert place_by(graph, Vector3(2.5, 1.6, 0.9)) == "0,0,0"
    assert place_by(graph, Vector3(2.5, 1.6, 2.9)) == "0,0,1"
    assert place_by(graph, Vector3(9.0, 1.6, 0.5)) == "4,0,0"


def test_a_chair_that_was_seen_can_be_gone_to_when_it_is_out_of_sight(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    wall = instance.world.clock.wall
    for x in (0.5, 2.5, 4.5):
        instance.world.give("world", BodyAt(Vector3(x, 1.6, 0.5), wall(), yaw=90.0))
        instance.world.advance(1.0)
    instance.world.give("world", Sighted(wall(), (chair(distance=2.0),)))
    for x in (2.5, 0.5):
        instance.world.give("world", BodyAt(Vector3(x, 1.6, 0.5), wall(), yaw=-90.0))
        instance.world.advance(1.0)
    instance.world.give("world", Sighted(wall(), ()))
    assert (instance.present().ways, instance.present().seat) == (("seat",), False)
    instance.world.give("world", FindWay("", "seat"), sender="asker")
    (way,) = instance.asker.of(Way)
    assert way.places == ("0,0,0", "1,0,0", "2,0,0")  # from where it is reached in a step
    instance.world.give("world", WorldLeft(wall()))
    assert instance.present().ways == ()


def test_a_body_that_only_turns_changes_nothing_that_is_kept(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    instance.world.give("world", BodyAt(HERE, 1.0, yaw=0.0))
    before = instance.actor.state
    instance.world.give("world", BodyAt(HERE, 2.0, yaw=40.0))
    assert instance.actor.state is before
