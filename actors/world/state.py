"""Where the bot is, who is there and what can be done there, as a value. Pure transitions, each within its bounds."""

import math
from collections.abc import Mapping

import msgspec

from actors.vocabulary.names import same_name
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person, Vector3, is_erased, tombstone
from actors.world.navigation import (
    NavigationGraph,
    graph_faults,
    place_by,
    place_of,
    reachable,
    walked,
)
from actors.world.things import InteractiveElement, WorldObject, aged, things_faults, used

# Players kept, several times what an instance admits; beyond it the one who came first is forgotten.
PLAYERS = 500

FARTHEST = 100_000.0  # metres from a world's origin; positions farther away are invalid

SEAT = "seat"
REACH = 1.5  # metres from which a seat can be used without walking


@durable("world.AvatarInfo")
class AvatarInfo(msgspec.Struct, frozen=True):
    """A player who is here. since: epoch seconds. own: it is the bot's own account. position: metres, if known."""

    person: Person
    since: float = 0.0
    own: bool = False
    position: Vector3 | None = None


@durable("world.FriendOnline")
class FriendOnline(msgspec.Struct, frozen=True):
    """A friend of the bot's account who is in the game. place: a world's id, PRIVATE, TRAVELING, or "" for not told.

    since: since when that is known (epoch seconds)."""

    person: Person
    place: str = ""
    since: float = 0.0


PRIVATE, TRAVELING = "private", "traveling"
FRIENDS = 200  # friends kept of those who are online


@durable("world.WorldState")
class WorldState(msgspec.Struct, frozen=True):
    """The instance that Gerald is in. world_id: VRChat's `wrld_...`; it and the name are "" while unknown.

    player_count: includes Gerald's account. avatars: by user id. objects: what is seen, by kind and region.
    interactive_elements: what was used, or is seen and can be, by kind and place. navigation_graph: where Gerald walked
    in this visit. body: its position, None while unknown. last_updated: epoch seconds. friends: who is online, by user
    id. frame: since when (epoch seconds) positions count from the same origin, 0 for the game's own coordinates."""

    world_id: str = ""
    world_name: str = ""
    player_count: int = 0
    avatars: Mapping[str, AvatarInfo] = {}
    objects: Mapping[str, WorldObject] = {}
    interactive_elements: Mapping[str, InteractiveElement] = {}
    navigation_graph: NavigationGraph = NavigationGraph()
    last_updated: float = 0.0
    body: Vector3 | None = None
    frame: float = 0.0
    friends: Mapping[str, FriendOnline] = {}


def entered(state: WorldState, world_id: str, world_name: str, at: float) -> WorldState:
    """Gerald entered another instance, and knows nobody. The same one, or its missing name or id, keeps all."""
    here, there = (state.world_id, state.world_name), (world_id, world_name)
    if here == there:
        return state
    if all(old in ("", new) for old, new in zip(here, there, strict=True)):
        return msgspec.structs.replace(
            state, world_id=world_id, world_name=world_name, last_updated=_later(state, at)
        )
    return WorldState(world_id, world_name, last_updated=_later(state, at), friends=state.friends)


def departed(state: WorldState, at: float) -> WorldState:
    """The bot is in no world, or in none that is known: nothing is known of where it is."""
    nowhere = WorldState(last_updated=state.last_updated, friends=state.friends)
    return state if state == nowhere else msgspec.structs.replace(nowhere, last_updated=_later(state, at))


def joined(state: WorldState, person: Person, at: float, own: bool = False) -> WorldState:
    """`person` is here now; `since` of a present person stays. Unknown people are not counted."""
    if not person.is_known:
        return state
    known = state.avatars.get(person.user_id)
    info = (
        AvatarInfo(person, at, own)
        if known is None
        else msgspec.structs.replace(known, person=person, own=own)
    )
    avatars = {**state.avatars, person.user_id: info}
    if len(avatars) > PLAYERS:
        first = min(
            (user_id for user_id in avatars if user_id != person.user_id), key=lambda u: avatars[u].since
        )
        del avatars[first]
    return _with(state, avatars, at)


def left(state: WorldState, person: Person, at: float) -> WorldState:
    """`person` is gone; if only a name is given, the person with that name."""
    gone = person.user_id
    if gone not in state.avatars and gone.startswith("name:"):
        gone = next(
            (u for u, info in state.avatars.items() if same_name(info.person.name, person.name)), gone
        )
    if gone not in state.avatars:
        return state
    return _with(state, {u: info for u, info in state.avatars.items() if u != gone}, at)


def without(state: WorldState, tombstones: Mapping[str, float]) -> WorldState:
    """`state` without erased people, unless they came later. tombstones: request times by `tombstone(user_id)`."""
    if not tombstones:
        return state
    kept = {
        user_id: info
        for user_id, info in state.avatars.items()
        if (at := tombstones.get(tombstone(user_id))) is None or info.since > at
    }
    friends = {
        user_id: friend
        for user_id, friend in state.friends.items()
        if not is_erased(user_id, friend.since, tombstones)
    }
    objects = {
        name: thing
        for name, thing in state.objects.items()
        if not is_erased(thing.person.user_id, thing.since, tombstones)
    }
    if (len(friends), len(objects)) != (len(state.friends), len(state.objects)):
        state = msgspec.structs.replace(state, friends=friends, objects=objects)
    return state if len(kept) == len(state.avatars) else _with(state, kept, state.last_updated)


