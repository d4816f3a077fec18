"""What earlier versions stored of the world is read by this one."""

import msgspec

from actors.world.migrations import MIGRATIONS
from actors.world.state import WorldState, faults
from actors.world.world import World
from tests.doubles.stored import payload


def test_there_is_a_way_from_every_earlier_schema() -> None:
    assert set(MIGRATIONS) == set(range(1, World.schema))


def test_the_first_form_keeps_where_the_bot_was_and_who_was_there() -> None:
    old = payload("world")
    new = msgspec.convert(MIGRATIONS[1](old), WorldState)
    assert faults(new) == ()
    assert (new.world_name, new.player_count, list(new.avatars)) == ("The Garden", 1, ["usr_anna"])


def test_passages_of_the_first_form_stand_under_their_start() -> None:
    ways = [{"start": "a", "end": "b", "cost": 2.0}, {"start": "a", "end": "c"}]
    places = {name: {"x": 0.0, "y": 0.0, "z": 0.0} for name in "abc"}
    new = msgspec.convert(
        MIGRATIONS[1]({"navigation_graph": {"places": places, "passages": ways}}), WorldState
    )
    assert new.navigation_graph.passages == {"a": {"b": 2.0, "c": 0.0}}
    assert faults(new) == ()
