"""Places and the ways between them: learned by walking, and searched for the shortest way. Pure.

A place is a visited block of space; its first point stands for it. A passage leads from a place to the next and costs
the distance in metres. Coordinates are the game's."""

import heapq
import math
from collections.abc import Mapping
from itertools import pairwise

import msgspec

from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Vector3

# Metres of a place. Positions are the head's: a jump or a crouch leads to no other place, another floor does.
WIDTH, HEIGHT = 2.0, 3.0

# Metres between two positions beyond which it was no walk: it was a portal, a respawn or a seat.
LONGEST_STEP = 3.0

LEVEL = 0.5  # metres of height up to which a step can be taken back; a fall cannot

PLACES = 2000  # places learned in one visit; further ones are not

PASSAGES = 26  # from one place: as many as there are blocks around a block


@durable("world.NavigationGraph")
class NavigationGraph(msgspec.Struct, frozen=True):
    """Places by name, and from each of them the places that can be walked to, with the metres it takes."""

    places: Mapping[str, Vector3] = {}
    passages: Mapping[str, Mapping[str, float]] = {}


class Route(msgspec.Struct, frozen=True):
    """places: from the start to the end, both among them. cost: metres."""

    places: tuple[str, ...]
    cost: float


def place_of(position: Vector3) -> str:
    """The name of the place that `position` lies in."""
    sides = ((position.x, WIDTH), (position.y, HEIGHT), (position.z, WIDTH))
    return ",".join(str(math.floor(axis / size)) for axis, size in sides)


def place_by(graph: NavigationGraph, position: Vector3) -> str:
    """The place that `position` lies in; where that was never walked, the nearest of those around it that were."""
    here = place_of(position)
    if here in graph.places:
        return here
    x, y, z = map(int, here.split(","))
    around = (f"{x + dx},{y},{z + dz}" for dx in (-1, 0, 1) for dz in (-1, 0, 1))
    known = [name for name in around if name in graph.places]
    return min(known, key=lambda name: _distance(graph.places[name], position), default=here)


def walked(graph: NavigationGraph, before: Vector3 | None, now: Vector3) -> NavigationGraph:
    """`graph` after the body, which was at `before` when it was last looked at, is at `now`; itself if known."""
    here = place_of(now)
    if here not in graph.places:
        if len(graph.places) >= PLACES:
            return graph
        graph = msgspec.structs.replace(graph, places={**graph.places, here: now})
    there = place_of(before) if before is not None else here
    if before is None or there == here or there not in graph.places or _distance(before, now) > LONGEST_STEP:
        return graph
    graph = _passage(graph, there, here)
    return _passage(graph, here, there) if abs(before.y - now.y) <= LEVEL else graph


def reachable(graph: NavigationGraph, start: str) -> frozenset[str]:
    """The places to which a way from `start` is known, itself among them."""
    found, queue = {start} & graph.places.keys(), [start]
    while queue:
        for place in graph.passages.get(queue.pop(), {}):
            if place not in found:
                found.add(place)
                queue.append(place)
    return frozenset(found)


def other_way(graph: NavigationGraph, start: str, blocked: str, end: str) -> Route | None:
    """The cheapest way that does not go on from `start` as the one to `blocked` does; None where there is none."""
    stretch = shortest(graph, start, blocked)
    for one, other in pairwise(stretch.places) if stretch is not None else ():
        graph = _without_passage(graph, one, other)
    return shortest(graph, start, end)


def _without_passage(graph: NavigationGraph, one: str, other: str) -> NavigationGraph:
    closed = {
        start: {end: cost for end, cost in graph.passages.get(start, {}).items() if end not in (one, other)}
        for start in (one, other)
    }
    return msgspec.structs.replace(graph, passages={**graph.passages, **closed})


def shortest(graph: NavigationGraph, start: str, end: str) -> Route | None:
    """The cheapest way by Dijkstra's algorithm; None where there is none. Of equal ones always the same."""
    if start not in graph.places or end not in graph.places:
        return None
    costs, previous, done = {start: 0.0}, {start: ""}, set[str]()
    queue = [(0.0, start)]
    while queue:
        cost, place = heapq.heappop(queue)
        if place == end:
            return Route(_back(previous, end), cost)
        if place in done:
            continue
        done.add(place)
        for reached, metres in graph.passages.get(place, {}).items():
            if cost + metres < costs.get(reached, math.inf):
                costs[reached], previous[reached] = cost + metres, place
                heapq.heappush(queue, (cost + metres, reached))
    return None


def graph_faults(graph: NavigationGraph) -> tuple[str, ...]:
    """What is invalid in `graph`."""
    found = [f"{len(graph.places)} places, at most {PLACES}"] if len(graph.places) > PLACES else []
    lost = set(graph.passages)
    for start, ends in graph.passages.items():
        lost |= set(ends)
        if len(ends) > PASSAGES:
            found.append(f"{len(ends)} passages from {start!r}, at most {PASSAGES}")
        if not all(0.0 <= cost < math.inf for cost in ends.values()):
            found.append(f"a passage from {start!r} costs less than nothing")
    found += [f"no place is called {name!r}" for name in sorted(lost - graph.places.keys())[:10]]
    return tuple(found)


def _passage(graph: NavigationGraph, start: str, end: str) -> NavigationGraph:
    ways = graph.passages.get(start, {})
    if end in ways or len(ways) >= PASSAGES:
        return graph
    cost = _distance(graph.places[start], graph.places[end])
    return msgspec.structs.replace(graph, passages={**graph.passages, start: {**ways, end: cost}})


def _back(previous: Mapping[str, str], end: str) -> tuple[str, ...]:
    places = [end]
    while previous[places[-1]]:
        places.append(previous[places[-1]])
    return tuple(reversed(places))


def _distance(one: Vector3, other: Vector3) -> float:
    return math.dist((one.x, one.y, one.z), (other.x, other.y, other.z))
