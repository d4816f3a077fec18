"""A replay goes on from a checkpoint: of today, or of an earlier version, which named what is kept otherwise."""

from functools import reduce
from typing import Any

import msgspec

from actors.kernel.checkpoint import taken
from actors.kernel.protocol.storage import Version
from actors.kernel.protocol.subscription import Subscribe
from actors.world.messages import WorldEntered
from actors.world.world import World
from supervisor.replay.incarnation import ReplayedIncarnation
from supervisor.trace.checkpoint_json import CheckpointEncoder
from supervisor.trace.records import CheckpointLine, StartedLine
from tests.doubles.keeper import Keeper
from tests.doubles.virtual_world import VirtualWorld


def lived() -> World:
    """One that has been told something, and has not handed all of it over."""
    world, actor = VirtualWorld(), World()
    Keeper(world)
    world.probe("guest")
    world.start(actor, "world")
    world.run()
    world.give("world", Subscribe(), sender="guest")
    world.advance(5.0)
    world.give("world", WorldEntered("wrld_1", "Home", world.clock.wall()))
    return actor


def shown(values: Any) -> dict[str, Any]:
    """As it is read from a trace."""
    encoder = CheckpointEncoder()
    written = msgspec.json.encode({name: encoder.value(value) for name, value in values})
    return msgspec.json.decode(written, type=dict[str, Any])


def resumed(kept: dict[str, Any]) -> World:
    actor = World()
    started = StartedLine(address="world", incarnation=1, node="", arguments={}, seed="", wall=0.0)
    line = CheckpointLine(address="world", incarnation=1, wall=0.0, kept=kept, pending=[], timers=[])
    ReplayedIncarnation(actor, started).resume(line)
    return actor


def test_a_domain_is_what_it_was_when_the_checkpoint_was_written() -> None:
    actor = lived()
    again = resumed(shown(taken(actor)))
    assert shown(taken(again)) == shown(taken(actor))
    assert (again.version, again.committed) == (Version(1, 2), Version(1, 1))
    assert again._writer.due


def test_attributes_go_where_they_are_today() -> None:
    actor = lived()
    moved = set(World.former_attributes.values())
    inside = dict(taken(actor))
    kept = {name: inside[name] for name in ("state", "version", "_trouble")}
    for name, path in World.former_attributes.items():
        value = reduce(getattr, path.split("."), actor)
        kept[name] = dict(taken(_Holder(value)))["value"]  # type: ignore[arg-type]
    again = resumed(shown(kept.items()))
    for path in moved:
        assert reduce(getattr, path.split("."), again) == reduce(getattr, path.split("."), actor)
    assert set(vars(again)) == set(vars(actor)) | {"context"}


class _Holder:
    def __init__(self, value: Any) -> None:
        self.value = value
