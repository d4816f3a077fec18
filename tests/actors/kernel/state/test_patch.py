"""Patches: what is stored of a change leads from the older state to the newer one, or is refused."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.state.patch import ORDERED, PatchError, Path, apply, difference, pack, reached


class Leaf(msgspec.Struct, frozen=True, tag=True):
    weight: float = 0.0
    note: str | None = None
    days: tuple[int, ...] = ()


class Rock(msgspec.Struct, frozen=True, tag=True):
    weight: int = 0


class Twig(msgspec.Struct, frozen=True):
    leaves: Mapping[str, Leaf | None] = {}
    best: Leaf | Rock | None = None


class Tree(msgspec.Struct, frozen=True):
    name: str = ""
    height: float = 0.0
    twigs: Mapping[str, Twig] = {}
    counts: Mapping[str, int | None] = {}
    fallen: tuple[Leaf, ...] = ()
    top: Twig | None = None


# Few names and few values, so that two random states have much in common.
names = st.sampled_from(["a", "b", "c", "", "weight"])
numbers = st.integers(0, 3)
floats = st.floats(allow_nan=False) | st.sampled_from([0.0, 1.5])
leaves = st.builds(Leaf, floats, st.none() | st.text(max_size=2), st.lists(numbers, max_size=5).map(tuple))
things = st.none() | leaves | st.builds(Rock, numbers)
twigs = st.builds(Twig, st.dictionaries(names, st.none() | leaves, max_size=3), things)
trees = st.builds(
    Tree,
    st.text(max_size=2),
    floats,
    st.dictionaries(names, twigs, max_size=4),
    st.dictionaries(names, st.none() | numbers, max_size=4),
    st.lists(leaves, max_size=4).map(tuple),
    st.none() | twigs,
)


def plain(state: msgspec.Struct) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(state))
    return decoded


def in_order(value: Any) -> Any:
    """Something that is equal only where keys stand in the same order, too."""
    if isinstance(value, dict):
        return [(key, in_order(item)) for key, item in value.items()]
    return [in_order(item) for item in value] if isinstance(value, list) else value


def through(old: msgspec.Struct, new: msgspec.Struct, paths: Sequence[Path] | None = None) -> dict[str, Any]:
    """The plain form of `old`, after the stored difference to `new`."""
    document = plain(old)
    apply(document, pack(difference(old, new, paths)))
    return document


Draw = Callable[[st.SearchStrategy[Any]], Any]


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """Two states, the second of which keeps some of the first."""
    old, other = draw(trees), draw(trees)
    kept = draw(st.sets(st.sampled_from(Tree.__struct_fields__)))
    values = {name: getattr(old if name in kept else other, name) for name in Tree.__struct_fields__}
    if draw(st.booleans()):
        values["fallen"] = old.fallen[draw(st.integers(0, 4)) :] + other.fallen
    if draw(st.booleans()):
        values["twigs"] = dict(draw(st.permutations([*old.twigs.items(), *other.twigs.items()])))
    return old, Tree(**values)


def covering(old: Any, new: Any, draw: Draw, path: Path = ()) -> list[Path]:
    """Paths, short or long, between which every difference lies."""
    if in_order(msgspec.to_builtins(old)) == in_order(msgspec.to_builtins(new)):
        return []
    if path and draw(st.booleans()):
        return [path]
    if isinstance(new, msgspec.Struct) and type(old) is type(new):
        return [
            found
            for name in new.__struct_fields__
            for found in covering(getattr(old, name), getattr(new, name), draw, (*path, name))
        ]
    if isinstance(new, Mapping) and isinstance(old, Mapping) and (old or new):
        inside = [
            found
            for key in {**old, **new}
            if key not in old or key not in new or old[key] != new[key]
            for found in (
                covering(old[key], new[key], draw, (*path, key))
                if key in old and key in new
                else [(*path, key)]
            )
        ]
        return inside or [(*path, key) for key in new]
    return [path]


@given(neighbours())
def test_the_stored_difference_leads_from_the_older_state_to_the_newer(both: tuple[Tree, Tree]) -> None:
    old, new = both
    assert in_order(through(old, new)) == in_order(plain(new))


@given(neighbours(), st.data())
def test_so_does_that_of_paths_which_cover_the_change(both: tuple[Tree, Tree], data: st.DataObject) -> None:
    old, new = both
    paths = covering(old, new, data.draw)
    more = st.lists(st.sampled_from(paths or [("name",)]), max_size=3)
    deeper = [(*path, data.draw(names)) for path in data.draw(more)]
    shorter = [path[: data.draw(st.integers(1, len(path)))] for path in data.draw(more)]
    hints = data.draw(st.permutations([*paths, *deeper, *shorter, ("twigs", "a", "best", "weight"), ("no",)]))
    assert in_order(through(old, new, hints)) == in_order(plain(new))


@given(trees)
def test_no_change_is_no_step(state: Tree) -> None:
    again = msgspec.convert(plain(state), Tree)
    assert difference(state, again) == []
    assert difference(state, again, [("twigs", "a"), ("top",)]) == []


def test_what_only_lost_its_front_and_grew_at_its_end_is_stored_as_that() -> None:
    old = Leaf(days=(1, 2, 3, 4))
    assert difference(old, Leaf(days=(2, 3, 4, 5))) == [(2, ("days",), 1, (5,))]
    assert difference(old, Leaf(days=(1, 2, 3, 4, 5))) == [(2, ("days",), 0, (5,))]
    assert difference(old, Leaf(days=(3, 4))) == [(2, ("days",), 2, ())]
    assert difference(old, Leaf(days=(9, 2, 3, 4))) == [(0, ("days",), (9, 2, 3, 4))]


def test_one_entry_of_a_large_mapping_is_one_step() -> None:
    many = {str(number): number for number in range(10_000)}
    old, new = Tree(counts=many), Tree(counts={**many, "77": 0})
    assert difference(old, new) == [(0, ("counts", "77"), 0)]
    assert difference(old, new, [("counts", "77")]) == [(0, ("counts", "77"), 0)]


@pytest.mark.parametrize("paths", [None, [("counts", "1"), ("counts", "2"), ("counts", "new")]])
def test_in_a_large_mapping_keys_come_and_go_one_by_one(paths: list[Path] | None) -> None:
    many: dict[str, int | None] = {str(number): number for number in range(ORDERED + 2)}
    changed = {**many, "1": None, "new": 1}
    del changed["2"]
    old, new = Tree(counts=many), Tree(counts=changed)
    assert through(old, new, paths) == plain(new)
    assert len(difference(old, new, paths)) == 3


def test_paths_that_overlap_take_no_step_twice() -> None:
    old = Tree(twigs={"a": Twig({"b": Leaf(days=(1,))}), "z": Twig()})
    grown = Tree(twigs={"a": Twig({"b": Leaf(days=(1, 2))}), "z": Twig()})
    window = ("twigs", "a", "leaves", "b", "days")
    assert difference(old, grown, [window, window[:2], window[:1], window]) == [(2, window, 0, (2,))]
    gone = Tree(twigs={"z": Twig()})
    assert through(old, gone, [window, ("twigs", "a"), ("twigs", "a", "best")]) == plain(gone)


def test_a_place_below_what_was_nothing_is_set_whole() -> None:
    old, new = Tree(), Tree(top=Twig(best=Leaf(1.0)))
    assert through(old, new, [("top", "best", "weight")]) == plain(new)
    assert through(new, old, [("top", "best", "weight")]) == plain(old)


def test_a_place_below_what_is_of_another_kind_now_is_set_whole() -> None:
    old, new = Twig(best=Leaf(1.0)), Twig(best=Rock(1))
    assert through(old, new, [("best", "weight")]) == plain(new)


def test_nothing_but_fields_and_keys_is_reached() -> None:
    state = Tree("oak", counts={"get": 1})
    assert reached(state, ("counts", "get")) == 1
    assert reached(state, ()) is state
    for path in (("__class__",), ("name", "upper"), ("height", "real"), ("counts", "items"), ("top", "best")):
        assert reached(state, path) is None


@pytest.mark.parametrize(
    "steps",
    [
        [(0, ("a",))],
        [(7, ("a",), 1)],
        [(0, ("a", "b", "c"), 1)],
        [(0, ("list", "b"), 1)],
        [(1, ("missing",))],
        [(1, ("a", "b"))],
        [(2, ("list",), 3, [])],
        [(2, ("list",), -1, [])],
        [(2, ("list",), "1", [])],
        [(2, ("list",), 1)],
        [(2, ("list",), 0, {"x": 1})],
        [(2, ("map",), 0, [])],
    ],
)
def test_a_patch_that_does_not_fit_is_refused(steps: Any) -> None:
    with pytest.raises(PatchError, match="does not fit at"):
        apply({"a": 1, "list": [1, 2], "map": {}}, pack(steps))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x91" * 10_000,
        *map(msgspec.msgpack.encode, (1, [1], [[0]], [[0, 1, 2]], [[0, []]], [[0, [1]]])),
    ],
)
def test_what_is_no_patch_is_refused(data: bytes) -> None:
    with pytest.raises(PatchError, match="no patch"):
        apply({}, data)


@given(st.binary(max_size=60))
def test_whatever_bytes_come_only_a_patch_error_is_raised(data: bytes) -> None:
    with contextlib.suppress(PatchError):
        apply(plain(Tree()), data)


@given(neighbours(), st.data())
def test_a_damaged_patch_is_applied_or_refused_and_nothing_else(
    both: tuple[Tree, Tree], data: st.DataObject
) -> None:
    patch = bytearray(pack(difference(*both)))
    patch[data.draw(st.integers(0, len(patch) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PatchError):
        apply(plain(both[0]), bytes(patch))


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.text(max_size=2) | st.binary(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)
places = st.lists(names | st.sampled_from(Tree.__struct_fields__) | junk, max_size=3)


@given(st.lists(st.tuples(st.integers(-1, 3) | junk, places | junk, junk, junk), max_size=3))
def test_steps_of_any_shape_are_applied_or_refused_and_nothing_else(steps: Any) -> None:
    with contextlib.suppress(PatchError):
        apply(plain(Tree(fallen=(Leaf(),), counts={"a": 1})), pack(steps))
