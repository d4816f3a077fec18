"""`config check`: its exit codes, its text, and that no file can make it fail in any other way."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.home import Home
from config.tools.check import check

Writer = Callable[..., Any]
SEED = (Path(__file__).parents[1] / "fixtures" / "seed-config.yaml").read_bytes()


def test_a_good_home_exits_0(write_home: Writer) -> None:
    assert check(write_home("bot: {name: Ada}"), environ={}) == (0, "configuration: no errors\n", ())


def test_errors_exit_1_and_are_all_listed(write_home: Writer) -> None:
    home = write_home("llm:\n  temprature: 0.9\n  max_tokens: x\n")
    report = check(home, None, ["bot.name=[1]"], environ={})
    assert report.exit_code == 1
    assert (
        f"{home.config_file}:2:3: llm.temprature: unknown key. Did you mean 'temperature'?\n    2 |   temp"
        in report.text
    )
    assert report.text.endswith("configuration: 3 errors\n")
    assert {item["key"] for item in json.loads(json.dumps(report.data))} == {
        "llm.temprature",
        "llm.max_tokens",
        "bot.name",
    }


@pytest.mark.parametrize(
    ("config", "env"),
    [("llm: [", None), (b"\xff\xfe\x00", None), (b"\x80", None), ("a: 1\na: 2", None), ("", "what")],
)
def test_what_cannot_be_read_exits_2_with_its_place(
    config: str | bytes, env: str | None, write_home: Writer
) -> None:
    report = check(write_home(config, env), environ={})
    assert report.exit_code == 2
    assert report.data[0]["line"]


def test_a_folder_in_place_of_the_file_exits_2(write_home: Writer) -> None:
    home = write_home()
    home.config_file.mkdir()
    report = check(home, environ={})
    assert report.exit_code == 2
    assert str(home.config_file) in report.text


PIECES = st.sampled_from(
    [
        b"llm:",
        b"bot",
        b": ",
        b"\n",
        b"  ",
        b"- ",
        b"*a",
        b"&a ",
        b"${X}",
        b"'",
        b'"',
        b"[",
        b"]",
        b"{",
        b"}",
        b"\t",
        b"\xff",
        b"!!x ",
        b"<<: ",
        b"? ",
        b"|\n",
        b"null",
        b"1e9",
        b"\x00",
        b"#",
        b"%",
        b"api_key: ",
        b"\xe2\x80\xa8",
        b"-",
        b"\r",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, len(SEED)), st.integers(0, 12), PIECES), min_size=1, max_size=4)
)
def test_no_mutation_of_a_file_breaks_it_or_shows_the_key(
    edits: list[tuple[int, int, bytes]], write_home: Writer
) -> None:
    data = SEED.replace(b"${OPENROUTER_API_KEY}", b"planted-horse-battery")
    for at, removed, inserted in edits:
        data = data[:at] + inserted + data[at + removed :]
    report = check(write_home(data), environ={"X": "y"})
    assert report.exit_code in (0, 1, 2)
    assert (report.exit_code == 0) == all(item["severity"] != "error" for item in report.data)
    if re.search(
        rb"key[^\n]*planted-horse-battery", data
    ):  # without any name nobody can tell that it is a secret
        assert "planted-horse-battery" not in report.text


def test_a_missing_home_exits_2(tmp_path: Path) -> None:
    assert check(Home(tmp_path / "nowhere"), environ={}).exit_code == 2
