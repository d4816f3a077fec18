"""What the eyes tell, as the world knows it: what moves, and who and what is seen where. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from actors.vision.messages import PERSON, Sight
from actors.vocabulary.values import UNKNOWN, Vector3
from actors.world.state import WorldState
from actors.world.things import FADES, WorldObject, aged, region, seen

# Kinds of what is seen to move without being known for what it is.
MOVING, MOVED = "something moving", "something that has just moved"

SURE = 0.02  # part of the picture whose motion is as likely a thing as not

# Things that are told to the model: the nearest few people, and what is beside them. More would be a list, not a sight.
MOST = 3

REFRESHED = FADES / 6  # seconds after which what is still seen is noted again: not with every picture

_TRACK = "track "
_TRENDS = {"approaching": ", coming closer", "leaving": ", going away"}


def moving(state: WorldState, x: float, y: float, amount: float, at: float) -> WorldState:
    """Something moves at `x`, `y` of the picture, `amount` of which changed (all in [0, 1])."""
    thing = WorldObject(MOVING, state.body or Vector3(), amount / (amount + SURE), at, x, y)
    return _with(state, seen(state.objects, f"motion {region(x, y)}", thing), at)


def still(state: WorldState, at: float) -> WorldState:
    """Nothing moves any more."""
    objects = {
        name: msgspec.structs.replace(thing, kind=MOVED, seen_at=max(at, thing.seen_at))
        if thing.kind == MOVING
        else thing
        for name, thing in state.objects.items()
    }
    return _with(state, aged(objects, at), at)


def sighted(state: WorldState, sights: Iterable[Sight], at: float) -> WorldState:
    """This is seen in the picture of `at` (epoch seconds), and whoever was seen before and is not among it is gone.

    What a reader would not notice is no change: the state itself comes back."""
    objects = {name: thing for name, thing in state.objects.items() if not name.startswith(_TRACK)}
    for sight in sights:
        name = f"{_TRACK}{sight.track}"
        objects = dict(seen(objects, name, _noted(sight, state, state.objects.get(name), at)))
    return state if objects == dict(state.objects) else _with(state, objects, at)


def visible(state: WorldState, now: float) -> tuple[str, ...]:
    """What is seen at `now` (epoch seconds), in a few words each: people, then things, then what moves; MOST at most.

    What moves where somebody is seen is no news."""
    things = aged(state.objects, now).values()
    known = [thing for thing in things if thing.kind not in (MOVING, MOVED)]
    people = {_column(thing) for thing in known if thing.kind == PERSON}
    told = known + [
        thing for thing in things if thing.kind in (MOVING, MOVED) and _column(thing) not in people
    ]
    return tuple(map(described, sorted(told, key=_importance)[:MOST]))


def described(thing: WorldObject) -> str:
    """A few words, such as "Ada on the left, 3 m away, coming closer"."""
    if thing.kind in (MOVING, MOVED):
        return f"{thing.kind} {region(thing.x, thing.y)}"
    what = thing.kind
    if thing.kind == PERSON:
        what = thing.person.name if thing.person.is_known else "somebody"
    away = f", {thing.distance:g} m away" if thing.distance else ""
    return f"{what} {_column(thing)}{away}{_TRENDS.get(thing.trend, '')}"


def entered(before: Iterable[Sight], now: Iterable[Sight]) -> tuple[Sight, ...]:
    """Who and what is seen now and was not seen before."""
    known = {sight.track for sight in before}
    return tuple(sight for sight in now if sight.track not in known)


def _noted(sight: Sight, state: WorldState, before: WorldObject | None, at: float) -> WorldObject:
    x, y = sight.box.middle
    again = before is None or not 0.0 <= at - before.seen_at < REFRESHED
    return WorldObject(
        sight.kind,
        state.body or Vector3() if before is None else before.position,
        round(sight.score, 1),
        at if again or before is None else before.seen_at,
        round(x, 1),
        round(y, 1),
        sight.person,
        _rounded(sight.distance),
        sight.since,
        sight.trend,
    )


def _rounded(metres: float) -> float:
    """To half a metre near by, to metres further away: what is told, and known, is no better."""
    return round(metres * 2.0) / 2.0 if metres < 3.0 else float(round(metres))


def _column(thing: WorldObject) -> str:
    return region(thing.x, 0.5)


def _importance(thing: WorldObject) -> tuple[bool, bool, bool, float, float]:
    moves = thing.kind in (MOVING, MOVED)
    nameless = thing.person == UNKNOWN
    return moves, thing.kind != PERSON, nameless, thing.distance or 1000.0, -thing.confidence


def _with(state: WorldState, objects: Mapping[str, WorldObject], at: float) -> WorldState:
    return msgspec.structs.replace(state, objects=objects, last_updated=max(state.last_updated, at))
