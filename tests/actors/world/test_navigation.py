"""Places and ways: learned by walking, searched for the shortest."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vocabulary.values import Vector3
from actors.world import navigation
from actors.world.navigation import NavigationGraph, graph_faults, other_way, place_of, shortest, walked

NAMES = "abcde"
GRAPHS = st.dictionaries(
    st.sampled_from(NAMES),
    st.dictionaries(st.sampled_from(NAMES), st.floats(0.0, 100.0), max_size=5),
    max_size=5,
).map(lambda passages: NavigationGraph({name: Vector3() for name in NAMES}, passages))
AXES = st.floats(-12.0, 12.0)
PATHS = st.lists(st.builds(Vector3, AXES, st.floats(0.5, 7.0), AXES), max_size=40)


def along(path: list[Vector3]) -> NavigationGraph:
    graph, before = NavigationGraph(), None
    for now in path:
        graph, before = walked(graph, before, now), now
    return graph


def line(*xs: float, y: float = 1.6) -> list[Vector3]:
    return [Vector3(x, y, 0.5) for x in xs]


def brute_force(graph: NavigationGraph, start: str, end: str) -> float:
    """The least cost over every simple way; infinite where there is none."""
    inner = [name for name in NAMES if name not in (start, end)]
    ways = (
        (start, *middle, end) if start != end else (start,)
        for n in range(len(inner) + 1)
        for middle in itertools.permutations(inner, n)
    )
    return min(cost_of(graph, way) for way in ways)


def cost_of(graph: NavigationGraph, way: tuple[str, ...]) -> float:
    return sum(graph.passages.get(a, {}).get(b, math.inf) for a, b in itertools.pairwise(way))


@given(GRAPHS, st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_the_way_found_is_a_way_and_none_is_shorter(graph: NavigationGraph, start: str, end: str) -> None:
    best, route = brute_force(graph, start, end), shortest(graph, start, end)
    if route is None:
        assert best == math.inf
        return
    assert (route.places[0], route.places[-1]) == (start, end)
    assert cost_of(graph, route.places) == pytest.approx(route.cost)
    assert route.cost == pytest.approx(best)


@given(GRAPHS)
def test_there_is_no_way_from_or_to_where_nobody_was(graph: NavigationGraph) -> None:
    assert shortest(graph, "nowhere", "a") is None
    assert shortest(graph, "a", "nowhere") is None


@given(PATHS)
def test_whatever_way_is_walked_the_graph_is_sound(path: list[Vector3]) -> None:
    graph = along(path)
    assert graph_faults(graph) == ()
    assert set(graph.places) == {place_of(position) for position in path}


def test_a_walk_of_small_steps_can_be_walked_again_and_back() -> None:
    graph = along(line(*(x / 2 for x in range(20))))
    there = shortest(graph, place_of(Vector3(0.0, 1.6, 0.5)), place_of(Vector3(9.0, 1.6, 0.5)))
    back = shortest(graph, place_of(Vector3(9.0, 1.6, 0.5)), place_of(Vector3(0.0, 1.6, 0.5)))
    assert there is not None
    assert back is not None
    assert there.places == tuple(reversed(back.places))
    assert there.cost == back.cost == pytest.approx(8.0)


def test_a_way_round_is_not_taken_where_a_short_cut_is_known() -> None:
    round_about = [Vector3(0.5, 1, 0.5), Vector3(0.5, 1, 2.5), Vector3(2.5, 1, 2.5), Vector3(2.5, 1, 0.5)]
    ends = place_of(round_about[0]), place_of(round_about[-1])
    longer = shortest(along(round_about), *ends)
    shorter = shortest(along([*round_about, round_about[0]]), *ends)
    assert longer is not None
    assert shorter is not None
    assert (longer.cost, shorter.cost) == (6.0, 2.0)


def test_a_portal_is_not_a_way() -> None:
    graph = along(line(0.5, 50.0))
    assert len(graph.places) == 2
    assert shortest(graph, *graph.places) is None


def test_a_fall_cannot_be_walked_back() -> None:
    top, bottom = Vector3(0.5, 4.0, 0.5), Vector3(2.1, 1.6, 0.5)
    graph = along([top, bottom])
    assert shortest(graph, place_of(top), place_of(bottom)) is not None
    assert shortest(graph, place_of(bottom), place_of(top)) is None


def test_the_same_way_again_teaches_nothing() -> None:
    graph = along(line(0.5, 2.5))
    assert walked(graph, Vector3(0.5, 1.6, 0.5), Vector3(2.6, 1.6, 0.6)) is graph


def test_places_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "PLACES", 3)
    graph = along(line(*(2.0 * x for x in range(10))))
    assert len(graph.places) == 3
    assert graph_faults(graph) == ()


@pytest.mark.parametrize(
    ("graph", "fault"),
    [
        (NavigationGraph({"a": Vector3()}, {"a": {"b": 1.0}}), "no place is called 'b'"),
        (NavigationGraph({"a": Vector3()}, {"a": {"a": -1.0}}), "a passage from 'a' costs less than nothing"),
    ],
)
def test_an_unsound_graph_is_named_with_its_fault(graph: NavigationGraph, fault: str) -> None:
    assert graph_faults(graph) == (fault,)


def square() -> NavigationGraph:
    """Four places in a square, walked all around, and one beyond the first."""
    corners = [
        Vector3(x, 1.6, z)
        for x, z in ((0.5, 0.5), (2.5, 0.5), (2.5, 2.5), (0.5, 2.5), (0.5, 0.5), (-1.5, 0.5))
    ]
    return along(corners)


def test_another_way_does_not_go_on_as_the_blocked_one_does() -> None:
    a, b, c, d = "0,0,0", "1,0,0", "1,0,1", "0,0,1"
    route = other_way(square(), a, b, b)
    assert route is not None
    assert route.places == (a, d, c, b)


def test_where_the_blocked_point_lies_further_on_the_whole_stretch_to_it_is_left_out() -> None:
    a, c = "0,0,0", "1,0,1"
    short = shortest(square(), a, c)
    other = other_way(square(), a, c, c)
    assert short is not None
    assert other is not None
    assert not set(short.places[1:-1]) & set(other.places)


def test_without_another_way_there_is_none() -> None:
    assert other_way(square(), "0,0,0", "-1,0,0", "-1,0,0") is None
    assert other_way(square(), "nowhere", "0,0,0", "0,0,0") is None