def befriended(state: WorldState, online: tuple[FriendOnline, ...], at: float) -> WorldState:
    """These friends are online, and no others."""
    known = state.friends
    friends = {
        one.person.user_id: msgspec.structs.replace(
            one, since=known[one.person.user_id].since if one.person.user_id in known else at
        )
        for one in online[:FRIENDS]
    }
    return state if friends == known else msgspec.structs.replace(state, friends=friends)


def friends_elsewhere(state: WorldState) -> tuple[FriendOnline, ...]:
    """The friends who are online and not here; those in the same world, in another instance, before the others."""
    away = (one for user_id, one in state.friends.items() if user_id not in state.avatars)
    return tuple(
        sorted(away, key=lambda one: (one.place != state.world_id or not one.place, one.person.name))
    )


def present(state: WorldState) -> tuple[Person, ...]:
    """Who is here besides the bot, those who came first before the others."""
    return tuple(
        info.person for info in sorted(state.avatars.values(), key=lambda info: info.since) if not info.own
    )


def moved(state: WorldState, position: Vector3, seated: bool, at: float) -> WorldState:
    """The bot's body is at `position`: it learns the way it went, and the seat that it sits in."""
    if max(map(abs, (position.x, position.y, position.z))) > FARTHEST:
        return state
    elements = state.interactive_elements
    if seated:
        seat = InteractiveElement(SEAT, position, used_at=at)
        elements = used(elements, f"{SEAT} {place_of(position)}", seat)
    own = {
        user_id: msgspec.structs.replace(info, position=position)
        for user_id, info in state.avatars.items()
        if info.own
    }
    return msgspec.structs.replace(
        state,
        avatars={**state.avatars, **own},
        interactive_elements=elements,
        navigation_graph=walked(state.navigation_graph, state.body, position),
        body=position,
        last_updated=_later(state, at),
    )


def in_frame(state: WorldState, frame: float) -> WorldState:
    """`state` for positions of `frame`: what was at positions of another one is somewhere else now."""
    if frame == state.frame:
        return state
    return msgspec.structs.replace(
        state,
        frame=frame,
        body=None,
        interactive_elements={},
        navigation_graph=NavigationGraph(),
        avatars={user: msgspec.structs.replace(info, position=None) for user, info in state.avatars.items()},
    )


def seat_near(state: WorldState) -> bool:
    """Whether a seat that the bot has sat in is within reach of its body: not all that looks like one can be sat in."""
    body = state.body
    return body is not None and any(
        one.kind == SEAT and one.used_at and math.dist(_point(one.position), _point(body)) <= REACH
        for one in state.interactive_elements.values()
    )


def _point(place: Vector3) -> tuple[float, float, float]:
    return place.x, place.y, place.z


def faded(state: WorldState, now: float) -> WorldState:
    """`state` without what has not been seen for a while, as of `now` (epoch seconds)."""
    objects = aged(state.objects, now)
    return state if objects is state.objects else msgspec.structs.replace(state, objects=objects)


def place_called(state: WorldState, name: str) -> str:
    """The place of the navigation graph that `name` means: itself, that of an element, of the nearest element of a
    kind that can be walked to, or where the bot is for ""."""
    if not name:
        return place_of(state.body) if state.body is not None else ""
    element = state.interactive_elements.get(name) or _nearest(state, name)
    return place_by(state.navigation_graph, element.position) if element is not None else name


def ways(state: WorldState) -> tuple[str, ...]:
    """The kinds of things to which a way is known from where the bot is."""
    return tuple(sorted({element.kind for element in _within_reach(state)}))


def _nearest(state: WorldState, kind: str) -> InteractiveElement | None:
    body = state.body or Vector3()
    found = (element for element in _within_reach(state) if element.kind == kind)
    return min(found, key=lambda one: math.dist(_point(one.position), _point(body)), default=None)


def _within_reach(state: WorldState) -> tuple[InteractiveElement, ...]:
    """The things to which a way is known."""
    if state.body is None or not state.interactive_elements:
        return ()
    places = reachable(state.navigation_graph, place_of(state.body))
    graph = state.navigation_graph
    return tuple(
        one for one in state.interactive_elements.values() if place_by(graph, one.position) in places
    )


def faults(state: WorldState) -> tuple[str, ...]:
    """What is invalid in `state`."""
    found = (
        [f"avatars: {len(state.avatars)} entries, at most {PLAYERS}"] if len(state.avatars) > PLAYERS else []
    )
    found += things_faults(state.objects, state.interactive_elements)
    found += [f"navigation_graph: {fault}" for fault in graph_faults(state.navigation_graph)]
    if state.player_count != len(state.avatars):
        found.append(f"player_count is {state.player_count}, but there are {len(state.avatars)} avatars")
    if state.last_updated < 0.0:
        found.append("last_updated is negative")
    found += [
        f"avatars.{user_id}: the player's id is another one"
        for user_id, info in state.avatars.items()
        if info.person.user_id != user_id
    ]
    return tuple(found)


def _with(state: WorldState, avatars: Mapping[str, AvatarInfo], at: float) -> WorldState:
    return msgspec.structs.replace(
        state, avatars=avatars, player_count=len(avatars), last_updated=_later(state, at)
    )


def _later(state: WorldState, at: float) -> float:
    return max(state.last_updated, at)
