"""What a game tells of itself is read strictly: anybody on the network may answer in its name."""

import json
from typing import Any

import pytest

from actors.osc.messages import AvatarParameter
from actors.osc.query.choice import FoundGame, ours, summary
from actors.osc.query.game import MOST_PARAMETERS, NoOscQuery, avatar_id, host_info, is_game, parameters


def tree(**contents: Any) -> bytes:
    return json.dumps({"CONTENTS": contents}).encode()


def test_parameters_have_a_type_and_who_may_write_them() -> None:
    found = parameters(
        tree(
            MuteSelf={"TYPE": "T", "ACCESS": 1},
            VRCEmote={"TYPE": "i", "ACCESS": 3},
            Smile={"TYPE": "f", "ACCESS": 2, "VALUE": [0.5]},
        )
    )
    assert found == (
        AvatarParameter("MuteSelf", "bool", True, False),
        AvatarParameter("Smile", "float", False, True, 0.5),
        AvatarParameter("VRCEmote", "int", True, True),
    )


@pytest.mark.parametrize(
    ("types", "told", "value"),
    [
        ("T", [True], True),
        ("F", False, False),
        ("i", [3.0], 3),
        ("f", [1], 1.0),
        ("f", [1, 2], None),
        ("f", "x", None),
    ],
)
def test_a_value_is_of_the_type_of_its_parameter(types: str, told: object, value: object) -> None:
    (found,) = parameters(tree(Smile={"TYPE": types, "ACCESS": 3, "VALUE": told}))
    assert (found.value, type(found.value)) == (value, type(value))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"VALUE": ["avtr_a"]}', "avtr_a"),
        (b'{"VALUE": "local:sdk_x"}', "local:sdk_x"),
        (b'{"VALUE": ["a", "b"]}', ""),
        (b'{"VALUE": ["a\\u001b"]}', ""),
        (b"{}", ""),
        (b"<html>", ""),
    ],
)
def test_the_avatar_is_told_by_its_id_or_not_at_all(data: bytes, told: str) -> None:
    assert avatar_id(data) == told


def test_a_slash_in_a_name_is_a_level_of_the_tree() -> None:
    inner = {"CONTENTS": {"Float": {"TYPE": "f", "ACCESS": 3}}, "TYPE": "i", "ACCESS": 3}
    assert [one.name for one in parameters(tree(Go=inner))] == ["Go", "Go/Float"]


@pytest.mark.parametrize(
    "node",
    [
        None, 5, "x", [], {}, {"TYPE": "f"}, {"TYPE": 5, "ACCESS": 3}, {"TYPE": "s", "ACCESS": 3},
        {"TYPE": "f", "ACCESS": "3"}, {"CONTENTS": []}, {"CONTENTS": {"": None}},
    ],
)  # fmt: skip
def test_a_node_of_another_form_is_left_out(node: object) -> None:
    assert parameters(tree(Odd=node, Smile={"TYPE": "f", "ACCESS": 3})) == (
        AvatarParameter("Smile", "float", True, True),
    )


@pytest.mark.parametrize("name", ["", "x" * 257, "a\x1b[2J", "a\nb"])
def test_a_name_that_no_parameter_has_is_left_out(name: str) -> None:
    assert parameters(tree(**{name: {"TYPE": "f", "ACCESS": 3}})) == ()


def test_a_deep_or_large_tree_is_refused_or_cut_and_ends() -> None:
    deep = b'{"CONTENTS":{"a":' * 50_000
    with pytest.raises(NoOscQuery, match="no JSON"):
        parameters(deep)
    level: dict[str, Any] = {"TYPE": "f", "ACCESS": 3}
    for _ in range(100):
        level = {"CONTENTS": {"a": level}}
    assert parameters(json.dumps(level).encode()) == ()
    many = {f"p{n}": {"TYPE": "f", "ACCESS": 3} for n in range(MOST_PARAMETERS + 1)}
    with pytest.raises(NoOscQuery, match="more than 8192"):
        parameters(tree(**many))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"OSC_PORT": true}',
        b'{"OSC_PORT": 0}',
        b'{"OSC_PORT": 70000}',
        b"\xff\xfe{}",
    ],
)
def test_a_host_info_without_a_port_is_none(data: bytes) -> None:
    with pytest.raises(NoOscQuery):
        host_info(data)


def test_only_vrchats_services_are_games() -> None:
    assert is_game("VRChat-Client-4F00D1")
    assert not is_game("OyasumiVR-1234")
    assert not is_game("VRChat-Client-\x1b[2J")
    assert not is_game("VRChat-Client-" + "x" * 60)


def test_which_game_is_ours() -> None:
    a, b = FoundGame("127.0.0.1", 9000), FoundGame("127.0.0.1", 9010)
    assert ours({}, 9000) == ""
    assert ours({"A": b}, 9000) == "A", (
        "the only one, whatever it says: it says 9000 also when started with another"
    )
    assert ours({"A": a, "B": b}, 9010) == "B"
    assert ours({"A": a, "B": a}, 9000) == ""
    assert "cannot be told" in summary("Gerald-1", {"A": a, "B": a}, 9000, 9001)
    assert summary("Gerald-1", {"A": a}, 9000, 9001) == "announced as Gerald-1; A at 127.0.0.1 is found"
