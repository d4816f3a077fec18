"""Where the bot is, who is there and what can be done there, as a value. Pure transitions, each within its bounds."""

from collections.abc import Mapping

import msgspec

from actors.vocabulary.values import Person, Vector3

__all__ = [
    "PLAYERS",
    "AvatarInfo",
    "InteractiveElement",
    "NavigationGraph",
    "Passage",
    "WorldObject",
    "WorldState",
    "departed",
    "entered",
    "faults",
    "joined",
    "left",
    "present",
]

PLAYERS = 500
"""Players kept, several times what an instance admits; beyond it the one who came first is forgotten."""

THINGS = 10_000
"""Objects, elements, places and passages, each."""


class AvatarInfo(msgspec.Struct, frozen=True):
    """A player who is here. since: epoch seconds. own: it is the bot's own account. position: None if not seen."""

    person: Person
    since: float = 0.0
    own: bool = False
    position: Vector3 | None = None


class WorldObject(msgspec.Struct, frozen=True):
    """Something that was seen: what kind of thing, where, how surely (0 to 1), and when (epoch seconds)."""

    kind: str
    position: Vector3 = Vector3()
    confidence: float = 0.0
    seen_at: float = 0.0


class InteractiveElement(msgspec.Struct, frozen=True):
    """Something that can be used. kind: such as a door, a mirror or a seat. label: what is written on it."""

    kind: str
    position: Vector3 = Vector3()
    label: str = ""


class Passage(msgspec.Struct, frozen=True):
    """A way from one place to another by their names; cost is its length in metres."""

    start: str
    end: str
    cost: float = 0.0


class NavigationGraph(msgspec.Struct, frozen=True):
    """Places by name, and the ways between them."""

    places: Mapping[str, Vector3] = {}
    passages: tuple[Passage, ...] = ()


class WorldState(msgspec.Struct, frozen=True):
    """The instance the bot is in. world_id is VRChat's `wrld_...`; it and the name are "" while unknown.

    player_count: the bot's own account counts too. avatars: by user id. last_updated: epoch seconds.
    """

    world_id: str = ""
    world_name: str = ""
    player_count: int = 0
    avatars: Mapping[str, AvatarInfo] = {}
    objects: Mapping[str, WorldObject] = {}
    interactive_elements: Mapping[str, InteractiveElement] = {}
    navigation_graph: NavigationGraph = NavigationGraph()
    last_updated: float = 0.0


def entered(state: WorldState, world_id: str, world_name: str, at: float) -> WorldState:
    """The bot came to another instance: nobody and nothing is known of it yet.

    The same again, or only the name or id that was missing, still means the same visit: all is kept.
    """
    here, there = (state.world_id, state.world_name), (world_id, world_name)
    if here == there:
        return state
    if all(old in ("", new) for old, new in zip(here, there, strict=True)):
        return msgspec.structs.replace(
            state, world_id=world_id, world_name=world_name, last_updated=_later(state, at)
        )
    return WorldState(world_id, world_name, last_updated=_later(state, at))


def departed(state: WorldState, at: float) -> WorldState:
    """The bot is in no world, or in none that is known: nothing is known of where it is."""
    if state == WorldState(last_updated=state.last_updated):
        return state
    return WorldState(last_updated=_later(state, at))


def joined(state: WorldState, person: Person, at: float, own: bool = False) -> WorldState:
    """`person` is here now; somebody who was here already stays since then. Nobody unknown is counted."""
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
    """`person` is gone. Where only a name was given, whoever bears it is gone."""
    gone = person.user_id
    if gone not in state.avatars and gone.startswith("name:"):
        name = person.name.casefold()
        gone = next((u for u, info in state.avatars.items() if info.person.name.casefold() == name), gone)
    if gone not in state.avatars:
        return state
    return _with(state, {u: info for u, info in state.avatars.items() if u != gone}, at)


def present(state: WorldState) -> tuple[Person, ...]:
    """Who is here besides the bot, those who came first before the others."""
    return tuple(
        info.person for info in sorted(state.avatars.values(), key=lambda info: info.since) if not info.own
    )


def faults(state: WorldState) -> tuple[str, ...]:
    """Every reason why `state` must not be."""
    graph = state.navigation_graph
    sizes = {
        "avatars": (len(state.avatars), PLAYERS),
        "objects": (len(state.objects), THINGS),
        "interactive_elements": (len(state.interactive_elements), THINGS),
        "navigation_graph.places": (len(graph.places), THINGS),
        "navigation_graph.passages": (len(graph.passages), THINGS),
    }
    found = [f"{name}: {size} entries, at most {most}" for name, (size, most) in sizes.items() if size > most]
    if state.player_count != len(state.avatars):
        found.append(f"player_count is {state.player_count}, but there are {len(state.avatars)} avatars")
    if state.last_updated < 0.0:
        found.append("last_updated is negative")
    found += [
        f"avatars.{user_id}: the player's id is another one"
        for user_id, info in state.avatars.items()
        if info.person.user_id != user_id
    ]
    lost = {name for way in graph.passages for name in (way.start, way.end)} - graph.places.keys()
    found += [f"navigation_graph: no place is called {name!r}" for name in sorted(lost)[:10]]
    return tuple(found)


def _with(state: WorldState, avatars: Mapping[str, AvatarInfo], at: float) -> WorldState:
    return msgspec.structs.replace(
        state, avatars=avatars, player_count=len(avatars), last_updated=_later(state, at)
    )


def _later(state: WorldState, at: float) -> float:
    return max(state.last_updated, at)
