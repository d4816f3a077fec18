"""Layers: mappings merge, lists and scalars replace, and each value keeps its place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.layers.merge import merge
from config.syntax.node import SourceText, YamlNode, find, plain
from config.syntax.yaml_reader import parse


def layer(name: str, text: str) -> YamlNode:
    return parse(text, SourceText(name, f"{name}.yaml", text))


@pytest.mark.parametrize(
    ("under", "upper", "merged"),
    [
        ("a: {x: 1, y: 2}", "a: {y: 3, z: 4}", {"a": {"x": 1, "y": 3, "z": 4}}),
        ("a: [1, 2, 3]", "a: [4]", {"a": [4]}),
        ("a: 1", "a: null", {"a": None}),
        ("a: {x: 1}", "a:", {"a": {"x": 1}}),
        ("a: {x: 1}", "a: 5", {"a": 5}),
        ("a: 5", "a: {x: 1}", {"a": {"x": 1}}),
        ("a: {x: {y: 1}}", "a: {x: {z: 2}}", {"a": {"x": {"y": 1, "z": 2}}}),
        ("", "a: 1", {"a": 1}),
        ("a: 1", "", {"a": 1}),
    ],
)
def test_mappings_merge_and_all_else_replaces(under: str, upper: str, merged: object) -> None:
    assert plain(merge([layer("low", under), layer("high", upper)])) == merged


def test_each_value_keeps_the_place_of_the_layer_that_won() -> None:
    tree = merge([layer("low", "a:\n  x: 1\n  y: 2\n"), layer("high", "# mine\na:\n  y: 3\n")])
    winners = {name: find(tree, ("a", name)) for name in ("x", "y")}
    assert {name: (node.source.file, node.line) for name, node in winners.items() if node} == {
        "x": ("low.yaml", 2),
        "y": ("high.yaml", 3),
    }


TREES = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
)


def node_of(value: Any) -> YamlNode:
    inner = {name: node_of(item) for name, item in value.items()} if isinstance(value, dict) else value
    return YamlNode(inner, SourceText("layer", "layer.yaml"))


@given(st.dictionaries(st.sampled_from("abc"), TREES), st.dictionaries(st.sampled_from("abc"), TREES))
def test_the_upper_layer_is_always_found_in_the_result(under: dict[str, Any], upper: dict[str, Any]) -> None:
    def assert_contains(merged: Any, wanted: Any) -> None:
        if isinstance(wanted, dict):
            assert isinstance(merged, dict)
            for name, item in wanted.items():
                assert_contains(merged[name], item)
        else:
            assert merged == wanted

    merged = plain(merge([node_of(under), node_of(upper)]))
    assert_contains(merged, upper)
    assert set(merged) == set(under) | set(upper)
    assert merge([node_of(upper)]) == node_of(upper)
