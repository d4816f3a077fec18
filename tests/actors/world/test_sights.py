"""Who was seen where: passed on to whoever goes there, told to behaviour and conversation, and soon forgotten."""

from pathlib import Path

import pytest

from actors.avatar.messages import SeenAt
from actors.behaviour.messages import Located
from actors.kernel.message import Message
from actors.vision.messages import PERSON, Box, Sight, Sighted
from actors.vocabulary.values import UNKNOWN, Person, Vector3
from actors.world.messages import AnnounceSeat, BodyAt, FindWay, PlayerJoined, WatchSight, Way, WorldLeft
from actors.world.sights import LASTS, MOST, Sights, opposite
from tests.actors.world.test_world import Instance

MIO, BAR = ("usr_1", "Mio"), ("thing:bar", "bar")


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def see(instance: Instance, target: tuple[str, str], age: float = 0.0) -> SeenAt:
    sight = SeenAt(*target, 10.0, 2.0, instance.world.clock.wall() - age)
    instance.world.give("world", sight, sender="eyes")
    return sight


def test_the_behaviour_and_the_conversation_hear_who_can_be_gone_to(instance: Instance) -> None:
    behaviour = instance.world.probe("behaviour")
    see(instance, MIO)
    see(instance, MIO)
    see(instance, BAR)
    assert behaviour.of(Located) == [Located((MIO,)), Located((BAR, MIO))]
    assert instance.present().located == (BAR, MIO)
    instance.world.advance(2.0)
    see(instance, MIO)
    instance.world.advance(LASTS - 1.0)
    assert behaviour.of(Located)[-1] == Located((MIO,))
    instance.world.advance(LASTS)
    assert behaviour.of(Located)[-1] == Located(())
    assert instance.present().located == ()


def test_a_behaviour_that_begins_hears_who_can_be_gone_to(instance: Instance) -> None:
    see(instance, MIO)
    behaviour = instance.world.probe("behaviour")
    instance.world.give("world", AnnounceSeat(), sender="behaviour")
    assert behaviour.of(Located) == [Located((MIO,))]


def test_in_another_world_nobody_is_where_they_were(instance: Instance) -> None:
    behaviour = instance.world.probe("behaviour")
    see(instance, MIO)
    instance.world.give("world", WorldLeft(instance.world.clock.wall()))
    assert behaviour.of(Located)[-1] == Located(())


def test_what_is_told_late_is_no_sight_of_now(instance: Instance) -> None:
    behaviour = instance.world.probe("behaviour")
    see(instance, MIO, age=LASTS)
    see(instance, MIO, age=-1.0)
    assert behaviour.of(Located) == []


def test_who_goes_to_somebody_is_passed_on_their_sights_for_so_long(instance: Instance) -> None:
    movement = instance.world.probe("avatar.movement")
    first = see(instance, MIO)
    instance.world.give("world", WatchSight("usr_1", 1.0), sender="avatar.movement")
    see(instance, BAR)
    instance.world.advance(0.5)
    second = see(instance, MIO)
    instance.world.advance(0.6)
    see(instance, MIO)
    wanted: list[Message] = [first, second]
    assert movement.messages == wanted


def test_only_so_many_are_kept_and_the_newest_of_each() -> None:
    sights = Sights()
    for n in range(MOST + 5):
        sights = sights.with_sight(SeenAt(f"usr_{n}", "", 0.0, 1.0, float(n)))
    assert len(sights.seen) == MOST
    assert "usr_4" not in sights.seen
    older = SeenAt("usr_9", "", 90.0, 1.0, 1.0)
    assert sights.with_sight(older) is sights


def test_the_way_to_a_kind_of_thing_is_that_to_the_nearest_one(instance: Instance) -> None:
    for step, seated in enumerate((True, False, False, True, False)):
        at = instance.world.clock.wall() + step
        instance.world.give("world", BodyAt(Vector3(0.5 + 2.0 * step, 1.6, 0.5), at, seated))
    assert instance.present().ways == ("seat",)
    instance.world.give("world", FindWay("", "seat"), sender="asker")
    (way,) = instance.asker.of(Way)
    assert way.places == ("4,0,0", "3,0,0")
    assert way.points == (Vector3(8.5, 1.6, 0.5), Vector3(6.5, 1.6, 0.5))


def test_in_other_coordinates_seats_and_ways_are_somewhere_else(instance: Instance) -> None:
    instance.world.give("world", BodyAt(Vector3(0.5, 0.0, 0.5), 1.0, True, 5.0, True))
    assert instance.actor.state.interactive_elements
    instance.world.give("world", BodyAt(Vector3(9.5, 1.6, 0.5), 2.0))
    state = instance.actor.state
    assert (state.frame, state.interactive_elements) == (0.0, {})
    assert list(state.navigation_graph.places) == ["4,0,0"]


def test_of_the_people_here_the_nearest_within_reach_is_told(instance: Instance) -> None:
    at = instance.world.clock.wall()
    for number, metres in ((1, 1.4), (2, 0.6), (3, 0.3)):
        if number != 3:  # whoever that is, nobody of the log
            instance.world.give("world", PlayerJoined(Person(f"usr_{number}", f"P{number}"), at))
        instance.world.give("world", SeenAt(f"usr_{number}", f"P{number}", 0.0, metres, at), sender="eyes")
    assert instance.present().nearest == Person("usr_2", "P2")
    instance.world.advance(LASTS)
    assert instance.present().nearest == UNKNOWN


def person(track: int, who: Person = UNKNOWN, bearing: float = 0.0, distance: float = 2.0) -> Sight:
    return Sight(track, PERSON, who, Box(0.4, 0.4, 0.2, 0.4), bearing, 1.0, 0.5, distance, 0.2, "height")


def test_who_alone_stands_near_and_ahead_is_opposite() -> None:
    mio, yu = Person(*MIO), Person("usr_2", "Yu")
    assert opposite([person(1, mio)]) == mio
    assert opposite([person(1, mio), person(2, yu, bearing=-60.0), person(3, distance=6.0)]) == mio
    nobody: list[list[Sight]] = [
        [],
        [person(1)],
        [person(1, mio, bearing=40.0)],
        [person(1, mio, distance=5.0)],
        [person(1, mio), person(2)],
        [person(1, mio), person(2, yu, bearing=10.0, distance=2.5)],
        [person(1, mio), person(2, distance=0.0)],
        [person(1, mio, distance=0.0)],
    ]
    assert [opposite(sights) for sights in nobody] == [UNKNOWN] * len(nobody)


def test_the_conversation_hears_who_is_opposite_for_as_long_as_that_is_fresh(instance: Instance) -> None:
    mio, wall = Person(*MIO), instance.world.clock.wall
    instance.world.give("world", Sighted(wall(), (person(1, mio),)))
    assert instance.present().opposite == UNKNOWN  # the log does not know of them
    instance.world.give("world", PlayerJoined(mio, wall()))
    assert instance.present().opposite == mio
    instance.world.advance(LASTS)
    assert instance.present().opposite == UNKNOWN
