"""A replay goes on from a checkpoint: of today, or of an earlier version, which named what is kept otherwise."""

from functools import reduce
from typing import Any

import msgspec
import pytest

from actors.kernel.actor import handles
from actors.kernel.checkpoint import taken
from actors.kernel.message import Message
from actors.kernel.protocol.storage import Version
from actors.kernel.protocol.subscription import Subscribe
from actors.world.messages import WorldEntered
from actors.world.world import World
from supervisor.replay.incarnation import ReplayedIncarnation
from supervisor.replay.reconstruct import Unreplayable
from supervisor.trace.checkpoint_json import CheckpointEncoder
from supervisor.trace.records import BeganLine, CheckpointLine, HandledLine, Sent, StartedLine, TimerSet
from tests.doubles.keeper import Keeper
from tests.doubles.virtual_world import VirtualWorld
from tests.supervisor.replay.actors import HowMany, OneMore, Tally, TallyReminder


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


# -- numbers


def out(number: int, to: str = "wall") -> tuple[Sent, ...]:
    return (Sent(f"early/1/{number}", to, "HowMany", ""),)


def line(id: str, message: Message, **fields: Any) -> HandledLine:
    return HandledLine(
        id=id,
        sender="x",
        recipient="early",
        type=type(message).__name__,
        wall=9.0,
        message={},
        begun=5.0,
        ended=5.0,
        **fields,
    )


class Early(Tally):
    """Sets a timer and looks at the clock as soon as it starts."""

    def on_start(self) -> None:
        self._timer = self.after(2.0, TallyReminder())
        self.tell("wall", HowMany(int(self.wall()), self.now()))

    @handles
    def on_remind(self, message: TallyReminder) -> None:
        self.tell("early", OneMore())


def early(*, propagate: bool = False) -> ReplayedIncarnation:
    started = StartedLine(address="early", incarnation=1, node="", arguments={}, seed="s", wall=0.0)
    if propagate:
        return ReplayedIncarnation(Early(), started, propagate=True)
    return ReplayedIncarnation(Early(), started)


BEGAN = BeganLine(
    address="early",
    incarnation=1,
    wall=7.0,
    begun=3.0,
    ended=3.0,
    out=out(12),
    timers_set=(TimerSet(4, 2.0, "TallyReminder"),),
)


def test_it_starts_at_its_recorded_time_and_with_its_recorded_numbers() -> None:
    record = early().begin(BEGAN)
    assert [(one.id, one.message) for one in record.sent] == [("early/1/12", HowMany(7, 3.0))]
    assert record.timers_set == ((4, 2.0, "TallyReminder"),)


def test_each_handler_has_its_recorded_numbers_again_whatever_came_before() -> None:
    one = early()
    one.begin(BEGAN)
    record = one.replay(line("x/1/1", OneMore(), out=out(2)), OneMore())
    assert record.sent[0].id == "early/1/2"


def test_where_more_may_be_sent_no_number_is_used_twice() -> None:
    one = early(propagate=True)
    began = one.begin(BEGAN)
    record = one.replay(line("x/1/1", OneMore(), out=out(2)), OneMore())
    numbers = [sent.sequence for sent in (*began.sent, *record.sent)]
    assert numbers == sorted(set(numbers))
    timers = [timer[0] for timer in (*began.timers_set, *record.timers_set)]
    assert timers == sorted(set(timers))


@pytest.mark.parametrize("propagate", [False, True])
def test_what_it_tells_itself_is_no_timer_that_fires(propagate: bool) -> None:
    one = early(propagate=propagate)
    one.begin(BEGAN)
    fired = line("early/1/20", TallyReminder(), out=(Sent("early/1/30", "early", "OneMore", ""),))
    assert one.is_fired(fired)
    assert one.is_set(TallyReminder(), 0)
    assert not one.is_set(TallyReminder(), 1)
    (told,) = one.replay(fired, TallyReminder()).sent
    assert not one.is_set(TallyReminder(), 0)
    assert told.id == "early/1/30"
    assert not one.is_fired(line("early/1/30", OneMore()))
    assert one.is_fired(line("early/1/31", OneMore()))
    assert not one.is_fired(line("early/2/30", OneMore()))


def test_numbers_go_on_after_a_checkpoint() -> None:
    one = early(propagate=True)
    kept = shown(taken(one.actor))
    one.resume(
        CheckpointLine(
            address="early", incarnation=1, wall=0.0, sequence=40, timer=7, kept=kept, pending=[], timers=[]
        )
    )
    record = one.replay(line("x/1/1", OneMore()), OneMore())
    assert record.sent[0].id == "early/1/40"
    assert [number for number, _, kind in record.timers_set if kind == "TallyReminder"] == [7]


def test_numbers_that_are_taken_are_not_given_again() -> None:
    one = early(propagate=True)
    assert [one.next_id(at_least) for at_least in (4, 5, 2, 9)] == [f"early/1/{n}" for n in (4, 5, 6, 9)]


@pytest.mark.parametrize(
    "damage",
    [
        {"kept": {"nowhere.total": 1}},
        {"kept": {"state": {"$": "tests.Gone", "fields": {}}}},
        {"kept": {"state": {"$same": 9}}},
        {"kept": {"state": {"$": "tests.Tallied"}}},
        {"pending": [["only one"]]},
        {"timers": [[1, 2]]},
        {"timers": [7]},
    ],
)
def test_a_checkpoint_that_fits_no_more_is_said_whatever_is_wrong_with_it(damage: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"kept": {}, "pending": [], "timers": [], **damage}
    with pytest.raises(Unreplayable, match="early: its checkpoint does not fit today's classes"):
        early().resume(CheckpointLine(address="early", incarnation=1, wall=0.0, **fields))


class _Holder:
    def __init__(self, value: Any) -> None:
        self.value = value
