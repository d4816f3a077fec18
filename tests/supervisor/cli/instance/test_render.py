"""How an instance looks to a person."""

import time
from typing import Any

import pytest

from supervisor.cli.instance.render import headline

STATUS: dict[str, Any] = {
    "started_at": 0.0,
    "ready": True,
    "dead_letters": {},
    "pid": 7,
    "home": "home",
}


@pytest.mark.parametrize(
    ("resources", "line"),
    [
        (
            {"cpu": 12.4, "memory": 300 * 2**20, "disk_free": 5 * 2**30, "errors": 0},
            "cpu 12 % of a core, memory 314.6 MB, disk 5.4 GB free",
        ),
        (
            {"cpu": 0.0, "memory": 2**20, "disk_free": 0, "errors": 3},
            "cpu 0 % of a core, memory 1.0 MB, 3 deaths of actors so far",
        ),
    ],
)
def test_what_the_bot_uses_of_the_machine_is_a_line_of_its_own(resources: dict[str, Any], line: str) -> None:
    assert headline({**STATUS, "resources": resources}).plain.splitlines()[1] == line


def test_how_long_turns_take_and_where_this_is_are_lines_of_their_own() -> None:
    turns = {"count": 12, "stages": {"end_of_speech": 0.224, "first_sentence": 0.31}}
    place = {"world": "The Garden\x1b[31m", "players": 4}
    found = headline({**STATUS, "turns": turns, "place": place}).plain.splitlines()[1:]
    assert found[0] == "12 turns so far, lately (medians): silence 0.22 s, thought 0.31 s"
    assert found[1].startswith("in The Garden")
    assert found[1].endswith(", with 3 others")
    assert "\x1b" not in found[1]


def test_where_somebody_touched_it_last_is_a_line_of_its_own() -> None:
    touch = {"where": "HeadPat\x1b[31m", "at": time.time() - 75.0}
    found = headline({**STATUS, "touch": touch}).plain.splitlines()[1]
    assert found.startswith("last touched at HeadPat")
    assert found.endswith(("0:01:15 ago", "0:01:16 ago"))
    assert "\x1b" not in found


def test_the_last_death_is_named() -> None:
    last = {"address": "llm.local", "kind": "KeyError", "at": 1_700_000_000.0}
    used = {"cpu": 1.0, "memory": 2**20, "disk_free": 0, "errors": 2, "last_death": last}
    assert (
        ", 2 deaths of actors so far, last llm.local at 2023-11-1"
        in headline({**STATUS, "resources": used}).plain
    )


@pytest.mark.parametrize("resources", [{}, {"cpu": 0.0, "memory": 0}])
def test_what_is_not_known_yet_is_left_out(resources: dict[str, Any]) -> None:
    assert len(headline({**STATUS, "resources": resources}).plain.splitlines()) == 1


def test_where_the_game_is_heard_and_who_else_sends_is_a_line_of_its_own() -> None:
    osc = {
        "host": "127.0.0.1", "ports": [9001, 40123], "received": 1, "malformed": 0, "foreign": 0, "foreign_host": "",
    }  # fmt: skip
    found = headline({**STATUS, "osc": osc}).plain.splitlines()[1]
    assert found == "VRChat is heard at 127.0.0.1, UDP port 9001 and 40123: 1 datagram"
    strange = {**osc, "received": 9, "malformed": 2, "foreign": 5, "foreign_host": "10.0.0.9"}
    assert headline({**STATUS, "osc": strange}).plain.endswith(
        "9 datagrams, 2 malformed, 5 refused as foreign (the last from 10.0.0.9)"
    )
