"""How `supervisor avatar` shows what the avatar has."""

import io
from typing import Any

import pytest
from rich.console import Console

from actors.osc.messages import AvatarIs, AvatarParameter
from supervisor.cli.instance.avatar import headlines, table
from supervisor.control.requests.avatar import described

PARAMETERS = (
    AvatarParameter("Hat", "bool", True, True),
    AvatarParameter("MuteSelf", "bool", True, False, True),
    AvatarParameter("Tail\x1b[2J_IsGrabbed[red]", "bool", True, False),
    AvatarParameter("VRCEmote", "int", True, True),
)
AVATAR = AvatarIs(
    "avtr_a",
    "OSCQuery of VRChat-Client-A",
    "",
    PARAMETERS,
    {"Hat": "expressions", "MuteSelf": "status", "VRCEmote": "gestures", PARAMETERS[2].name: "touch"},
    {PARAMETERS[2].name: "tail"},
)


def shown(width: int) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None, emoji=False)
    found = described(AVATAR, {"Hat": 1.0, "VRCEmote": 3.0})
    console.print(table(found["parameters"], width))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert "\x1b[2J" not in out.getvalue()
    return lines


def test_the_newest_value_is_one_of_the_parameter_s_type_and_else_the_one_of_the_list() -> None:
    rows = described(AVATAR, {"Hat": 1.0, "VRCEmote": 3.0})["parameters"]
    assert [row["value"] for row in rows] == [True, True, None, 3]
    assert [type(row["value"]) for row in rows] == [bool, bool, type(None), int]
    assert [row["access"] for row in rows] == ["read+write", "read", "read", "read+write"]


def test_a_wide_screen_shows_access_and_meaning() -> None:
    lines = shown(80)
    assert lines[0].split() == ["parameter", "type", "access", "value", "means"]
    assert lines[1].split() == ["Hat", "bool", "read+write", "true", "expressions"]
    assert lines[3].split()[-2:] == ["touch", "tail"]


def test_a_narrow_screen_shows_type_and_value() -> None:
    lines = shown(40)
    assert lines[0].split() == ["parameter", "type", "value"]
    assert lines[-1].split() == ["VRCEmote", "int", "3"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (AvatarIs(""), "no avatar is known"),
        (AvatarIs("avtr_a"), "its parameters are not known"),
        (AVATAR, "4 parameters by OSCQuery of VRChat-Client-A"),
        (AvatarIs("avtr_a", note="the file\x1b[2J is older"), "is older"),
    ],
)
def test_it_says_where_the_list_comes_from(found: AvatarIs, said: str) -> None:
    lines: Any = headlines(described(found, {}))
    assert said in " ".join(lines)
    assert "\x1b" not in " ".join(lines)
